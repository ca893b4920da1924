/** The pictures of the documentation. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '../bed/servers.ts';

const images = fileURLToPath(new URL('../../../docs/images/', import.meta.url));

for (const name of ['flow', 'pull-requests', 'cloud']) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${name} in ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.goto(`/${name}`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: `${images}${name}-${colorScheme}.png`, fullPage: true });
    });
  }
}
