import { expect, test } from '@playwright/test';
import { linesOf } from '../../src/pages/dora/lines.ts';

const months = ['2026-01', '2026-02', '2026-03'];
const row = (name: string, month: string, deployments: number | null, complete = true) => ({
  name,
  month,
  deployments,
  complete,
});
const lines = (rows: ReturnType<typeof row>[]) =>
  linesOf(
    rows,
    months,
    ({ name }) => name,
    ({ deployments }) => deployments,
  );

test('what has most comes first, and what has as much by name', () => {
  const rows = [row('b', '2026-01', 1), row('a', '2026-01', 1), row('c', '2026-01', 2)];
  expect(lines(rows).map(({ name }) => name)).toEqual(['c', 'a', 'b']);
});

test('before the first row there is nothing, a null is unknown, and 0 is 0', () => {
  const rows = [row('a', '2026-02', 0), row('a', '2026-03', null, false)];
  const figure = (value: number | null, complete: boolean) => ({ value, complete });
  expect(lines(rows)).toEqual([{ name: 'a', cells: [undefined, figure(0, true), figure(null, false)] }]);
});

test('months that are not shown are left out', () => {
  expect(lines([row('a', '2025-12', 9)])).toEqual([]);
});
