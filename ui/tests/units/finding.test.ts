import { expect, test } from '@playwright/test';
import { aboutShown } from '../../src/finding.ts';

const weekly = 'The last complete week (2026-W43, 14 issues finished) was normal.';
const monthly = 'AI against compute in 2026-09, the last complete month: 5.1 % more than in 2026-08.';
const daily = 'At the end of 2026-10-30 157 issues on boards were not done.';

test('a sentence stands beside the rows that it is about', () => {
  expect(aboutShown(weekly, ['2026-W42', '2026-W43'])).toBe(weekly);
  expect(aboutShown(monthly, ['2026-09', '2026-10'])).toBe(monthly);
  expect(aboutShown(daily, ['2026-10-29', '2026-10-30'])).toBe(daily);
});

test('a sentence about rows that are not shown is not shown either', () => {
  expect(aboutShown(weekly, ['2026-W02', '2026-W14'])).toBeUndefined();
  expect(aboutShown(monthly, ['2026-10'])).toBeUndefined();
  expect(aboutShown(monthly, ['2026-08'])).toBeUndefined();
  expect(aboutShown(daily, ['2026-03-31'])).toBeUndefined();
});

test('a sentence of no period stands beside any rows, and any sentence beside a list', () => {
  expect(aboutShown('40 pull requests are open.', ['2026-W02'])).toBe('40 pull requests are open.');
  expect(aboutShown(weekly, [])).toBe(weekly);
  expect(aboutShown(null, ['2026-W02'])).toBeUndefined();
});
