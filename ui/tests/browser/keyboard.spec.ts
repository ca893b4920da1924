import type { Locator } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { card, open, openDetails, settled } from '../support/page.ts';
import { everyPage } from '../support/pages.ts';

for (const { name, path } of everyPage) {
  test(`Tab reaches everything on ${name} that can be used`, async ({ page }) => {
    // The report has hundreds of links.
    test.setTimeout(180_000);
    await open(page, path);
    await openDetails(page);
    const reached = new Set<number>();
    const all = await page.evaluate(() => {
      const usable = 'a[href], button, input, select, summary, [tabindex="0"]';
      const seen = [...document.querySelectorAll<HTMLElement>(usable)].filter(
        (element) => element.checkVisibility() && !(element as HTMLButtonElement).disabled,
      );
      // Of a group of radio buttons Tab reaches the one that is chosen.
      const stops = seen.filter((element) => !element.matches('input[type=radio]:not(:checked)'));
      stops.forEach((element, index) => {
        element.dataset.stop = String(index);
      });
      return stops.map(
        (element) => element.getAttribute('aria-label') ?? element.textContent ?? element.tagName,
      );
    });
    expect(all.length).toBeGreaterThan(15);
    for (let presses = 0; presses < 2 * all.length + 20 && reached.size < all.length; presses++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.stop);
      if (stop !== undefined) reached.add(Number(stop));
    }
    expect(all.filter((_, index) => !reached.has(index))).toEqual([]);
  });

  test(`the charts of ${name} are read point by point with the arrow keys`, async ({ page }) => {
    await open(page, path);
    const readers = await page.getByRole('slider').all();
    expect(readers.length).toBeGreaterThan(0);
    for (const reader of readers) {
      const spoken = async () => (await reader.getAttribute('aria-valuetext')) ?? '';
      const least = Number(await reader.getAttribute('min'));
      const most = Number(await reader.getAttribute('max'));
      await reader.focus();
      const last = await spoken();
      await page.keyboard.press('Home');
      const first = await spoken();
      await page.keyboard.press('ArrowRight');
      const second = await spoken();
      await page.keyboard.press('ArrowLeft');
      expect(await spoken()).toBe(first);
      await page.keyboard.press('End');
      expect(await spoken()).toBe(last);
      expect(most).toBeGreaterThan(least);
      expect(new Set([first, second, last]).size).toBe(most - least > 1 ? 3 : 2);
      for (const text of [first, second, last]) expect(text).toMatch(/^[^:]+: .*(\d|no data)/);
      const tooltip = page.locator('.tooltip');
      await expect(tooltip).toBeVisible();
      await expect(tooltip).toHaveAttribute('aria-hidden', 'true');
      await reader.blur();
      await expect(tooltip).toHaveCount(0);
    }
  });
}

test('a week of the control chart is spoken with its figure, its limits and its signal', async ({
  page,
  request,
}) => {
  const answer = page.waitForResponse(/\/flow\/throughput\?/);
  await open(page, '/flow');
  const { data } = await (await request.get((await answer).url())).json();
  const outside = data.findIndex((row: { signals: string | null }) => row.signals?.includes('beyond_limits'));
  expect(outside).toBeGreaterThanOrEqual(0);
  const reader = card(page, words.flow.throughput.title).getByRole('slider');
  await reader.focus();
  await page.keyboard.press('Home');
  for (let step = 0; step < outside; step++) await page.keyboard.press('ArrowRight');
  const { year, week, throughput, center, ucl } = data[outside];
  const spoken = (await reader.getAttribute('aria-valuetext')) ?? '';
  expect(spoken).toContain(`${year}-W${String(week).padStart(2, '0')} (from `);
  expect(spoken).toContain(`: ${throughput} ${words.flow.throughput.unit}`);
  expect(spoken).toMatch(throughput > center ? /above the upper limit of \d/ : /below the lower limit of \d/);
  expect(spoken).toMatch(/average \d+\.\d, limits \d+\.\d to \d+\.\d/);
  if (throughput > center) expect(throughput).toBeGreaterThan(ucl);
});

test('an explanation opens and closes by keyboard', async ({ page }) => {
  await open(page, '/flow');
  const button = page
    .locator('ul.tiles')
    .getByRole('button', { name: /^About/ })
    .first();
  await button.focus();
  await page.keyboard.press('Enter');
  const popover = page.locator('.popover:popover-open');
  await expect(popover).toContainText(words.tiles.formula);
  await expect(popover.locator('dd')).toHaveText([/\w/, /\w/, /\w/]);
  await page.keyboard.press('Escape');
  await expect(popover).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('a list of values is ticked by keyboard', async ({ page }) => {
  await open(page, '/flow');
  await page.getByRole('button', { name: words.filters.repo }).focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('Space');
  await expect(page).toHaveURL(/\?repo=/);
  await expect(page.getByRole('checkbox').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('.popover:popover-open')).toHaveCount(0);
});

test('the rows behind a figure open in a dialog, as many as the figure says, and Escape leads back', async ({
  page,
}) => {
  await open(page, '/flow');
  const control = card(page, words.flow.throughput.title);
  const reader = control.getByRole('slider');
  await reader.focus();
  const figure = /: (\d+) finished/.exec((await reader.getAttribute('aria-valuetext')) ?? '')?.[1];
  await page.keyboard.press('Tab');
  const button = control.getByRole('button', { name: /^What is behind/ });
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(words.evidence.count(Number(figure)), { exact: true })).toBeVisible();
  await expect(dialog.locator('tbody tr')).toHaveCount(Number(figure));
  await expect(dialog.locator('tbody a').first()).toHaveAttribute('href', /^https:\/\//);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
});

test('a table that is wider than its card scrolls by keyboard', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page, '/pull-requests');
  await openDetails(page);
  const table = page.getByRole('region', { name: words.card.tableOf(words.pullRequests.cycle.title) });
  await table.focus();
  expect(await table.evaluate((element) => element.scrollWidth > element.clientWidth)).toBe(true);
  for (let press = 0; press < 5; press++) await page.keyboard.press('ArrowRight');
  await expect.poll(() => scrolled(table)).toBeGreaterThan(0);
});

function scrolled(table: Locator): Promise<number> {
  return table.evaluate((element) => element.scrollLeft);
}

test('the first Tab leads past the header', async ({ page }) => {
  await open(page, '/flow');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: words.skip });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  expect(new URL(page.url()).pathname).toMatch(/\/flow$/);
  await page.keyboard.press('Tab');
  const inside = await page.evaluate(() => document.querySelector('main')?.contains(document.activeElement));
  expect(inside).toBe(true);
});

test('the theme is chosen by keyboard and stays after a reload', async ({ page }) => {
  await open(page, '/flow');
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.getByLabel(words.theme).selectOption('dark');
  const dark = await background();
  await page.getByLabel(words.theme).selectOption('light');
  expect(await background()).not.toBe(dark);
  await page.getByLabel(words.theme).selectOption('dark');
  await page.reload();
  await settled(page);
  expect(await background()).toBe(dark);
});
