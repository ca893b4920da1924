import type { Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { card, open, tile } from '../support/page.ts';

const { dora } = words;
const { services } = dora;

interface Row {
  [column: string]: unknown;
  service?: string;
  month?: string;
  complete: boolean | null;
}

/** Columns that stay where nothing is recorded any more. */
const kept = ['year', 'week', 'month', 'service', 'team', 'segment', 'provisional', 'signals', 'no_limits'];

/** What the server says of some rows once deployments are recorded no more. */
async function silence(page: Page, isSilent: (row: Row, at: number, all: readonly Row[]) => boolean) {
  await page.route(/\/api\/v1\/delivery\/dora(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    const rows = json.data as Row[];
    json.data = rows.map((row, at) =>
      isSilent(row, at, rows)
        ? Object.fromEntries(
            Object.entries(row).map(([name, cell]) => [
              name,
              name === 'complete' ? false : kept.includes(name) ? cell : null,
            ]),
          )
        : row,
    );
    await route.fulfill({ response: answer, json });
  });
}

/** Whether a row is among the newest of its service. */
const ofTheLast =
  (count: number) =>
  (row: Row, at: number, all: readonly Row[]): boolean =>
    all.slice(at + 1).filter(({ service }) => service === row.service).length < count;

test('DORA: where deployments are recorded no more there is a gap and no zero, and the sentence says so', async ({
  page,
}) => {
  await silence(page, ofTheLast(4));
  await open(page, '/dora');
  const deployments = card(page, dora.deployments.title);
  const reader = deployments.getByRole('slider');
  await reader.focus();
  await page.keyboard.press('End');
  await expect(reader).toHaveAttribute('aria-valuetext', new RegExp(words.card.missing));
  const first = dora.deployments.unrecorded('(.*)').replace('(.*)', '\\d{4}-W\\d\\d');
  await expect(deployments.locator('.finding')).toHaveText(new RegExp(first));
  const heat = card(page, services.titleWithTeams).locator('tbody').last().locator('tr').nth(1);
  await expect(heat.locator('td').last()).toHaveText(new RegExp(words.card.missing));
  await expect(heat.locator('td.h0').last()).not.toBeVisible();
});

test('DORA: where nothing is known at all it is not said that nothing was deployed', async ({ page }) => {
  await silence(page, () => true);
  for (const list of ['deployments', 'changes']) {
    await page.route(new RegExp(`/api/v1/delivery/${list}(\\?|$)`), async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), data: [] } });
    });
  }
  await page.route(/\/api\/v1\/delivery\/summary/, async (route) => {
    const answer = await route.fetch();
    const json = await answer.json();
    json.data = json.data.map((row: object) => ({
      ...row,
      value: null,
      n: 0,
      previous: null,
      low: null,
      high: null,
    }));
    await route.fulfill({ response: answer, json });
  });
  await open(page, '/dora');
  await expect(card(page, dora.deployments.title)).toContainText(dora.unrecorded);
  await expect(tile(page, dora.tiles.frequency)).toContainText(dora.unrecorded);
  await expect(page.locator('main')).not.toContainText(dora.empty);
});

test('DORA: teams have rows of their own above the services, with the figure that is chosen', async ({
  page,
}) => {
  await open(page, '/dora');
  const table = card(page, services.titleWithTeams).locator('table');
  await expect(table.locator('th[scope="rowgroup"]')).toHaveText([services.teams, services.services]);
  const teams = table.locator('tbody').first().locator('tr');
  expect(await teams.count()).toBeGreaterThan(1);
  const last = teams.nth(1).locator('td').nth(-2);
  const before = await last.innerText();
  await card(page, services.titleWithTeams)
    .getByRole('combobox', { name: services.measure })
    .selectOption('lead');
  await expect(last).not.toHaveText(before);
});

test('DORA: without teams there are services alone, and nobody asks for teams', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.route(/\/api\/v1\/meta(\?|$)/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), teams: [] } });
  });
  await open(page, '/dora');
  const table = card(page, services.title).locator('table');
  await expect(table.locator('thead th').first()).toHaveText(services.service);
  await expect(table.locator('th[scope="rowgroup"]')).toHaveCount(0);
  expect(asked.filter((url) => url.includes('/dora/teams'))).toEqual([]);
});
