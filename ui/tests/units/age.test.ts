import { expect, test } from '@playwright/test';
import { ageOf, daysOld } from '../../src/age.ts';

const now = Date.parse('2026-11-29T06:00:00Z');

test('data are as old as the source that is farthest behind', () => {
  expect(daysOld(now, ['2026-11-29T05:00:00Z', '2026-11-24T05:00:00Z', null, undefined])).toBe(5);
});

test('without sources the data themselves say how old they are', () => {
  expect(daysOld(now, [], '2026-10-30T18:00:00Z')).toBe(29);
  expect(daysOld(now, [null], '2026-10-30T18:00:00Z')).toBe(29);
});

test('what is not known, or of the future, is not old', () => {
  expect(daysOld(now, [])).toBe(0);
  expect(daysOld(now, ['2026-12-30T18:00:00Z'])).toBe(0);
});

for (const [days, age] of [
  [0, 'fresh'],
  [1, 'fresh'],
  [2, 'old'],
  [6, 'old'],
  [7, 'stale'],
  [29, 'stale'],
] as const) {
  test(`data of ${days} days ago are ${age}`, () => expect(ageOf(days)).toBe(age));
}
