import type { Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { card, open, tile } from '../support/page.ts';

const { ci } = words;
const { delivery } = ci;

type Row = Record<string, string | number | boolean | null>;

/** What the server says of a table becomes something else. */
async function retell(page: Page, route: string, tell: (rows: Row[]) => Row[]) {
  await page.route(new RegExp(`/api/v1/${route}(\\?|$)`), async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    await route.fulfill({ response: answer, json: { ...json, data: tell(json.data) } });
  });
}

/** As many as an organisation with two hundred repositories has, with long names. */
function many(row: Row): Row[] {
  return Array.from({ length: 200 }, (_, at) => ({
    ...row,
    rank: at + 1,
    repo: `acme/a-repository-whose-name-is-longer-than-most-of-its-kind-${at}`,
    ci_cost: `${200 - at}.00`,
    deployments: at % 4 === 0 ? null : at,
  }));
}

test('CI: without any of its data one card says what to run, and no key figure stands there', async ({
  page,
}) => {
  const reason = 'no runs of workflows are imported yet: run cto-import --ci';
  for (const route of ['ci/reliability', 'ci/cost', 'delivery/cost', 'delivery/cost/repositories']) {
    await page.route(new RegExp(`/api/v1/${route}(\\?|$)`), async (route) => {
      const answer = await route.fetch();
      const { meta } = await answer.json();
      await route.fulfill({
        response: answer,
        json: { data: [], meta: { ...meta, finding: null, reason_empty: reason } },
      });
    });
  }
  for (const path of ['/ci', '/ci-cost']) {
    await open(page, path);
    await expect(page.locator('main section.card')).toHaveCount(1);
    await expect(page.getByRole('main')).toContainText('cto-import --ci');
    await expect(page.locator('ul.tiles')).toHaveCount(0);
  }
});

test('CI: the key figures are those of the last complete month, with what they rest on', async ({ page }) => {
  const answer = page.waitForResponse(/ci\/reliability\?by=month/);
  await open(page, '/ci');
  const { data } = await (await answer).json();
  const last = data.findLast((row: Row) => row.complete && row.repo === 'ALL' && row.workflow === 'ALL');
  const own = tile(page, ci.tiles.success);
  await expect(own).toContainText(last.month);
  await expect(own).toContainText(`${last.succeeded} of ${last.succeeded + last.failed} runs`);
  await expect(own.locator('strong')).toHaveText(`${Math.round(last.success_rate * 100)} %`);
  await expect(page.locator('main .lead').first()).toContainText(`In ${last.month}, `);
});

test('CI: parts of the cost are named beside the bars and add up in the reading', async ({ page }) => {
  await retell(page, 'ci/cost', (rows) =>
    rows.map((row) => ({
      ...row,
      cost: '100.00',
      useful: '60.00',
      flaky: '20.00',
      failed: '10.00',
      cancelled: '6.00',
      retried: '4.00',
      unpriced_minutes: 1_234,
    })),
  );
  await open(page, '/ci');
  const own = card(page, ci.money.title('USD'));
  await expect(own.locator('.finding')).toContainText('40 % of it was wasted: flaky $20.00, failed $10.00');
  for (const [, name] of ci.money.parts) await expect(own.locator('.end-labels')).toContainText(name);
  await expect(own).toContainText('1,234 minutes of ');
  const reader = own.getByRole('slider');
  await reader.focus();
  await expect(reader).toHaveAttribute(
    'aria-valuetext',
    /\$100\.00 for CI: Useful \$60\.00, Flaky \$20\.00, Failed \$10\.00, Cancelled \$6\.00, Repeated \$4\.00/,
  );
  await expect(tile(page, ci.tiles.cost)).toContainText('40 % of it wasted: $40.00');
});

test('CI: weeks become months in all three cards that are by week, and the address says so', async ({
  page,
}) => {
  await open(page, '/ci');
  await card(page, ci.rates.title).getByRole('combobox', { name: words.filters.by }).selectOption('month');
  await expect(page).toHaveURL(/by=month/);
  for (const title of [ci.rates.title, ci.duration.title, ci.wait.title]) {
    await expect(card(page, title).locator('.finding')).toHaveText(/^In \d{4}-\d\d /);
  }
});

test('CI: a workflow that nobody has paid for is not one that cost nothing', async ({ page }) => {
  await retell(page, 'ci/cost', (rows) => rows.filter(({ workflow }) => workflow === 'ALL'));
  await open(page, '/ci');
  const own = card(page, ci.workflows.title);
  await expect(own.locator('.finding')).toContainText('ran most');
  await expect(own.locator('tbody tr').first()).toContainText(words.card.missing);
});

test('CI: two currencies are apart, and never added', async ({ page }) => {
  const twice = (rows: Row[]) =>
    rows.flatMap((row) => [row, { ...row, currency: 'EUR', cost: '7.00', useful: '7.00' }]);
  await retell(page, 'ci/cost', twice);
  await retell(page, 'ci/cost/repositories', twice);
  await open(page, '/ci');
  for (const currency of ['EUR', 'USD']) {
    await expect(card(page, ci.money.title(currency)).locator('svg.chart')).toBeVisible();
    await expect(card(page, ci.pareto.title(currency)).locator('tbody tr').first()).toBeVisible();
  }
  await expect(tile(page, ci.tiles.cost)).toHaveCount(2);
});

test('CI cost: the points are the repositories of which both figures are known, and the others are named', async ({
  page,
}) => {
  await retell(page, 'delivery/cost/repositories', ([row]) => (row ? many(row) : []));
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '/ci-cost');
    const own = card(page, delivery.scatter.title);
    await expect(own.locator('svg.chart circle.layer')).toHaveCount(150);
    await expect(own).toContainText('kind-0, acme/');
    await expect(own).toContainText('and 45 more');
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll).toBeLessThanOrEqual(client);
  }
  const reader = card(page, delivery.scatter.title).getByRole('slider');
  await reader.focus();
  await page.keyboard.press('Home');
  await expect(reader).toHaveAttribute('aria-valuetext', /kind-199: CI cost \$1\.00, Deployments 199$/);
  await page.keyboard.press('End');
  await expect(reader).toHaveAttribute('aria-valuetext', /kind-1: CI cost \$199\.00, Deployments 1$/);
  await expect(card(page, delivery.repositories.title).locator('tbody tr')).toHaveCount(9);
});

test('CI cost: the pointer finds the point that is nearest from left to right', async ({ page }) => {
  await retell(page, 'delivery/cost/repositories', ([row = {}]) =>
    ['10.00', '20.00', '100.00'].map((ci_cost, at) => ({
      ...row,
      repo: `acme/${at}`,
      ci_cost,
      deployments: at + 1,
    })),
  );
  await open(page, '/ci-cost');
  const own = card(page, delivery.scatter.title);
  const box = await own.getByRole('slider').boundingBox();
  if (!box) throw new Error('no reader');
  for (const [share, name] of [
    [0.05, 'acme/0'],
    [0.3, 'acme/1'],
    [0.9, 'acme/2'],
  ] as const) {
    await page.mouse.move(box.x + share * box.width, box.y + box.height / 2);
    await expect(own.locator('.tooltip')).toContainText(name);
  }
});

test('CI cost: the measure that is chosen is drawn, and its link is said with interval and warning', async ({
  page,
}) => {
  await retell(page, 'delivery/cost/links', (rows) =>
    rows.map((row) =>
      row.over === 'repositories' && row.measure === 'lead_p50_days'
        ? { ...row, pairs: 12, spearman: 0.5, spearman_low: -0.1, spearman_high: 0.8 }
        : row,
    ),
  );
  await open(page, '/ci-cost');
  const own = card(page, delivery.scatter.title);
  await own.getByLabel(delivery.measure).selectOption('lead_p50_days');
  await expect(own.getByRole('img')).toHaveAccessibleName(
    delivery.scatter.chart(delivery.measures.lead_p50_days),
  );
  await expect(own.locator('.finding')).toHaveText(
    `Over 12 repositories Spearman is 0.50, 95 % interval -0.10 to 0.80. ${delivery.noLink}`,
  );
});

test('CI cost: the first sentence is that of the server about the links, and too few months are said in words', async ({
  page,
}) => {
  const answer = page.waitForResponse(/delivery\/cost\/links/);
  await retell(page, 'delivery/cost/links', (rows) =>
    rows.map((row) => ({ ...row, pairs: 4, pearson: null, spearman: null })),
  );
  await open(page, '/ci-cost');
  const { finding } = (await (await answer).json()).meta;
  await expect(page.locator('main .lead').first()).toHaveText(finding);
  const table = card(page, delivery.links.title).locator('table');
  await expect(table.getByText(delivery.links.few)).toHaveCount(
    2 * (await table.locator('tbody tr').count()),
  );
});

test('CI cost: one currency at a time', async ({ page }) => {
  for (const route of ['delivery/cost', 'delivery/cost/links', 'delivery/cost/repositories'])
    await retell(page, route, (rows) => rows.flatMap((row) => [row, { ...row, currency: 'EUR' }]));
  await open(page, '/ci-cost');
  const rows = card(page, delivery.links.title).locator('tbody tr');
  await expect(rows).toHaveCount(9);
  await expect(card(page, delivery.links.title).locator('.finding')).toContainText('EUR');
  await page.getByLabel(delivery.currency).selectOption('USD');
  await expect(card(page, delivery.links.title).locator('.finding')).toContainText('USD');
  await expect(rows).toHaveCount(9);
});

test('CI cost: where no deployment is known it is said which side is missing', async ({ page }) => {
  const without = (rows: Row[]) =>
    rows.map((row) => ({ ...row, deployments: null, lead_p50_days: null, cost_per_change: null }));
  await retell(page, 'delivery/cost', without);
  await retell(page, 'delivery/cost/repositories', without);
  await open(page, '/ci-cost');
  await expect(page.getByText(delivery.noDelivery)).toBeVisible();
  const own = card(page, delivery.scatter.title);
  await expect(own.locator('.finding')).toHaveText(delivery.scatter.none);
  await expect(own.locator('svg.chart')).toHaveCount(0);
  await expect(tile(page, delivery.perChange)).toContainText(words.card.missing);
});

test('CI: periods and workflows lead to the runs and jobs that are counted there', async ({ page }) => {
  await open(page, '/ci');
  const [runs, jobs] = [/ci\/reliability\/evidence\?/, /ci\/cost\/evidence\?/];
  for (const [title, asked, place, column] of [
    [ci.rates.title, runs, 0, words.columns.first_try],
    [ci.workflows.title, runs, 0, words.columns.first_try],
    [ci.money.title('USD'), jobs, 0, words.columns.part],
    [ci.workflows.title, jobs, 1, words.columns.part],
  ] as const) {
    const own = card(page, title);
    const answer = page.waitForResponse(asked);
    await own
      .getByRole('button', { name: words.evidence.open('').trim() })
      .nth(place)
      .click();
    const { meta, data } = await (await answer).json();
    expect(data.length).toBeGreaterThan(0);
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText(words.evidence.count(meta.count));
    await expect(dialog.locator('tbody tr')).toHaveCount(data.length);
    await expect(dialog.locator('tbody a').first()).toHaveAttribute('href', data[0].url);
    await expect(dialog.getByRole('columnheader', { name: column })).toBeVisible();
    await dialog.getByRole('button', { name: words.evidence.close }).click();
  }
});

test('CI: runs of the default branch alone are asked for by the address, and costs stay', async ({
  page,
}) => {
  await open(page, '/ci');
  const runs = tile(page, ci.tiles.success).locator('.basis');
  const [all, paid] = [
    await runs.textContent(),
    await tile(page, ci.tiles.cost).locator('strong').textContent(),
  ];
  await page.getByLabel(words.filters.ref).selectOption('default');
  await expect(page).toHaveURL(/ref=default/);
  await expect(runs).not.toHaveText(all ?? '');
  await expect(tile(page, ci.tiles.cost).locator('strong')).toHaveText(paid ?? '');
  await expect(page.getByText(ci.onlyRuns)).toBeVisible();
  await page.getByRole('button', { name: words.filters.clear }).click();
  await expect(page).not.toHaveURL(/ref=/);
  await open(page, '/cloud?ref=default');
  const inactive = words.filters.inactive(`${words.filters.ref} (${words.filters.defaultBranch})`);
  await expect(page.getByText(inactive)).toBeVisible();
});

test('CI: each key figure of both pages explains itself', async ({ page }) => {
  for (const [path, count] of [
    ['/ci', 5],
    ['/ci-cost', 3],
  ] as const) {
    await open(page, path);
    const abouts = page.locator('ul.tiles button.about');
    await expect(abouts).toHaveCount(count);
    await abouts.first().click();
    await expect(page.locator('ul.tiles .popover:popover-open a')).toHaveAttribute(
      'href',
      /metrics\.md#9-ci$/,
    );
  }
});

test('CI cost: the line through the repositories is drawn with its interval, and where there is none nothing is', async ({
  page,
}) => {
  const costs = ['10.00', '20.00', '100.00'];
  await retell(page, 'delivery/cost/repositories', ([row = {}]) =>
    costs.map((ci_cost, at) => ({ ...row, repo: `acme/${at}`, ci_cost, deployments: at + 1 })),
  );
  await retell(page, 'delivery/cost/repositories/line', () =>
    costs.map((ci_cost, at) => ({
      currency: 'USD',
      measure: 'deployments',
      ci_cost,
      line: at + 1.5,
      low: at - 1,
      high: at + 3,
    })),
  );
  await open(page, '/ci-cost');
  const own = card(page, delivery.scatter.title);
  await expect(own.locator('svg.chart path.band')).toHaveCount(1);
  await expect(own.locator('svg.chart path.stroke')).toHaveCSS('stroke', /^rgb/);
  await expect(own).toContainText(delivery.scatter.fitted);
  const reader = own.getByRole('slider');
  await reader.focus();
  await page.keyboard.press('Home');
  await expect(reader).toHaveAttribute('aria-valuetext', /Deployments 1, Line 1\.5 \(-1\.0 to 3\.0\)$/);
  await own.getByLabel(delivery.measure).selectOption('lead_p50_days');
  await expect(own.locator('svg.chart path.band')).toHaveCount(0);
  await expect(own).not.toContainText(delivery.scatter.fitted);
});
