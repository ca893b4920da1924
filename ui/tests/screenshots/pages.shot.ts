/** The pictures of the documentation. */
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '../bed/servers.ts';
import { open } from '../support/page.ts';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
/** Bytes of a picture. */
const most = 300_000;
const wide = { width: 1280, height: 1400 };

const pictures = [
  { name: 'flow-light', path: '/flow', colorScheme: 'light', viewport: wide },
  { name: 'flow-dark', path: '/flow', colorScheme: 'dark', viewport: wide },
  { name: 'pull-requests', path: '/pull-requests', colorScheme: 'light', viewport: wide },
  { name: 'dora', path: '/dora', colorScheme: 'light', viewport: wide },
  { name: 'ci', path: '/ci', colorScheme: 'light', viewport: wide },
  { name: 'cloud', path: '/cloud', colorScheme: 'light', viewport: wide },
  { name: 'phone', path: '/flow', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const;

for (const { name, path, colorScheme, viewport } of pictures) {
  test(`the picture ${name} is made, and not too large`, async ({ page }) => {
    // The simulated organisation lives in a time of its own: its data are of that day.
    await page.clock.setFixedTime(new Date('2026-10-31T06:00:00Z'));
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize(viewport);
    await open(page, path);
    await expect(page.locator('svg.chart').first()).toBeVisible();
    const file = `${images}${name}.png`;
    await page.screenshot({ path: file });
    expect(statSync(file).size).toBeLessThan(most);
  });
}
