import type { Page, Route } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, card, cards, open, openDetails, settled, titleOf } from '../support/page.ts';
import { everyPage, pages } from '../support/pages.ts';

const throughput = /\/api\/v1\/flow\/throughput(\?|$)/;
const title = words.flow.throughput.title;
/** Addresses of tables, other than those that every page asks for. */
const tables = /\/api\/v1\/.+\//;

/** Answers of the server for one address wait until they are let go. */
async function hold(page: Page, address: RegExp): Promise<() => void> {
  const waiting: Route[] = [];
  let held = true;
  await page.route(address, (route) => (held ? waiting.push(route) : route.continue()));
  return () => {
    held = false;
    for (const route of waiting) void route.continue();
  };
}

test('while a card is loading, the room of its chart is kept free', async ({ page }) => {
  const release = await hold(page, throughput);
  await page.goto(at('demo', '/flow'));
  const skeleton = card(page, title).locator('.skeleton');
  await expect(skeleton).toHaveText(words.card.loading);
  await expect(card(page, title)).toHaveAttribute('aria-busy', 'true');
  const kept = (await skeleton.boundingBox())?.height ?? 0;
  release();
  await settled(page);
  const chart = (await card(page, title).locator('svg.chart').boundingBox())?.height ?? 0;
  expect(chart).toBeGreaterThan(100);
  expect(kept).toBeGreaterThanOrEqual(chart - 1);
});

test('while newer figures are loading, the old ones stay', async ({ page }) => {
  await open(page, '/flow');
  const before = await card(page, title).locator('.finding').innerText();
  const release = await hold(page, throughput);
  await page.getByRole('button', { name: words.filters.repo }).click();
  await page.getByRole('checkbox', { name: 'acme/api' }).check();
  await expect(card(page, title)).toHaveAttribute('aria-busy', 'true');
  await expect(card(page, title).locator('svg.chart')).toBeVisible();
  await expect(card(page, title).locator('.finding')).toHaveText(before);
  await expect(card(page, title).locator('.body')).toHaveCSS('opacity', '0.6');
  release();
  await settled(page);
  await expect(card(page, title).locator('.finding')).not.toHaveText(before);
  await expect(card(page, title).locator('.body')).toHaveCSS('opacity', '1');
});

const failures = [
  {
    name: 'a fault of the server',
    answer: (route: Route) =>
      route.fulfill({
        status: 500,
        contentType: 'application/problem+json',
        body: JSON.stringify({ status: 500, detail: 'the tables could not be read', request_id: 'abc123' }),
      }),
    says: ['the tables could not be read', words.card.request('abc123')],
  },
  {
    name: 'a server that is starting',
    answer: (route: Route) => route.fulfill({ status: 503, contentType: 'text/plain', body: 'later' }),
    says: ['503'],
  },
  {
    name: 'a server that is away',
    answer: (route: Route) => route.abort('connectionrefused'),
    says: [words.card.offline],
  },
  {
    name: 'an answer that never comes',
    answer: (route: Route) => route.abort('timedout'),
    says: [words.card.offline],
  },
];

test.describe('an answer that fails', () => {
  test.use({ provoked: [/Failed to load resource/] });

  for (const failure of failures) {
    test(`${failure.name} is told in the card that it concerns, with a way to try again`, async ({
      page,
    }) => {
      let fails = true;
      await page.route(throughput, (route) => (fails ? failure.answer(route) : route.continue()));
      await open(page, '/flow');
      const alert = card(page, title).getByRole('alert');
      await expect(alert).toContainText(words.card.failed);
      for (const text of failure.says) await expect(alert).toContainText(text);
      await expect(page.getByRole('alert')).toHaveCount(1);
      for (const other of await cards(page).all()) {
        if ((await titleOf(other)) === title) continue;
        await expect(other.locator('.finding')).toBeVisible();
      }
      await alert.getByRole('button', { name: words.card.retry }).click();
      await expect(card(page, title).getByRole('alert')).toBeVisible();
      fails = false;
      await card(page, title).getByRole('button', { name: words.card.retry }).click();
      await expect(card(page, title).locator('svg.chart')).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
    });
  }

  test('without its first request a page says why and offers to try again', async ({ page }) => {
    let fails = true;
    await page.route(/\/api\/v1\/meta$/, (route) =>
      fails ? route.fulfill({ status: 500, json: { detail: 'no snapshot' } }) : route.continue(),
    );
    await page.goto(at('demo', '/flow'));
    await expect(page.getByRole('alert')).toContainText('no snapshot');
    fails = false;
    await page.getByRole('alert').getByRole('button', { name: words.card.retry }).click();
    await settled(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(card(page, title).locator('svg.chart')).toBeVisible();
  });
});

test.describe('a server that is restarted', () => {
  test.use({ provoked: [/Failed to load resource|dynamically imported module/] });

  /** Nothing of the server answers until it is let back. */
  async function takeAway(page: Page): Promise<() => Promise<void>> {
    await page.route('**/*', (route) => route.abort('connectionrefused'));
    return () => page.unroute('**/*');
  }

  const gone = (page: Page) => page.getByRole('alert').filter({ hasText: words.away.gone });

  test('is told once, and every card comes back by itself', async ({ page }) => {
    await open(page, '/flow');
    const before = await card(page, title).locator('.finding').innerText();
    const back = await takeAway(page);
    await page.getByRole('button', { name: words.filters.monthsLong(3) }).click();
    await expect(gone(page)).toBeVisible();
    await expect(card(page, title)).toContainText(words.away.waits);
    await expect(page.getByRole('alert')).toHaveCount(1);
    await expect(page.getByRole('button', { name: words.card.retry })).toHaveCount(0);
    await back();
    await expect(gone(page)).toHaveCount(0);
    await settled(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.getByText(words.away.waits)).toHaveCount(0);
    await expect(card(page, title).locator('svg.chart')).toBeVisible();
    await expect(card(page, title).locator('.finding')).toHaveText(before);
  });

  test('does not throw out who changes the page meanwhile', async ({ page }) => {
    await open(page, '/flow?from=2026-07-01');
    const back = await takeAway(page);
    await page.getByRole('link', { name: words.pages.cloud.name }).click();
    await expect(gone(page)).toBeVisible();
    await expect(page.locator('h1')).toHaveText(words.pages.cloud.name);
    await expect(page.getByRole('alert')).toHaveCount(1);
    await back();
    await expect(gone(page)).toHaveCount(0);
    await settled(page);
    await expect(page.locator('svg.chart').first()).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });

  test('says why it has nothing to show yet, where it answers', async ({ page }) => {
    await open(page, '/flow');
    const starting = { status: 503, json: { status: 503, detail: 'the first data are being loaded.' } };
    await page.route(/\/(api|readyz)/, (route) => route.fulfill(starting));
    await page.getByRole('button', { name: words.filters.monthsLong(3) }).click();
    await expect(page.getByRole('alert')).toHaveText(words.away.starting(starting.json.detail));
    await page.unroute(/\/(api|readyz)/);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await settled(page);
    await expect(card(page, title).locator('svg.chart')).toBeVisible();
  });

  test('names the commands where nothing has been imported yet, and goes on after it', async ({ page }) => {
    const empty = { status: 503, json: { detail: 'nothing has been imported yet', waits_for: 'import' } };
    await page.route(/\/(api|readyz)/, (route) => route.fulfill(empty));
    await page.goto(at('demo', '/pull-requests'));
    await expect(page.locator('h1')).toHaveText(words.setUp.title);
    await expect(page.getByRole('main')).toContainText('cto-import --org');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await page.unroute(/\/(api|readyz)/);
    await expect(page.locator('h1')).toHaveText(words.pages.pullRequests.name);
    await settled(page);
    await expect(page.locator('svg.chart').first()).toBeVisible();
  });

  test('has another version afterwards: the page is loaded again, once', async ({ page }) => {
    await open(page, '/flow');
    let loaded = 0;
    page.on('domcontentloaded', () => {
      loaded += 1;
    });
    // A browser remembers for as long as the page lives that the file was not there.
    await page.route(/assets\/page-/, (route) =>
      loaded > 0 ? route.continue() : route.fulfill({ status: 404 }),
    );
    await page.getByRole('link', { name: words.pages.cloud.name }).click();
    await settled(page);
    await expect(page.locator('svg.chart').first()).toBeVisible();
    await expect(page.locator('h1')).toHaveText(words.pages.cloud.name);
    expect(loaded).toBe(1);
  });
});

/** What only a program would say: in texts, in names, and in the places of marks. */
async function expectNoSlips(page: Page) {
  await openDetails(page);
  const slips = await page.evaluate(() => {
    const { body } = document;
    const slip = /\bNaN\b|\bnull\b|\bundefined\b|\bInfinity\b|Invalid Date|\[object/;
    const found: string[] = [];
    const check = (where: string, text: string) =>
      slip.test(text) && found.push(`${where}: ${text.slice(0, 200)}`);
    for (const line of body.innerText.split('\n')) check('text', line);
    for (const element of body.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) check(`${element.tagName} ${name}`, value);
    }
    return found;
  });
  expect(slips).toEqual([]);
}

for (const { name, path } of everyPage) {
  test(`${name} says what to do while nothing is imported`, async ({ page }) => {
    await open(page, path, 'empty');
    await expect(page.getByRole('main')).toContainText('cto-import');
    await expect(page.getByRole('banner')).toContainText(words.noData);
    await expect(page.getByRole('alert')).toHaveCount(0);
    await expect(page.locator('svg.chart')).toHaveCount(0);
    await expect(page.locator('ul.tiles strong')).toHaveCount(0);
    await expectNoSlips(page);
  });

  for (const search of ['', '?from=2026-10-30', '?from=2199-01-01', '?from=1970-01-01&by=month']) {
    test(`${name}${search} shows no slip of a program`, async ({ page }) => {
      await open(page, `${path}${search}`);
      await expect(page.getByRole('alert')).toHaveCount(0);
      await expectNoSlips(page);
    });
  }
}

for (const { name, path } of pages) {
  for (const [where, search] of [
    ['before', '?from=2020-01-01&to=2020-06-30'],
    ['after', '?from=2199-01-01&to=2199-02-01'],
  ]) {
    test(`a period ${where} the data says on ${name} from when to when there are some, and leads there`, async ({
      page,
      request,
    }) => {
      const { covered } = await (await request.get(at('demo', '/api/v1/meta'))).json();
      const [first, last] =
        path === '/cloud' ? [covered.first_bill, covered.last_bill] : [covered.from, covered.to];
      const asked: string[] = [];
      page.on('request', (sent) => {
        if (tables.test(sent.url())) asked.push(sent.url());
      });
      await open(page, `${path}${search}`);
      const outside = page.getByRole('region', { name: words.outside.title });
      await expect(outside).toContainText(first.slice(0, 10));
      await expect(outside).toContainText(last.slice(0, 10));
      await expect(page.getByRole('alert')).toHaveCount(0);
      await expect(page.locator('ul.tiles')).toHaveCount(0);
      expect(asked).toEqual([]);
      await outside.getByRole('button', { name: words.outside.nearest }).click();
      await settled(page);
      const from = await page.getByLabel(words.filters.from, { exact: true }).inputValue();
      if (where === 'before') expect(from.slice(0, first.length)).toBe(first.slice(0, 10));
      await expect(page.locator('svg.chart').first()).toBeVisible();
      await expect(page.getByRole('alert')).toHaveCount(0);
    });
  }

  test(`a period that reaches over both ends of the data is cut on ${name}, and that is said`, async ({
    page,
  }) => {
    const asked: URL[] = [];
    page.on('request', (sent) => {
      if (tables.test(sent.url())) asked.push(new URL(sent.url()));
    });
    await open(page, `${path}?from=2020-01-01&to=2199-01-01`);
    await expect(page.getByText(words.filters.begin('').slice(0, -2))).toBeVisible();
    await expect(page.getByText(words.filters.end('').slice(0, -2))).toBeVisible();
    await expect(page.locator('svg.chart').first()).toBeVisible();
    expect(asked.length).toBeGreaterThan(2);
    for (const { searchParams } of asked) {
      expect((searchParams.get('from') ?? '') > '2020-01-01').toBe(true);
      expect(searchParams.get('to')).toBeNull();
    }
  });
}

test('a period without data can be left for everything', async ({ page }) => {
  await open(page, '/flow?from=2199-01-01&to=2199-02-01');
  await page.getByRole('button', { name: words.card.widen }).click();
  await settled(page);
  await expect(card(page, title).locator('svg.chart')).toBeVisible();
});

test('too few weeks for limits are said in words, and points are drawn without them', async ({ page }) => {
  await open(page, '/flow?from=2026-09-28&to=2026-10-25&project=4100004');
  const control = card(page, title);
  await expect(control.locator('.finding')).toContainText(/\w/);
  await expectNoSlips(page);
});

test('sources that failed are counted in the header and named below it, with what went wrong', async ({
  page,
  request,
}) => {
  const { sources } = await (await request.get(at('partial', '/api/v1/meta'))).json();
  const failed = sources.filter(({ state }: { state: string }) => state !== 'ok');
  expect(failed.length).toBeGreaterThan(0);
  await open(page, '/pull-requests', 'partial');
  await page
    .getByRole('banner')
    .getByRole('button', { name: words.sourcesFailed(failed.length) })
    .click();
  const table = page.getByRole('region', { name: words.sources });
  for (const { label, message, state } of failed) {
    const row = table.getByRole('row').filter({ hasText: label }).filter({ hasText: message });
    await expect(row.first()).toContainText(state);
  }
});

test('repositories whose pull requests could not be read are named on their page', async ({
  page,
  request,
}) => {
  const { sources } = await (await request.get(at('partial', '/api/v1/meta'))).json();
  const failed = sources.filter(
    ({ scope, state }: Record<string, string>) => scope === 'pull_requests' && state !== 'ok',
  );
  expect(failed.length).toBeGreaterThan(0);
  await open(page, '/pull-requests', 'partial');
  for (const { label } of failed)
    await expect(page.locator('main > p').filter({ hasText: label })).toBeVisible();
});

test('sources without a fault are not spoken of', async ({ page }) => {
  await open(page, '/pull-requests');
  await expect(page.getByRole('banner')).not.toContainText(words.sourcesFailed(1));
  await expect(page.getByRole('banner')).toContainText(words.asOf(''));
});

for (const [when, age, said] of [
  ['2026-10-31T06:00:00Z', 'fresh', words.fresh],
  ['2026-11-04T18:00:00Z', 'old', words.old(words.days(5), true)],
  ['2026-11-28T18:00:00Z', 'stale', words.stale(words.days(29), true)],
] as const) {
  test(`seen on ${when.slice(0, 10)} the data of 30 October are ${age}, by shape, colour and words`, async ({
    page,
  }) => {
    await page.clock.setFixedTime(new Date(when));
    await open(page, '/flow');
    const banner = page.getByRole('banner');
    await expect(banner).toContainText(words.asOf(''));
    await expect(banner).toContainText(said);
    await expect(banner.locator('.dot')).toHaveClass(`dot ${age}`);
    if (age === 'fresh') await expect(banner).not.toContainText(' old');
  });
}

test('a week that has not ended is marked by its shape and in words', async ({ page, request }) => {
  const { data } = await (await request.get(at('demo', '/api/v1/flow/throughput'))).json();
  expect(data.at(-1).complete).toBe(false);
  await open(page, '/flow');
  const control = card(page, title);
  await expect(control.locator('svg.chart circle.signal-ring.g0')).toHaveCount(1);
  await expect(control.getByRole('list', { name: words.card.legend })).toContainText(
    words.control.notComplete,
  );
  await expect(control.getByRole('slider')).toHaveAttribute('aria-valuetext', /not complete yet/);
});

test('a month of spending that has not ended is hatched', async ({ page }) => {
  await open(page, '/cloud');
  await expect(page.locator('svg.chart').first().locator('.partial, [class*="hatch"]').first()).toBeVisible();
  await expect(page.getByRole('list', { name: words.card.legend }).first()).toContainText(/not complete/i);
});
