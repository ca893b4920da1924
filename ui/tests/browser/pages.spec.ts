import type { Locator } from '@playwright/test';
import { signedTenth } from '../../src/format.ts';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, card, cards, open, searchOf, settled, tile, titleOf } from '../support/page.ts';
import { everyPage, pages } from '../support/pages.ts';

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
}

for (const expected of everyPage) {
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

for (const [path, route] of [
  ['/flow', 'flow/summary'],
  ['/flow?from=2026-02-01&to=2026-03-31', 'flow/summary'],
  ['/pull-requests', 'pull-requests/summary'],
  ['/cloud', 'cloud-spending/summary'],
  ['/cloud?from=2025-01-01&to=2025-06-30', 'cloud-spending/summary'],
] as const) {
  test(`the first sentence on ${path} is the answer over all of its period, and stands there once`, async ({
    page,
  }) => {
    const answer = page.waitForResponse((response) => response.url().includes(`/api/v1/${route}`));
    await open(page, path);
    const { finding } = (await (await answer).json()).meta;
    const sentence = page.locator('main .lead').first();
    await expect(sentence).toHaveText(finding);
    await expect(page.getByText(finding, { exact: true })).toHaveCount(1);
    const inMain = page.locator('main p:visible');
    await expect(inMain.nth(1)).toHaveText(finding);
  });
}

/** Periods that a sentence names: `2026-W43`, `2026-09`, `2026-10-30`. */
const named = /\b\d{4}-(?:W\d{2}|\d{2}(?:-\d{2})?)\b/;

for (const path of [
  '/flow?from=2026-01-01&to=2026-03-31',
  '/flow?from=2026-10-26',
  '/pull-requests?from=2026-01-01&to=2026-03-31',
  '/ci?from=2026-01-01&to=2026-03-31',
  '/ci?by=month',
  '/ci-cost?from=2026-01-01&to=2026-03-31',
  '/cloud?from=2026-10-01',
  '/cloud?from=2025-01-01&to=2025-12-31',
]) {
  test(`every sentence on ${path} is about rows that its card shows`, async ({ page }) => {
    await open(page, path);
    for (const card of await cards(page).all()) {
      const table = card.locator('details.figures table');
      const finding = card.locator('.finding');
      if ((await table.count()) === 0 || (await finding.count()) === 0) continue;
      const period = named.exec(await finding.innerText())?.[0];
      if (!period) continue;
      const cells = await table.evaluate((table) =>
        [...table.querySelectorAll('tbody td, tbody th')].map((cell) => cell.textContent?.trim() ?? ''),
      );
      expect(cells, `${await titleOf(card)}: ${await finding.innerText()}`).toContain(period);
    }
  });
}

test('the sentence of the stocks counts the steps that are drawn, with and without the backlog', async ({
  page,
}) => {
  await open(page, '/flow');
  const stocks = card(page, words.flow.stocks.title);
  const said = async () => Number(/^(\d+) items? /.exec(await stocks.locator('.finding').innerText())?.[1]);
  const drawn = async () => {
    const reader = stocks.getByRole('slider').first();
    await reader.focus();
    await page.keyboard.press('End');
    return Number(/: (\d+) items/.exec((await reader.getAttribute('aria-valuetext')) ?? '')?.[1]);
  };
  const without = await said();
  expect(without).toBe(await drawn());
  await expect(stocks.getByRole('button', { name: /^What is behind/ })).toContainText('backlog included');
  await stocks.getByLabel(words.flow.stocks.backlog).check();
  expect(await said()).toBe(await drawn());
  expect(await said()).toBeGreaterThan(without);
  await expect(stocks.getByRole('button', { name: /^What is behind/ })).not.toContainText('backlog');
});

test('the sentence of the red bin says what became of the open bugs over a quarter', async ({
  page,
  request,
}) => {
  await open(page, '/flow');
  const { data } = await (await request.get(at('demo', '/api/v1/flow/summary'))).json();
  const bugs = data.find((row: { metric: string }) => row.metric === 'red_bin');
  const sentence = card(page, words.flow.redBin.title).locator('.finding');
  await expect(sentence).toContainText(`${bugs.value} bugs are open in `);
  await expect(sentence).toContainText(/At the end of \d{4}-W\d\d there were \d+/);
});

test('levels have limits nowhere, and their net flow has: below their charts and in their tiles', async ({
  page,
  request,
}) => {
  const last = async (route: string, level: string) => {
    const { data } = await (await request.get(at('demo', route))).json();
    const own = data.filter((row: { level: string }) => row.level === level);
    return own.findLast((row: { complete: boolean }) => row.complete);
  };
  const { netFlow, flow, pullRequests } = words;
  await open(page, '/flow');
  for (const [title, of, level] of [
    [flow.stocks.title, netFlow.wip, 'wip'],
    [flow.redBin.title, netFlow.bugs, 'red_bin'],
  ] as const) {
    const own = card(page, title);
    await expect(own.getByRole('img', { name: netFlow.chart(of) })).toBeVisible();
    const { net_flow, lcl, ucl } = await last('/api/v1/flow/net-flow', level);
    await expect(own.locator('.net-flow > p')).toContainText(
      `${signedTenth(net_flow)} net flow): ${words.control.within(signedTenth(lcl), signedTenth(ucl))}`,
    );
  }
  const wip = await last('/api/v1/flow/net-flow', 'wip');
  await expect(tile(page, flow.tiles.wip).locator('.week')).toContainText(
    `: net flow ${signedTenth(wip.net_flow)}, within the usual ${signedTenth(wip.lcl)} to ${signedTenth(wip.ucl)}`,
  );
  await open(page, '/pull-requests');
  const pulls = await last('/api/v1/pull-requests/net-flow', 'open_prs');
  await expect(tile(page, pullRequests.tiles.open).locator('.week')).toContainText(
    `: net flow ${signedTenth(pulls.net_flow)}, within the usual`,
  );
});

test('the bars of where the time goes are means that add up, and the longest stage is named first', async ({
  page,
  request,
}) => {
  await open(page, '/pull-requests');
  const own = card(page, words.pullRequests.cycle.title);
  const sentence = await own.locator('.finding').innerText();
  const [, label = '', longest = ''] = /In (\d{4}-W\d\d) (\w+) took longest/.exec(sentence) ?? [];
  const { data } = await (await request.get(at('demo', '/api/v1/pull-requests/cycle'))).json();
  const row = data.find(
    (row: { repo: string; year: number; week: number }) =>
      row.repo === 'ALL' && `${row.year}-W${String(row.week).padStart(2, '0')}` === label,
  );
  const days = ['coding', 'pickup', 'review', 'merge'].map((stage) => Number(row[`${stage}_mean_days`]));
  expect(Number(row[`${longest}_mean_days`])).toBe(Math.max(...days));
  const reader = own.getByRole('slider');
  await reader.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowLeft');
  const spoken = (await reader.getAttribute('aria-valuetext')) ?? '';
  expect(spoken.startsWith(label)).toBe(true);
  const whole = days.reduce((sum, value) => sum + value, 0);
  expect(Number(/: (\d+\.\d) days/.exec(spoken)?.[1])).toBeCloseTo(whole, 0);
  expect(spoken).toContain(`of ${row.with_all_stages} of ${row.merged} merged pull requests`);
});

test('a week far beyond the others is cut off, and named below', async ({ page }) => {
  await page.route('**/api/v1/pull-requests/cycle?*', async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    for (const row of answer.data) {
      const isFar = row.year === 2026 && row.week === 30;
      for (const stage of ['coding', 'pickup', 'review', 'merge'])
        row[`${stage}_mean_days`] = isFar && stage === 'review' ? 97 : 1;
    }
    await route.fulfill({ response, json: answer });
  });
  await open(page, '/pull-requests');
  const own = card(page, words.pullRequests.cycle.title);
  await expect(own.locator('.cut')).toHaveCount(1);
  await expect(own).toContainText(
    words.pullRequests.cycle.cut(words.pullRequests.cycle.cutWeek('2026-W30', '100.0')),
  );
  const ticks = await own.locator('.axis:not(.bottom) text').allTextContents();
  expect(Math.max(...ticks.map(Number))).toBeLessThan(6);
});

test('no name of a bin is written twice in a chart', async ({ page }) => {
  for (const width of [1440, 1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '/pull-requests');
    const texts = await card(page, words.pullRequests.distribution.title)
      .locator('svg.chart > g text')
      .allTextContents();
    const bins = texts.filter((text) => text.endsWith(' d') && !text.startsWith('p'));
    expect(bins.some((text) => text.startsWith('>'))).toBe(true);
    expect(new Set(bins).size).toBe(bins.length);
  }
});

test('the sentence about the wait for reviews has a panel of its own', async ({ page }) => {
  await open(page, '/pull-requests');
  const latency = card(page, words.pullRequests.latency.title);
  const hours = /, ([\d.]+) hours/.exec(await latency.locator('.finding').innerText())?.[1];
  const all = latency.locator('svg.chart').first();
  await expect(all).toContainText(words.pullRequests.latency.sizes.ALL ?? '');
  await expect(all).toContainText(`${hours} h`);
});

for (const [path, title, first] of [
  ['/flow', words.flow.aging.title, 15],
  ['/pull-requests', words.pullRequests.open.title, 15],
  ['/dora', words.dora.changes.slowest, 12],
] as const) {
  test(`the list "${title}" shows its first rows, all on demand, and the first again`, async ({ page }) => {
    await open(page, path);
    const list = card(page, title);
    const rows = list.locator('tbody tr');
    const button = list.getByRole('button', { name: /^Show/ });
    const all = Number((await button.innerText()).match(/^Show all (\d+)/)?.[1]);
    expect(all).toBeGreaterThan(first);
    await expect(rows).toHaveCount(first);
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await button.click();
    await expect(rows).toHaveCount(all);
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    await button.click();
    await expect(rows).toHaveCount(first);
  });
}

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
  for (const { name, path } of everyPage) {
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
