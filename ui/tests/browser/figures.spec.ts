import { readFileSync } from 'node:fs';
import type { Locator, Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { type Csv, isNumber, isRounded, isSame, readCsv } from '../support/csv.ts';
import { type Figures, figures, type Row, type Tables } from '../support/figures.ts';
import { card, cards, open, openDetails, tile, titleOf } from '../support/page.ts';

const views = [
  '/flow',
  '/flow?from=2026-03-01&to=2026-08-31&project=4100001&by=month',
  '/flow?from=2026-06-01&repo=acme%2Fapi',
  '/pull-requests',
  '/pull-requests?from=2026-05-04&to=2026-07-12&repo=acme%2Fapi&repo=acme%2Fmobile',
  '/ci?from=2026-08-01',
  '/ci?from=2026-06-01&repo=acme%2Fapi',
  '/ci-cost',
  '/cloud',
  '/cloud?from=2025-01-15&to=2026-03-20',
];

for (const view of views) {
  test(`every figure on ${view} is the server's`, async ({ page }) => {
    test.setTimeout(120_000);
    const asked = listen(page);
    await open(page, view);
    await openDetails(page);
    const tables = await read(page, asked);
    const all = await cards(page).all();
    expect(all.length).toBeGreaterThan(2);
    for (const card of all) {
      const title = await titleOf(card);
      const file = await fileOf(page, card);
      const source = figures.find((source) => source.card.test(title));
      if (!source) throw new Error(`${title}: nobody says where its figures come from`);
      expect(
        differences(file, source, tables, title),
        `${title}: file of the page against the server's`,
      ).toEqual([]);
      expect(await unlike(card, file, source), `${title}: table of the page against its file`).toEqual([]);
    }
  });
}

/** Addresses of tables that the page asks for, by route and grain. */
function listen(page: Page): Map<string, URL> {
  const asked = new Map<string, URL>();
  page.on('request', (request) => {
    const url = new URL(request.url());
    const route = /\/api\/v1\/(.+\/.+)$/.exec(url.pathname)?.[1];
    if (route) asked.set(keyOf(route, url.searchParams.get('by') ?? undefined), url);
  });
  return asked;
}

function keyOf(route: string, by = ''): string {
  return `${route} ${by}`.trim();
}

/** The files of the server for the same addresses, and what only its other form says. */
async function read(page: Page, asked: ReadonlyMap<string, URL>): Promise<Tables> {
  const files = new Map<string, Csv>();
  const periods = new Map<string, string[]>();
  let asOf = '';
  for (const [key, url] of asked) {
    const file = await page.request.get(`${url.origin}${url.pathname}.csv${url.search}`);
    expect(file.ok(), `${url.pathname}.csv`).toBe(true);
    files.set(key, readCsv(await file.text()));
    const { meta } = await (await page.request.get(url.href)).json();
    periods.set(key, meta.periods);
    asOf = meta.as_of ?? asOf;
    const parts = partsOf[key];
    if (parts) files.set(keyOf(parts.route, parts.by), await wholeOf(page, url, parts));
  }
  const known = <Value>(all: Map<string, Value>, route: string, by?: string): Value => {
    const value = all.get(keyOf(route, by)) ?? all.get(route);
    if (value === undefined) throw new Error(`the page never asked for ${keyOf(route, by)}`);
    return value;
  };
  return {
    rows: (route, by) => [...known(files, route, by).rows],
    periods: (route, by) => known(periods, route, by),
    asOf,
  };
}

/** The tables whose rows the server adds up, for each table of sums that a page asks for. */
const partsOf: Record<string, { route: string; by?: string }> = {
  'flow/stocks/totals': { route: 'flow/stocks', by: 'week' },
  'flow/cumulative-flow/totals': { route: 'flow/cumulative-flow' },
};

/** All days of a table under the filters of an address. */
async function wholeOf(page: Page, url: URL, { route, by }: { route: string; by?: string }): Promise<Csv> {
  const search = new URLSearchParams(url.searchParams);
  search.delete('from');
  search.delete('to');
  if (by) search.set('by', by);
  const file = await page.request.get(`${url.origin}/api/v1/${route}.csv?${search}`);
  expect(file.ok(), route).toBe(true);
  return readCsv(await file.text());
}

/** What the button CSV of a card gives. */
async function fileOf(page: Page, card: Locator): Promise<Csv> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    card.getByRole('button', { name: /CSV$/ }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^[\p{L}\p{N}-]+-\d{4}-\d{2}-\d{2}\.csv$/u);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text.startsWith('\uFEFF')).toBe(true);
  expect(text.endsWith('\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  const file = readCsv(text);
  expect(file.rows.length).toBeGreaterThan(0);
  for (const row of file.rows) {
    for (const cell of Object.values(row))
      if (/^[=+\-@\t]/.test(cell)) expect(isNumber(cell), cell).toBe(true);
  }
  return file;
}

/** Cells of a file of the page that are not what the server says. */
function differences({ head, rows }: Csv, source: Figures, tables: Tables, title: string): string[] {
  const expected = source.rows(tables, head, title);
  const found = rows.length === expected.length ? [] : [`${rows.length} rows instead of ${expected.length}`];
  for (const name of head) {
    const from = source.columns[name] ?? source.otherwise?.(name);
    if (!from) return [`nobody says where the column "${name}" comes from`];
    const of = (row: Row) => (typeof from === 'string' ? (row[from] ?? '') : from(row, tables));
    if (typeof from === 'string' && !expected.some((row) => from in row)) {
      found.push(`the server has no column ${from} for "${name}"`);
    }
    rows.forEach((row, at) => {
      const [own, theirs] = [row[name] ?? '', of(expected[at] ?? {})];
      if (!isSame(own, theirs)) found.push(`row ${at + 1}, ${name}: "${own}" instead of "${theirs}"`);
    });
  }
  return found.slice(0, 8);
}

/** Cells of the table on the page that do not say what the file has. */
async function unlike(card: Locator, file: Csv, source: Figures): Promise<string[]> {
  const table = card.locator('table').last();
  const cells = await table.evaluate((table) =>
    [...(table as HTMLTableElement).rows].map((row) => [...row.cells].map((cell) => cell.innerText.trim())),
  );
  const [titles = [], ...rows] = cells;
  expect(titles.length).toBeGreaterThan(2);
  expect(rows.length).toBeGreaterThan(0);
  if ((await card.locator('details.figures').count()) > 0) expect(rows.length).toBe(file.rows.length);
  const found: string[] = [];
  rows.forEach((row, at) => {
    titles.forEach((title, column) => {
      const [text, exact] = [row[column] ?? '', file.rows[at]?.[title]];
      if (source.onPage?.includes(title)) {
        if (exact !== undefined) found.push(`the file has "${title}", which has no figures`);
      } else if (exact === undefined) found.push(`the file has no "${title}"`);
      else if (!says(text, exact, source.said?.[title]))
        found.push(`row ${at + 1}, ${title}: "${text}" for "${exact}"`);
    });
  });
  return found.slice(0, 8);
}

/** Whether a text of the page says what a cell of a file has. */
function says(text: string, exact: string, said?: (value: string) => string): boolean {
  if (said) return text === said(exact);
  if (exact === '') return text.includes(words.card.missing);
  if (exact === 'true' || exact === 'false') return text === (exact === 'true' ? words.yes : words.no);
  if (text === exact || `'${text}` === exact) return true;
  if (/^\d{4}-\d{2}-\d{2}/.test(exact)) {
    return new Date(`${text.split(',')[0]} UTC`).toISOString().slice(0, 10) === exact.slice(0, 10);
  }
  if (!isNumber(exact)) return false;
  return isRounded(text, Number(exact)) || (text.includes('%') && isRounded(text, Number(exact) * 100));
}

const { dora, flow, pullRequests } = words;
const keyFigures = [
  ['/flow', 'flow/summary', flow.tiles.leadTime, 'lead_time'],
  ['/flow', 'flow/summary', flow.tiles.cycleTime, 'cycle_time'],
  ['/flow', 'flow/summary', flow.tiles.throughput, 'throughput'],
  ['/flow', 'flow/summary', flow.tiles.wip, 'wip'],
  ['/pull-requests', 'pull-requests/summary', pullRequests.tiles.cycle, 'pr_cycle_time'],
  ['/pull-requests', 'pull-requests/summary', pullRequests.tiles.review, 'time_to_first_review'],
  ['/pull-requests', 'pull-requests/summary', pullRequests.tiles.requests, 'change_requests_per_pr'],
  ['/pull-requests', 'pull-requests/summary', pullRequests.tiles.open, 'open_prs'],
  ['/dora', 'delivery/summary', dora.tiles.frequency, 'deployment_frequency'],
  ['/dora', 'delivery/summary', dora.tiles.lead, 'lead_time_for_changes'],
] as const;

for (const [path, route, title, metric] of keyFigures) {
  test(`the key figure "${title}" on ${path} is the server's, with all that it says`, async ({ page }) => {
    const asked = listen(page);
    await open(page, path);
    const summary = (await read(page, asked)).rows(route).find((row) => row.metric === metric);
    if (!summary) throw new Error(`no ${metric} in ${route}`);
    await expectSaid(tile(page, title), summary, 'value');
  });
}

test('the key figures of spending are the last full month of each currency', async ({ page }) => {
  const asked = listen(page);
  await open(page, '/cloud');
  const rows = (await read(page, asked)).rows('cloud-spending/summary').filter((row) => row.currency);
  expect(rows.length).toBeGreaterThan(0);
  await expect(page.locator('ul.tiles > li')).toHaveCount(rows.length);
  for (const row of rows) {
    const own = page.locator('ul.tiles > li').filter({ hasText: row.currency ?? '' });
    await expect(own).toContainText(row.month ?? '');
    await expectSaid(own, row, 'cost');
  }
});

/** The value is that of the row, and every other number of the tile is one of the row. */
async function expectSaid(tile: Locator, row: Row, value: string) {
  const strong = await tile.locator('.figure strong').innerText();
  expect(isRounded(strong, Number(row[value])), `${strong} for ${row[value]}`).toBe(true);
  const change = await tile.locator('.change').innerText();
  const percent = row.change_percent ?? '';
  if (percent === '') expect(change).toContain(words.tiles.noComparison);
  else if (/\d.*%/.test(change)) {
    expect(isRounded(change.replace(/%.*/, ''), Number(percent)), `${change} for ${percent}`).toBe(true);
    expect(change.includes('▲')).toBe(Number(percent) > 0);
  } else expect(Math.abs(Number(percent))).toBeLessThanOrEqual(0.5);
  expect(change).not.toMatch(/better|worse/);
  await expectWeek(tile, row);
  const exact = Object.values(row).filter(isNumber).map(Number);
  // "85 %" is the name of a percentile, "12 months" that of a year.
  const basis = (await tile.locator('.basis').innerText()).replace(/85 %|12 months/g, '');
  for (const said of basis.match(/-?\d[\d,]*(\.\d+)?/g) ?? []) {
    expect(
      exact.some((value) => isRounded(said, value)),
      `"${said}" of "${basis}"`,
    ).toBe(true);
  }
}

/** The line about the newest week: its own verdict in its own colour, set against the limits of the row. */
async function expectWeek(tile: Locator, row: Row) {
  const colour = (line: string) => tile.locator(line).evaluate((element) => getComputedStyle(element).color);
  expect(await colour('.change')).toBe(await colour('.basis'));
  if (!('verdict' in row)) return;
  const line = await tile.locator('.week').innerText();
  expect(/: (better|worse)$/.exec(line)?.[1] ?? '', line).toBe(row.verdict);
  expect((await colour('.week')) === (await colour('.basis'))).toBe(row.verdict === '');
  const said = /: (\S+), (above|below|within) the usual (\S+) to ([\d.]+)/.exec(line);
  if (!said) return;
  const [, value = '', place, low = '', high = ''] = said;
  expect(isRounded(low, Number(row.limit_low)) && isRounded(high, Number(row.limit_high)), line).toBe(true);
  if (place === 'above') expect(Number(value)).toBeGreaterThanOrEqual(Number(high));
  if (place === 'below') expect(Number(value)).toBeLessThanOrEqual(Number(low));
}

test('every week that the charts of Flow speak of has the figures of its row', async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, '/flow');
  for (const title of [flow.throughput.title, flow.times.lead, flow.times.cycle, flow.redBin.title]) {
    const own = card(page, title);
    const file = await fileOf(page, own);
    for (const reader of await own.getByRole('slider').all()) await expectReadings(page, reader, file, title);
  }
});

/** Each point of a chart is a row of the file, and every number that is read of it is in that row. */
async function expectReadings(page: Page, reader: Locator, file: Csv, title: string) {
  await reader.focus();
  await page.keyboard.press('Home');
  for (const row of file.rows) {
    const spoken = (await reader.getAttribute('aria-valuetext')) ?? '';
    const [label = ''] = Object.values(row);
    expect(spoken.startsWith(label), `${title}: "${spoken}" for ${label}`).toBe(true);
    const exact = Object.values(row).filter(isNumber).map(Number);
    const [, figures = ''] = spoken.split(/: (.*)/);
    // "p85" is the name of a percentile, "run of 8" that of a signal.
    for (const said of figures.replace(/p\d\d|run of 8/g, '').match(/−?\d[\d,]*(\.\d+)?/g) ?? []) {
      expect(
        exact.some((value) => isRounded(said, value)),
        `${title}: "${said}" of "${spoken}"`,
      ).toBe(true);
    }
    await page.keyboard.press('ArrowRight');
  }
}

test('behind each figure are as many rows as it counts', async ({ page }) => {
  for (const [path, title, column, weeks] of [
    ['/flow', flow.throughput.title, flow.throughput.finished, [1, 3]],
    ['/flow', flow.times.lead, flow.times.items, [1, 3]],
    ['/flow', flow.redBin.title, words.total, [1, 2, 3]],
    ['/dora', words.dora.deployments.title, words.dora.deployments.line, [1, 3]],
  ] as const) {
    await open(page, path);
    const own = card(page, title);
    const { rows } = await fileOf(page, own);
    // The first chart of a card is that of its title.
    const reader = own.getByRole('slider').first();
    for (const back of weeks) {
      await reader.focus();
      await page.keyboard.press('End');
      for (let press = 1; press < back; press++) await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      const count = Number(rows.at(-back)?.[column]);
      const dialog = page.getByRole('dialog');
      await expect(dialog.locator('p').first(), `${title}, ${back} from the end`).toHaveText(
        count === 0 ? words.evidence.none : words.evidence.count(count),
      );
      await page.keyboard.press('Escape');
    }
  }
});
