import { expect, test } from '@playwright/test';
import { weekly } from '../../src/pages/flow/cumulative-data.ts';

const row = (week: number, step: string, count: number, date = '2026-10-25') => ({
  year: 2026,
  week,
  step,
  date,
  count,
});

test('the steps of a week are one row, and what the server does not say stays unknown', () => {
  const weeks = weekly([row(43, 'backlog', 9), row(43, 'done', 2), row(44, 'backlog', 10, '2026-10-29')]);
  expect(
    weeks.map(({ label, day, counts }) => [label, day, counts.backlog, counts.done, counts.dev]),
  ).toEqual([
    ['2026-W43', '2026-10-25', 9, 2, null],
    ['2026-W44', '2026-10-29', 10, null, null],
  ]);
});
