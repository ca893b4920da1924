import type { Page } from '@playwright/test';
import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { card, open } from '../support/page.ts';

const t = words.flow.iterations;
const address = /\/api\/v1\/delivery\/spillover(\?|$)/;
const long =
  'Sprint of the teams that look after payments, invoices and everything around them, the eighth of this year';

/** An iteration of two weeks, the last one still runs. */
function iteration(number: number, runs = false) {
  const day = (days: number) =>
    new Date(Date.UTC(2026, 0, 5 + 14 * number + days)).toISOString().slice(0, 10);
  return {
    iteration_id: `gitlab.example/iteration/${number}`,
    iteration: number === 7 ? long : `Sprint ${number}`,
    starts_on: day(0),
    due_on: day(13),
    planned_at_start: 10 + number,
    added_later: 2,
    removed: 1,
    done_in_it: 5,
    carried_over: runs ? null : 6 + number,
    planned_done: 5,
    carried_share: runs ? null : 0.25,
    complete: !runs,
    host: 'gitlab.example',
  };
}

/** The answer of the server with rows, as those of an organisation on GitLab. */
async function planned(page: Page) {
  await page.route(address, async (route) => {
    const answer = await route.fetch();
    const { meta } = await answer.json();
    const data = Array.from({ length: 8 }, (_, number) => iteration(number, number === 7));
    const finding =
      'Of 16 issues planned at the start of Sprint 6, 5 were done in it; 12 issues were carried over.';
    await route.fulfill({ response: answer, json: { data, meta: { ...meta, finding, reason_empty: null } } });
  });
}

test('where nobody plans in iterations there is no card about them', async ({ page }) => {
  await open(page, '/flow');
  await expect(page.getByRole('heading', { name: t.title, exact: true })).toHaveCount(0);
});

test('iterations are listed with what was planned, done and carried over, the newest first', async ({
  page,
}) => {
  await planned(page);
  await open(page, '/flow');
  const iterations = card(page, t.title);
  await expect(iterations.locator('.finding')).toContainText('Sprint 6');
  const rows = iterations.locator('table tbody tr');
  await expect(rows).toHaveCount(6);
  await expect(rows.nth(1).locator('th, td').nth(0)).toHaveText('Sprint 6');
  const cells = rows.nth(1).locator('td.number');
  await expect(cells).toHaveText(['16', '2', '5', '12', '1']);
  await expect(rows.nth(0).locator('td.number').nth(3), 'it still runs').not.toHaveText(/\d/);
  const bar = rows.nth(1).locator('svg rect.fill');
  const widths = await bar.evaluateAll((parts) => parts.map((part) => Number(part.getAttribute('width'))));
  expect(widths.map((width) => Math.round((width / 84) * 18))).toEqual([5, 12, 1]);
  await iterations.getByRole('button', { name: t.all(8) }).click();
  await expect(rows).toHaveCount(8);
});

test('a long name of an iteration wraps and makes the page no wider', async ({ page }) => {
  await planned(page);
  await page.setViewportSize({ width: 390, height: 800 });
  await open(page, '/flow');
  const name = card(page, t.title).getByText(long, { exact: true });
  await expect(name).toBeVisible();
  expect((await name.boundingBox())?.height ?? 0).toBeGreaterThan(40);
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
});

test('the issues of an iteration are asked for by its id', async ({ page }) => {
  await planned(page);
  await open(page, '/flow');
  const asked = page.waitForRequest(/\/delivery\/spillover\/evidence\?/);
  await card(page, t.title)
    .getByRole('button', { name: words.evidence.open('Sprint 6') })
    .click();
  expect(new URL((await asked).url()).searchParams.get('iteration')).toBe('gitlab.example/iteration/6');
  await expect(page.getByRole('dialog')).toBeVisible();
});
