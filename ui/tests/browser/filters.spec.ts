import type { Locator, Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, card, open, searchOf, settled } from '../support/page.ts';

const t = words.filters;

/** Parameters of the requests for tables that a page makes from now on. */
function asked(page: Page): URLSearchParams[] {
  const found: URLSearchParams[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/\/api\/v1\/.+\//.test(url.pathname)) found.push(url.searchParams);
  });
  return found;
}

/** The choice of weeks or months: in the cards that obey it. */
function grain(page: Page, title: string = words.flow.times.lead): Locator {
  return card(page, title).getByRole('combobox', { name: t.by });
}

function days(page: Page): Promise<[string, string]> {
  return Promise.all([
    page.getByLabel(t.from, { exact: true }).inputValue(),
    page.getByLabel(t.to, { exact: true }).inputValue(),
  ]);
}

test('what is usual leaves as long a time before it to compare with', async ({ page, request }) => {
  const { covered } = await (await request.get(at('demo', '/api/v1/meta'))).json();
  const months = (Date.parse(covered.to) - Date.parse(covered.from)) / 86_400_000 / 30.4;
  const compared = months > 24 ? 12 : 6;
  expect(months).toBeGreaterThan(12);
  for (const path of ['/flow', '/pull-requests']) {
    await open(page, path);
    await expect(page.getByRole('button', { name: t.monthsLong(compared) })).toHaveAttribute(
      'aria-pressed',
      'true',
    );
    await expect(page.locator('ul.tiles')).not.toContainText(words.tiles.noComparison);
  }
});

test('a choice is written into the address, and the usual is left out of it', async ({ page }) => {
  await open(page, '/flow');
  const preset = page.getByRole('group', { name: t.period }).getByRole('button', { pressed: true });
  const months = await preset.innerText();
  expect(searchOf(page)).toBe('');
  const [usual] = await days(page);
  await page.getByRole('button', { name: t.monthsLong(3) }).click();
  await expect.poll(() => searchOf(page)).toMatch(/^\?from=\d{4}-\d{2}-\d{2}$/);
  expect((await days(page))[0] > usual).toBe(true);
  await grain(page).selectOption('month');
  await expect.poll(() => searchOf(page)).toMatch(/^\?from=[\d-]+&by=month$/);
  await grain(page).selectOption('week');
  await page.getByText(months, { exact: true }).click();
  await expect.poll(() => searchOf(page)).toBe('');
  expect((await days(page))[0]).toBe(usual);
});

test('an address has its filters always in the same order', async ({ page }) => {
  await open(
    page,
    '/flow?by=month&type=Bug&repo=acme/search&to=2026-09-30&repo=acme/api&from=2026-03-01&repo=acme/api',
  );
  const link = page.getByRole('navigation').getByRole('link', { name: words.pages.flow.name });
  await expect(link).toHaveAttribute(
    'href',
    /^\/flow\?from=2026-03-01&to=2026-09-30&repo=acme%2Fapi&repo=acme%2Fsearch(&type=Bug)?&by=month$/,
  );
});

test('reversed days are swapped', async ({ page }) => {
  const requests = asked(page);
  await open(page, '/flow?from=2026-09-30&to=2026-06-01');
  expect(await days(page)).toEqual(['2026-06-01', '2026-09-30']);
  expect(requests.length).toBeGreaterThan(3);
  expect(new Set(requests.map((request) => request.get('from')))).toEqual(new Set(['2026-06-01']));
  expect(new Set(requests.map((request) => request.get('to')))).toEqual(new Set(['2026-09-30']));
});

test('values that the data do not have are left out, and said', async ({ page }) => {
  const requests = asked(page);
  await open(page, '/flow?repo=acme%2Fapi&repo=acme%2Fgone&type=Nothing');
  await expect(page.getByText(t.unknown('acme/gone, Nothing'))).toBeVisible();
  expect(requests.length).toBeGreaterThan(3);
  for (const request of requests) {
    expect(request.getAll('repo')).toEqual(['acme/api']);
    expect(request.getAll('type')).toEqual([]);
  }
  await expect(page.getByRole('alert')).toHaveCount(0);
});

for (const absurd of [
  '2026-13-45',
  '2026-02-30',
  '0001-01-01',
  '9999-12-31',
  'yesterday',
  "2026-01-01'--",
  '',
]) {
  test(`"${absurd}" is no day: the usual period is shown, and that it was left out`, async ({ page }) => {
    await open(page, '/flow');
    const usual = await days(page);
    await open(page, `/flow?from=${encodeURIComponent(absurd)}&to=${encodeURIComponent(absurd)}&by=aeon`);
    expect(await days(page)).toEqual(usual);
    await expect(grain(page)).toHaveValue('week');
    const left = absurd ? [`from=${absurd}`, `to=${absurd}`] : [];
    await expect(page.getByText(t.unknown([...left, 'by=aeon'].join(', ')))).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
  });
}

test('a filter that pull requests do not have is named as without effect', async ({ page }) => {
  await open(page, '/pull-requests?project=4100001&repo=acme%2Fapi');
  await expect(page.getByText(t.inactive(`${t.project} (4100001)`))).toBeVisible();
  await expect(page.getByRole('button', { name: t.project })).toHaveCount(0);
  const filters = page.getByRole('region', { name: t.label });
  await expect(filters.getByRole('button', { name: t.repo })).toBeVisible();
});

test('spending has no lists to choose from, and names those of the address as without effect', async ({
  page,
}) => {
  await open(page, '/cloud?project=4100001&repo=acme%2Fapi');
  await expect(page.getByText(t.inactive(`${t.project} (4100001), ${t.repo} (acme/api)`))).toBeVisible();
  for (const name of [t.project, t.repo, t.team, t.type]) {
    await expect(page.getByRole('button', { name, exact: true })).toHaveCount(0);
  }
  const link = page.getByRole('navigation').getByRole('link', { name: words.pages.flow.name });
  await expect(link).toHaveAttribute('href', '/flow?project=4100001&repo=acme%2Fapi');
});

test('a repository that is chosen narrows every table of the page', async ({ page }) => {
  await open(page, '/flow');
  const requests = asked(page);
  await page.getByRole('button', { name: t.repo }).click();
  await page.getByRole('checkbox', { name: 'acme/web-next' }).check();
  await expect.poll(() => searchOf(page)).toBe('?repo=acme%2Fweb-next');
  await settled(page);
  expect(requests.length).toBeGreaterThan(3);
  for (const request of requests) expect(request.getAll('repo')).toEqual(['acme/web-next']);
  await page.getByRole('checkbox', { name: 'acme/api' }).check();
  await expect.poll(() => searchOf(page)).toBe('?repo=acme%2Fapi&repo=acme%2Fweb-next');
});

test('choosing a filter adds nothing to the history, changing the page does', async ({ page }) => {
  await open(page, '/flow');
  const length = () => page.evaluate(() => history.length);
  const before = await length();
  await page.getByRole('button', { name: t.monthsLong(6) }).click();
  await grain(page).selectOption('month');
  await expect.poll(() => searchOf(page)).toContain('by=month');
  expect(await length()).toBe(before);
  await page.getByRole('link', { name: words.pages.cloud.name }).click();
  await expect(page.locator('h1')).toHaveText(words.pages.cloud.name);
  expect(await length()).toBe(before + 1);
});

test('an address shows the same again after a reload', async ({ page }) => {
  await open(page, '/flow');
  const usual = await page.locator('main').innerText();
  await open(page, '/flow?from=2026-03-01&to=2026-08-31&project=4100002&by=month');
  const first = await page.locator('main').innerText();
  expect(first).not.toBe(usual);
  await page.reload();
  await settled(page);
  expect(await page.locator('main').innerText()).toBe(first);
});

test('"Clear filters" takes away all of them, also those without effect', async ({ page }) => {
  await open(page, '/pull-requests?from=2026-03-01&to=2026-08-31&project=4100002&repo=acme%2Fapi');
  await page.getByRole('button', { name: t.clear }).click();
  await expect(page).toHaveURL(at('demo', '/pull-requests'));
  await expect(page.getByRole('button', { name: t.clear })).toHaveCount(0);
});

test('the link of the view can be copied', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '/flow?by=month');
  await page.getByRole('button', { name: t.copy }).click();
  await expect(page.getByRole('status').filter({ hasText: t.copied })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(at('demo', '/flow?by=month'));
});

// The same in either order of day and month: which one the field has is the browser's.
for (const [name, delay] of [
  [t.from, 0],
  [t.from, 30],
  [t.to, 30],
] as const) {
  test(`a day is typed into "${name}" key by key (${delay} ms), and counts once the field is left`, async ({
    page,
  }) => {
    await open(page, '/flow');
    const requests = asked(page);
    await page.getByLabel(name, { exact: true }).focus();
    await page.keyboard.type('03032026', { delay });
    await expect(page.getByLabel(name, { exact: true })).toHaveValue('2026-03-03');
    expect(searchOf(page)).toBe('');
    expect(requests).toEqual([]);
    // Over the button of the picker.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await expect.poll(() => searchOf(page)).toBe(`?${name.toLowerCase()}=2026-03-03`);
    await settled(page);
    expect(new Set(requests.map((request) => request.get(name.toLowerCase())))).toEqual(
      new Set(['2026-03-03']),
    );
  });
}

test('Enter takes the day that was typed, and the focus stays to correct it', async ({ page }) => {
  await open(page, '/flow');
  await page.getByLabel(t.from, { exact: true }).focus();
  await page.keyboard.type('03032026');
  await page.keyboard.press('Enter');
  await expect.poll(() => searchOf(page)).toBe('?from=2026-03-03');
  await page.keyboard.type('0206');
  expect(searchOf(page)).toBe('?from=2026-03-03');
});

test('a day that was typed in part changes nothing, and is said', async ({ page }) => {
  await open(page, '/flow');
  const [usual] = await days(page);
  await page.getByLabel(t.from, { exact: true }).focus();
  await page.keyboard.type('0303');
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByText(t.notADay(t.from, usual))).toBeVisible();
  expect((await days(page))[0]).toBe(usual);
  expect(searchOf(page)).toBe('');
});

test('a year outside of the calendar is refused in words', async ({ page }) => {
  await open(page, '/flow');
  const [usual] = await days(page);
  await page.getByLabel(t.from, { exact: true }).fill('0026-03-15');
  await page.getByLabel(t.to, { exact: true }).focus();
  await expect(page.getByText(t.notADay(t.from, usual))).toBeVisible();
  expect((await days(page))[0]).toBe(usual);
});

test('a day that is deleted gives the usual one', async ({ page }) => {
  await open(page, '/flow?from=2026-03-03');
  await page.getByLabel(t.from, { exact: true }).fill('');
  await page.keyboard.press('Enter');
  await expect.poll(() => searchOf(page)).toBe('');
});

test('a day that was picked counts without leaving the field', async ({ page }) => {
  await open(page, '/flow');
  const field = page.getByLabel(t.from, { exact: true });
  await field.click();
  await field.evaluate((input: HTMLInputElement) => {
    // What the picker of the browser does: it sets the value and tells it.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, '2026-03-15');
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await expect.poll(() => searchOf(page)).toBe('?from=2026-03-15');
});

test('weeks or months are chosen in the two cards that can show both, and nowhere else', async ({ page }) => {
  await open(page, '/flow');
  await expect(page.getByRole('combobox', { name: t.by })).toHaveCount(2);
  await grain(page).selectOption('month');
  await settled(page);
  for (const title of [words.flow.times.lead, words.flow.times.cycle]) {
    await expect(grain(page, title)).toHaveValue('month');
    await expect(card(page, title).getByRole('slider')).toHaveAttribute('aria-valuetext', /^\d{4}-\d{2}: /);
  }
  await grain(page, words.flow.times.cycle).selectOption('week');
  await expect(grain(page)).toHaveValue('week');
  await expect.poll(() => searchOf(page)).toBe('');
});
