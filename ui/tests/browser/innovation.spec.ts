import { words } from '../../src/words.ts';
import { expect, test } from '../bed/servers.ts';
import { card, open } from '../support/page.ts';

const t = words.flow.innovation;
const address = /\/api\/v1\/delivery\/innovation(\?|$)/;

test('the innovation ratio is a bar for each month, with a sentence and its counts', async ({ page }) => {
  await open(page, '/flow');
  const innovation = card(page, t.title);
  await expect(innovation.locator('.finding')).toContainText('went into innovation');
  await expect(innovation.getByRole('img', { name: t.chart })).toBeVisible();
  await innovation.locator('details.figures summary').click();
  const rows = innovation.locator('table tbody tr');
  expect(await rows.count()).toBeGreaterThan(3);
  await expect(rows.first().locator('td').first()).not.toHaveText('');
});

test('without types of work the card says what to set', async ({ page }) => {
  await page.route(address, async (route) => {
    const answer = await route.fetch();
    const { data, meta } = await answer.json();
    const unset = data.map((row: object) => ({ ...row, innovation_days: null, ratio: null }));
    await route.fulfill({ response: answer, json: { data: unset, meta } });
  });
  await open(page, '/flow');
  await expect(card(page, t.title).locator('.empty')).toContainText('metrics: {innovation_types: [feature]}');
});
