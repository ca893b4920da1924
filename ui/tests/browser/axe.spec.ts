import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, card, open, openDetails } from '../support/page.ts';
import { everyPage } from '../support/pages.ts';

const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];

test.setTimeout(120_000);

async function expectAccessible(page: Page) {
  const { violations, passes } = await new AxeBuilder({ page }).withTags(rules).analyze();
  expect(passes.length).toBeGreaterThan(10);
  const found = violations.map(
    ({ id, help, nodes }) => `${id} (${help}): ${nodes.map((node) => node.target.join(' ')).join(' | ')}`,
  );
  expect(found).toEqual([]);
}

for (const { name, path } of everyPage) {
  test(`${name} is accessible`, async ({ page }) => {
    await open(page, path);
    await expectAccessible(page);
  });

  // A few weeks have everything that a year has, and are looked through in less time.
  test(`${name} is accessible with everything opened`, async ({ page }) => {
    await open(page, `${path}?from=2026-08-01`);
    await openDetails(page);
    await expectAccessible(page);
  });

  test(`${name} is accessible on a telephone`, async ({ page }) => {
    await page.setViewportSize({ width: 390, height: 800 });
    await open(page, `${path}?from=2026-08-01`);
    await openDetails(page);
    await expectAccessible(page);
  });

  test(`${name} is accessible while nothing is imported`, async ({ page }) => {
    await open(page, path, 'empty');
    await expectAccessible(page);
  });
}

test('an explanation that is open is accessible', async ({ page }) => {
  await open(page, '/flow');
  await page
    .locator('ul.tiles')
    .getByRole('button', { name: /^About/ })
    .first()
    .click();
  await expect(page.locator('.popover:popover-open')).toBeVisible();
  await expectAccessible(page);
});

test('the state of the sources is accessible', async ({ page }) => {
  await open(page, '/flow', 'partial');
  await page.getByRole('banner').getByRole('button').click();
  await expect(page.locator('.popover:popover-open')).toBeVisible();
  await expectAccessible(page);
});

test('the rows behind a figure are accessible', async ({ page }) => {
  await open(page, '/flow');
  const control = card(page, words.flow.throughput.title);
  await control.getByRole('slider').focus();
  await control.getByRole('button', { name: /^What is behind/ }).click();
  await expect(page.getByRole('dialog').locator('tbody tr').first()).toBeVisible();
  await expectAccessible(page);
});

test('a chart that is being read is accessible', async ({ page }) => {
  await open(page, '/flow');
  await page.getByRole('slider').first().focus();
  await expect(page.locator('.tooltip')).toBeVisible();
  await expectAccessible(page);
});

test.describe('with answers that fail', () => {
  test.use({ provoked: [/Failed to load resource/] });

  test('a card that failed is accessible', async ({ page }) => {
    await page.route(/\/flow\/throughput/, (route) =>
      route.fulfill({ status: 500, json: { detail: 'out of order' } }),
    );
    await open(page, '/flow');
    await expect(page.getByRole('alert').first()).toBeVisible();
    await expectAccessible(page);
  });

  test('the page before the first import is accessible', async ({ page }) => {
    const empty = { status: 503, json: { detail: 'nothing has been imported yet', waits_for: 'import' } };
    await page.route(/\/(api|readyz)/, (route) => route.fulfill(empty));
    await page.goto(at('demo', '/flow'));
    await expect(page.locator('h1')).toHaveText(words.setUp.title);
    await expectAccessible(page);
  });

  test('the question for a token is accessible', async ({ page }) => {
    await page.goto(at('locked', '/flow'));
    await expect(page.getByLabel(words.token.label)).toBeVisible();
    await expectAccessible(page);
  });
});

test('the file of the monthly report is accessible as it is served, on a telephone, and with its figures opened', async ({
  page,
  request,
}) => {
  test.setTimeout(240_000);
  const { usual } = (await (await request.get(at('demo', '/api/v1/reports'))).json()) as { usual: string };
  await page.goto(at('demo', `/api/v1/reports/${usual}/report.html`));
  await expect(page.locator('h1')).toHaveText(/^Monthly report, /);
  await expectAccessible(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await page.locator('details').evaluateAll((all) => {
    for (const one of all) (one as HTMLDetailsElement).open = true;
  });
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
