import { defineConfig, devices } from '@playwright/test';

/** The system's Chromium: none is ever downloaded. It asks nobody for anything on its own. */
const launchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};
const inBrowser = (colorScheme: 'light' | 'dark') => ({
  testMatch: 'browser/**/*.spec.ts',
  dependencies: ['bed'],
  use: { ...devices['Desktop Chrome'], colorScheme, launchOptions },
});

export default defineConfig({
  testDir: 'tests',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  workers: 2,
  reporter: 'list',
  // Patience for slow computers: only failing tests wait that long.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: { locale: 'en-GB', timezoneId: 'UTC', trace: 'retain-on-failure' },
  projects: [
    { name: 'units', testMatch: 'units/**/*.test.ts' },
    { name: 'bed', testMatch: 'bed/bed.setup.ts', teardown: 'end' },
    { name: 'end', testMatch: 'bed/bed.teardown.ts' },
    { name: 'light', ...inBrowser('light') },
    // Only what looks different in the dark can fail there alone.
    { name: 'dark', ...inBrowser('dark'), testMatch: /browser\/(axe|network)\.spec\.ts$/ },
    // Only where it is asked for: it writes the pictures of the documentation.
    ...(process.env.SCREENSHOTS
      ? [{ ...inBrowser('light'), name: 'screenshots', testMatch: 'screenshots/**/*.shot.ts' }]
      : []),
  ],
});
