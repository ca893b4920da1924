import { expect, test } from '@playwright/test';
import { weekly } from '../../src/pages/flow/cumulative-data.ts';

const row = (date: string, count: number, project_id = '1') => ({
  date,
  project_id,
  project_name: '',
  step: 'backlog',
  count,
});
const days = (rows: ReturnType<typeof row>[], today: string) =>
  weekly(rows, today).map(({ label, day, counts }) => [label, day, counts.backlog]);

test('a week is drawn by its last whole day, over all boards', () => {
  const rows = [row('2026-10-25', 1), row('2026-10-29', 2), row('2026-10-29', 4, '2'), row('2026-10-30', 9)];
  expect(days(rows, '2026-10-30')).toEqual([
    ['2026-W43', '2026-10-25', 1],
    ['2026-W44', '2026-10-29', 6],
  ]);
  expect(days(rows, '2026-10-31').at(-1)).toEqual(['2026-W44', '2026-10-30', 9]);
});

test('a week of which only the running day is known is not drawn beside whole ones', () => {
  expect(days([row('2026-10-25', 1), row('2026-10-26', 9)], '2026-10-26')).toEqual([
    ['2026-W43', '2026-10-25', 1],
  ]);
});

test('where there is only the running day it is shown', () => {
  expect(days([row('2026-10-30', 9)], '2026-10-30')).toEqual([['2026-W44', '2026-10-30', 9]]);
});
