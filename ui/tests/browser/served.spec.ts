/** The dashboard as cto-api serves it: files, base path, token. */
import { expect, test } from '../bed/servers.ts';

test('the first address leads to a page with a heading', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page).toHaveURL(/\/flow/);
});

test('a deep link below a base path finds its files and the figures', async ({ page, servers }) => {
  const figures = page.waitForResponse((response) =>
    new URL(response.url()).pathname.startsWith('/cto/api/v1/'),
  );
  await page.goto(`${servers.below}/pull-requests`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect((await figures).status()).toBe(200);
});

test('an address without a page says so instead of being blank', async ({ page }) => {
  const answer = await page.goto('/no/such/page');
  expect(answer?.status()).toBe(200);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('a missing script is missing, not a page', async ({ request }) => {
  const answer = await request.get('/assets/index-00000000.js');
  expect(answer.status()).toBe(404);
  expect(answer.headers()['content-type']).toBe('application/problem+json');
});

test('a store without data and one with gaps are served', async ({ page, servers }) => {
  for (const address of [servers.empty, servers.partial]) {
    await page.goto(`${address}/flow`);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
});

test('the gaps of a partial import are told by the API', async ({ request, servers }) => {
  const about = await (await request.get(`${servers.partial}/api/v1/meta`)).json();
  const failed = about.sources.filter((source: { state: string }) => source.state === 'failed');
  expect(failed.length).toBeGreaterThan(0);
});

test.describe('with tokens', () => {
  test.use({ provoked: [/status of 401/] });

  test('the page is open, and the figures come with the token', async ({ page, servers }) => {
    await page.goto(`${servers.locked}/flow`);
    await page.getByLabel(/token/i).fill(servers.token);
    const figures = page.waitForResponse((response) => response.url().includes('/api/v1/') && response.ok());
    await page.keyboard.press('Enter');
    await figures;
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
});
