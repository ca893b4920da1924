import { expect, test } from '@playwright/test';
import { addressOf } from '../../src/api/client.ts';
import { ofAll } from '../../src/pages/pull-requests/weeks.ts';

const path = '/api/v1/pull-requests/cycle';

test('the rows over all repositories are asked for alone', () => {
  expect(addressOf(path, ofAll({ from: '2026-01-05', team: ['Ads'] }))).toBe(
    `${path}?from=2026-01-05&repo=ALL&team=Ads`,
  );
  expect(addressOf(path, ofAll({ repo: [] }))).toBe(`${path}?repo=ALL`);
});

test('chosen repositories stay chosen', () => {
  expect(addressOf(path, ofAll({ repo: ['web', 'api'] }))).toBe(`${path}?repo=web&repo=api`);
});
