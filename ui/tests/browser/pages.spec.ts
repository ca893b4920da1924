import type { Locator } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, cards, open, searchOf, settled, tile, titleOf } from '../support/page.ts';
import { pages } from '../support/pages.ts';

for (const expected of pages) {
  test(`${expected.name} shows its question, its key figures, and every card with finding, picture and figures`, async ({
    page,
  }) => {
    await open(page, expected.path);
    await expect(page.locator('h1')).toHaveText(expected.name);
    await expect(page.locator('h1')).toHaveCount(1);
    await expect(page.getByText(expected.question)).toBeVisible();
    for (const title of expected.tiles) await expect(tile(page, title).locator('strong')).toHaveText(/\d/);
    expect(await page.locator('ul.tiles > li strong').count()).toBeGreaterThan(0);

    const all = await cards(page).all();
    const titles = await Promise.all(all.map(titleOf));
    if (expected.cards.length > 0) expect(titles).toEqual(expected.cards);
    expect(titles.length).toBeGreaterThan(2);
    expect(new Set(titles).size).toBe(titles.length);
    for (const card of all) await expectWhole(card);
  });

  test(`${expected.name} names itself in the title of the window and in the list of pages`, async ({
    page,
  }) => {
    await open(page, expected.path);
    await expect(page).toHaveTitle(`${expected.name} · ${words.name}`);
    const current = page.getByRole('navigation').locator('[aria-current="page"]');
    await expect(current).toHaveText([expected.name]);
  });
}

async function expectWhole(card: Locator) {
  const title = await titleOf(card);
  await expect(card.locator('.finding'), `${title}: a sentence`).toHaveText(/\w+ .*\w/);
  await expect(card.getByRole('button', { name: /CSV$/ }), `${title}: CSV`).toBeVisible();
  const figures = card.locator('details.figures');
  if ((await figures.count()) > 0) {
    await expect(card.locator('svg.chart').first(), `${title}: a chart`).toBeVisible();
    await expect(card.getByRole('button', { name: /PNG$/ }), `${title}: PNG`).toBeVisible();
    await expect(figures.locator('tbody tr').first(), `${title}: figures hidden at first`).toBeHidden();
    await figures.locator('summary').click();
  }
  await expect(card.locator('table tbody tr').first(), `${title}: figures`).toBeVisible();
}

test('the first sentence on Flow says whether the last complete week was normal', async ({
  page,
  request,
}) => {
  await open(page, '/flow');
  const table = await request.get(at('demo', '/api/v1/flow/throughput'));
  const { data } = await table.json();
  const week = data.findLast((row: { complete: boolean }) => row.complete);
  const sentence = page.locator('main .lead');
  await expect(sentence).toContainText(`${week.year}-W${String(week.week).padStart(2, '0')}`);
  await expect(sentence).toContainText(`${week.throughput} issues finished`);
  await expect(sentence).toContainText(week.signals ? /above|below|run|near|signal/ : 'was normal');
  const inMain = page.locator('main p:visible');
  expect(await inMain.nth(0).innerText()).toBe(words.pages.flow.question);
  expect(await inMain.nth(1).innerText()).toBe(await sentence.innerText());
});

test('the focus goes to the heading when one page follows another, and not before', async ({ page }) => {
  await open(page, '/flow');
  await expect(page.locator('h1')).not.toBeFocused();
  await page.getByRole('link', { name: words.pages.pullRequests.name }).click();
  await expect(page.locator('h1')).toHaveText(words.pages.pullRequests.name);
  await expect(page.locator('h1')).toBeFocused();
});

test('going back restores the page and its filters', async ({ page }) => {
  await open(page, '/flow?from=2026-07-01&repo=acme%2Fapi');
  await page.getByRole('link', { name: words.pages.cloud.name }).click();
  await expect(page.locator('h1')).toHaveText(words.pages.cloud.name);
  await page.goBack();
  await expect(page.locator('h1')).toHaveText(words.pages.flow.name);
  expect(searchOf(page)).toBe('?from=2026-07-01&repo=acme%2Fapi');
  await settled(page);
});

test('links to other pages keep the filters', async ({ page }) => {
  await open(page, '/flow?from=2026-07-01&by=month');
  for (const { name, path } of pages) {
    const link = page.getByRole('navigation').getByRole('link', { name, exact: true });
    await expect(link).toHaveAttribute('href', `${path}?from=2026-07-01&by=month`);
  }
});

test('the bare address leads to Flow, with the filters that it has', async ({ page }) => {
  await open(page, '/?by=month');
  await expect(page).toHaveURL(at('demo', '/flow?by=month'));
  await expect(page.locator('h1')).toHaveText(words.pages.flow.name);
});

test('an unknown address says so and shows a way on', async ({ page }) => {
  await page.goto(at('demo', '/nowhere'));
  await expect(page.locator('h1')).toHaveText(words.pages.missing.name);
  await page.getByRole('main').getByRole('link', { name: words.pages.flow.name }).click();
  await expect(page.locator('h1')).toHaveText(words.pages.flow.name);
});
