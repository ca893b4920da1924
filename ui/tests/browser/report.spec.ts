import { readFileSync } from 'node:fs';
import type { Locator, Page, Route } from '@playwright/test';
import type { Schemas } from '../../src/api/client.ts';
import { nameOfMonth } from '../../src/period.ts';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { at, card, cards, open, openDetails, searchOf, settled, titleOf } from '../support/page.ts';

const t = words.report;
type Report = Schemas['Report'];
type Fetch = (address: string) => Promise<{ json: () => Promise<unknown> }>;

/** What the API says, which the page has to say too. */
async function reported(get: Fetch, month?: string): Promise<Report & { months: string[]; usual: string }> {
  const { data, usual } = (await (await get(at('demo', '/api/v1/reports'))).json()) as {
    data: string[];
    usual: string;
  };
  const report = await (await get(at('demo', `/api/v1/reports/${month ?? usual}`))).json();
  return { ...(report as Report), months: data, usual };
}

const picker = (page: Page) => page.getByRole('combobox', { name: words.month });
const section = (page: Page, { number, title }: { number: number; title: string }) =>
  card(page, `${number}. ${title}`);
const texts = (some: Locator) => some.evaluateAll((all) => all.map((one) => one.textContent ?? ''));

test('the usual month is shown: its title, its question, and its sections in their order', async ({
  page,
  request,
}) => {
  const report = await reported((address) => request.get(address));
  await open(page, '/report');
  await expect(page.locator('h1')).toHaveText(words.pages.report.name);
  await expect(page.getByText(words.pages.report.question)).toBeVisible();
  await expect(page.locator('.lead')).toContainText(report.title);
  await expect(picker(page)).toHaveValue(report.usual);
  const titles = await Promise.all((await cards(page).all()).map(titleOf));
  const numbered = titles.filter((title) => /^\d+\. /.test(title));
  const written = report.sections.filter(({ blocks }) =>
    blocks.some(({ kind }) => kind === 'sentences' || kind === 'table'),
  );
  expect(written.length).toBeGreaterThan(5);
  expect(numbered).toEqual(written.map(({ number, title }) => `${number}. ${title}`));
  expect(new Set(titles).size).toBe(titles.length);
});

test('the findings are the sentences of the API, ranked, each with its evidence', async ({
  page,
  request,
}) => {
  const { findings, sections } = await reported((address) => request.get(address));
  expect(findings.length).toBeGreaterThan(0);
  await open(page, '/report');
  const list = section(page, sections[0] as Report['sections'][number]).locator('ol > li');
  expect(await texts(list.locator('> span:first-child'))).toEqual(
    findings.map(({ sentence }) => sentence.text),
  );
  const links = list.getByRole('link', { name: /^evidence of/ });
  expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual(
    findings.flatMap(({ sentence }) => sentence.evidence?.path ?? []),
  );
});

test('the one table has a row for each measure, as printed by the API, and a colour for two words alone', async ({
  page,
  request,
}) => {
  const { measures, sections } = await reported((address) => request.get(address));
  await open(page, '/report');
  const rows = section(page, sections[1] as Report['sections'][number]).locator('tbody tr');
  const shown = await rows.evaluateAll((all) =>
    all.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
  );
  expect(measures.length).toBeGreaterThan(10);
  expect(shown.map((cells) => cells.filter((_, at) => at !== 5))).toEqual(
    measures.map(({ title, text, previous, change, change_year, verdict, rests_on }) => [
      title,
      text,
      previous,
      change,
      change_year,
      verdict.text,
      rests_on,
    ]),
  );
  for (const [at, { months, verdict }] of measures.entries()) {
    const row = rows.nth(at);
    const judged = verdict.kind === 'better' || verdict.kind === 'worse' ? [verdict.text] : [];
    expect(await texts(row.locator('.verdict'))).toEqual(judged);
    const known = months.filter((value) => value !== null);
    await expect(row.locator('svg.spark')).toHaveCount(known.length > 1 ? 1 : 0);
  }
});

test('every sentence and every table of the report is on the page, and every link leads to an answer', async ({
  page,
  request,
}) => {
  const { sections } = await reported((address) => request.get(address));
  await open(page, '/report');
  for (const one of sections) {
    const own = section(page, one);
    for (const block of one.blocks) {
      if (block.kind === 'sentences') {
        for (const { text } of block.sentences) await expect(own).toContainText(text);
      } else if (block.kind === 'table' && block.rows.length > 0) {
        const table = own.getByRole('region', { name: words.card.tableOf(block.title) });
        await expect(table.locator('tbody tr')).toHaveCount(block.rows.length);
        expect(await texts(table.locator('thead th'))).toEqual(block.columns.map(({ title }) => title));
      } else if (block.kind === 'chart' || block.kind === 'months') {
        await expect(card(page, block.title).locator('svg.chart')).toBeVisible();
      }
    }
  }
  const paths = await page
    .locator('main .card a')
    .evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute('href') ?? ''))]);
  expect(paths.length).toBeGreaterThan(10);
  for (const path of paths) expect((await request.get(at('demo', path))).status(), path).toBe(200);
});

test('colours of systems have their letter, and what it means below the table', async ({ page }) => {
  await open(page, '/report');
  const letters = await page
    .locator('main .letter')
    .evaluateAll((all) => all.map((one) => [one.className.replace('letter ', ''), one.textContent]));
  expect(letters.length).toBeGreaterThan(3);
  const known = Object.entries(t.letters).map(([colour, [letter]]) => `${colour} ${letter}`);
  for (const [colour, letter] of letters) expect(known).toContain(`${colour} ${letter}`);
  await expect(page.getByText(`${t.letters.red[0]} ${t.letters.red[1]}`).first()).toBeVisible();
});

test('another month is picked: it is in the address, and the page is about it', async ({ page, request }) => {
  const { months, usual, title } = await reported((address) => request.get(address));
  await open(page, '/report');
  const options = await picker(page)
    .locator('option')
    .evaluateAll((all) => all.map((option) => [(option as HTMLOptionElement).value, option.textContent]));
  expect(options).toEqual(months.map((month) => [month, nameOfMonth(month)]));
  expect(months).toEqual([...months].sort().reverse());
  const other = months.filter((month) => month !== usual)[2] as string;
  await picker(page).focus();
  await picker(page).selectOption(other);
  await expect.poll(() => searchOf(page)).toBe(`?month=${other}`);
  await settled(page);
  const report = await reported((address) => request.get(address), other);
  expect(report.title).not.toBe(title);
  await expect(page.locator('.lead')).toContainText(report.title);
  for (const { sentence } of report.findings) await expect(page.getByText(sentence.text)).toBeVisible();
  await page.reload();
  await settled(page);
  await expect(picker(page)).toHaveValue(other);
  await expect(page.locator('.lead')).toContainText(report.title);
  await picker(page).selectOption(usual);
  await expect.poll(() => searchOf(page)).toBe('');
});

test('a team narrows the report and its files; what a report does not have is named', async ({ page }) => {
  await open(page, '/report?from=2026-03-01&repo=acme%2Fapi&month=2026-08&team=Nobody');
  const { from, repo, inactive, unknown } = words.filters;
  await expect(page.getByText(inactive(`${from} (2026-03-01), ${repo} (acme/api)`))).toBeVisible();
  await expect(page.getByText(unknown('Nobody'))).toBeVisible();
  const answer = page.waitForResponse(/reports\/2026-08\?team=/);
  await page.getByRole('button', { name: words.filters.team }).click();
  const team = page.getByRole('checkbox').first();
  await team.check();
  const { scope } = (await (await answer).json()) as Report;
  await settled(page);
  expect(scope).toMatch(/\w/);
  await expect(page.locator('.lead')).toContainText(scope ?? '');
  const files = page.getByRole('list', { name: t.download }).getByRole('link');
  await expect(files).toHaveCount(Object.keys(t.files).length);
  for (const link of await files.all()) await expect(link).toHaveAttribute('href', /\?team=/);
});

test('another page names the month as without effect', async ({ page }) => {
  await open(page, '/dora?month=2026-08');
  await expect(page.getByText(words.filters.inactive(`${words.month} (2026-08)`))).toBeVisible();
});

test('every file of the report is downloaded under a name that has its month', async ({ page }) => {
  await open(page, '/report');
  const month = await picker(page).inputValue();
  for (const [file, name] of Object.entries(t.files)) {
    const link = page.getByRole('link', { name, exact: true });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toBe(`${month}-${file}`);
    expect(readFileSync(await download.path()).length).toBeGreaterThan(20);
  }
});

test.describe('a server that wants a token', () => {
  test.use({ provoked: [/status of 401/] });

  test('gives the files to whom has it', async ({ page, servers }) => {
    await page.goto(at('locked', '/report'));
    await page.getByLabel(words.token.label).fill(servers.token);
    await page.getByRole('button', { name: words.token.submit }).click();
    await settled(page);
    const link = page.getByRole('link', { name: t.files['report.md'], exact: true });
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^\d{4}-\d{2}-report\.md$/);
    expect(readFileSync(await download.path(), 'utf8')).toContain(
      await page
        .locator('.lead strong')
        .innerText()
        .then((title) => title.replace(/\.$/, '')),
    );
  });
});

test.describe('answers that are no report', () => {
  test.use({ provoked: [/Failed to load resource/] });

  test('a month that is not known says why, and leads to one that is', async ({ page }) => {
    await open(page, '/report?month=1999-01');
    const missing = page.getByRole('region', { name: t.missing });
    await expect(missing).toContainText('1999-01');
    await expect(missing).toContainText(/data begins in \d{4}-\d{2}/);
    await expect(picker(page)).toHaveValue('1999-01');
    await expect(page.getByRole('alert')).toHaveCount(0);
    await missing.getByRole('button').click();
    await settled(page);
    await expect.poll(() => searchOf(page)).toBe('');
    await expect(cards(page).first()).toContainText(/\w/);
    await expect(missing).toHaveCount(0);
  });

  test('a fault of the server is told once, with a way to try again', async ({ page }) => {
    let fails = true;
    await page.route(/\/api\/v1\/reports\/\d/, (route) =>
      fails
        ? route.fulfill({ status: 500, json: { detail: 'the report could not be made', request_id: 'abc' } })
        : route.continue(),
    );
    await open(page, '/report');
    const alert = page.getByRole('alert');
    await expect(alert).toHaveCount(1);
    await expect(alert).toContainText('the report could not be made');
    fails = false;
    await alert.getByRole('button', { name: words.card.retry }).click();
    await settled(page);
    await expect(alert).toHaveCount(0);
    await expect(page.locator('svg.chart').first()).toBeVisible();
  });
});

/** Answers with the report that is there, changed. */
async function changed(page: Page, change: (report: Report) => void) {
  await page.route(/\/api\/v1\/reports\/\d/, async (route: Route) => {
    const answer = await route.fetch();
    const report = (await answer.json()) as Report;
    change(report);
    await route.fulfill({ json: report });
  });
}

test('a part of a kind that is not known is left out, and markup in names is text', async ({ page }) => {
  const name = '<img src=x onerror=alert(1)>';
  await changed(page, ({ findings, sections }) => {
    const [first] = sections;
    first?.blocks.push({ kind: 'hologram', title: 'hologram' } as never);
    for (const block of first?.blocks ?? []) {
      if (block.kind === 'sentences') block.sentences.push({ text: name });
    }
    findings.length = 0;
    sections.push({
      number: 99,
      id: 'later',
      title: 'Later',
      appendix: true,
      blocks: [{ kind: 'hologram' } as never],
    });
  });
  await open(page, '/report');
  await expect(page.getByText(name)).toBeVisible();
  await expect(page.locator('main img')).toHaveCount(0);
  await expect(page.getByRole('main')).not.toContainText('hologram');
  await expect(page.getByText('99. Later')).toHaveCount(0);
});

test('long names are broken: nothing scrolls sideways, and paper cuts nothing', async ({ page }) => {
  const name = `organisation/${'a-very-long-name-of-a-service-'.repeat(6)}${'x'.repeat(80)}`;
  await changed(page, ({ sections }) => {
    for (const { blocks } of sections) {
      for (const block of blocks) {
        if (block.kind === 'sentences') block.sentences.push({ text: `${name} is named.` });
        const cell = block.kind === 'table' ? block.rows[0]?.[0] : undefined;
        if (cell) cell.text = name;
      }
    }
  });
  for (const width of [320, 640, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await open(page, '/report');
    await openDetails(page);
    const [scroll, client] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    expect(scroll).toBe(client);
  }
  await expectNothingCutOnPaper(page);
});

async function expectNothingCutOnPaper(page: Page) {
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.setViewportSize({ width: 720, height: 1000 });
  const tables = page.locator('main .card > .body > .table').filter({ visible: true });
  for (const table of await tables.all()) {
    expect(await table.evaluate((box) => box.scrollWidth - box.clientWidth)).toBeLessThanOrEqual(0);
  }
}

test('while another month is loading, the report that is shown stays', async ({ page, request }) => {
  const { months, usual, title } = await reported((address) => request.get(address));
  await open(page, '/report');
  const other = months.find((month) => month !== usual) as string;
  let release = () => {};
  await page.route(new RegExp(`reports/${other}`), async (route) => {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    await route.continue();
  });
  await picker(page).selectOption(other);
  await expect(cards(page).first()).toHaveAttribute('aria-busy', 'true');
  await expect(page.locator('.lead')).toContainText(title);
  await expect(cards(page).first().locator('.body')).toHaveCSS('opacity', '0.6');
  release();
  await settled(page);
  await expect(page.locator('.lead')).toContainText(nameOfMonth(other));
});

/** Sheets of A4. */
async function sheets(page: Page): Promise<number> {
  const text = (await page.pdf({ format: 'A4', printBackground: true })).toString('latin1');
  expect(text).toMatch(/\/MediaBox\s*\[\s*0 0 59[456](\.\d+)? 84[12](\.\d+)?\s*\]/);
  return (text.match(/\/Type\s*\/Page\b/g) ?? []).length;
}

test('the report prints on two sheets of A4, and its appendix on more behind them', async ({ page }) => {
  await open(page, '/report');
  const all = await sheets(page);
  await page.locator('.appendix, .appendix ~ .report').evaluateAll((behind) => {
    for (const element of behind) (element as HTMLElement).style.display = 'none';
  });
  expect(await sheets(page)).toBe(2);
  expect(all).toBeGreaterThan(2);
  expect(all).toBeLessThanOrEqual(8);
});

test('on paper the report is light, cut nowhere, and without what paper cannot do', async ({ page }) => {
  await open(page, '/report');
  await expectNothingCutOnPaper(page);
  await expect(page.locator('.card').first()).toHaveCSS('background-color', 'rgb(255, 255, 255)');
  await expect(page.getByRole('list', { name: t.download })).toBeHidden();
  await expect(page.locator('.evidence-of').first()).toBeHidden();
  await expect(page.locator('svg.spark').first()).toBeVisible();
  await expect(picker(page)).toBeHidden();
});

test('the first five sections of the served file take two sheets of A4, and all of it at most twelve', async ({
  page,
  request,
}) => {
  const { usual } = await reported((address) => request.get(address));
  await page.goto(at('demo', `/api/v1/reports/${usual}/report.html`));
  const all = await sheets(page);
  expect(all).toBeGreaterThan(2);
  expect(all).toBeLessThanOrEqual(12);
  await page.locator('section:has(> h2)').evaluateAll((sections) => {
    for (const section of sections)
      if (Number.parseInt(section.textContent ?? '', 10) > 5) (section as HTMLElement).style.display = 'none';
  });
  expect(await sheets(page)).toBe(2);
});
