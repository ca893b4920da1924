import { expect, test } from '@playwright/test';
import {
  type Block,
  formatOf,
  monthColumns,
  partsOf,
  pointOf,
  tonesOf,
  type Week,
  weekColumns,
} from '../../src/pages/report/tables.ts';

const week: Week = {
  week: '2026-W41',
  first_day: '2026-10-05',
  value: 12,
  center: 10,
  lcl: 4,
  ucl: 16,
  signal: false,
  in_month: true,
  segment: 2,
};

test('a block of a kind that is not known is skipped, and the others stay in their order', () => {
  const blocks = [
    { kind: 'sentences', list: true, sentences: [] },
    { kind: 'hologram', title: 'From a later version' },
    { kind: 'months', title: 'EUR', unit: 'EUR', months: [], parts: [], totals: [] },
    { kind: 'table', title: 'A table', columns: [], rows: [] },
    { kind: 'chart', title: 'Weeks', says: '', unit: '', points: [] },
  ] as Block[];
  const { written, drawn } = partsOf({ blocks });
  expect(written.map(({ kind }) => kind)).toEqual(['sentences', 'table']);
  expect(drawn.map(({ kind }) => kind)).toEqual(['months', 'chart']);
});

test('a signalled week has the shape of what it is, and without a signal none, wherever it lies', () => {
  expect(pointOf(week).signals).toBe('');
  expect(pointOf({ ...week, value: 17 }).signals).toBe('');
  expect(pointOf({ ...week, value: 17, signal: true }).signals).toBe('beyond_limits');
  expect(pointOf({ ...week, value: 3, signal: true }).signals).toBe('beyond_limits');
  expect(pointOf({ ...week, signal: true }).signals).toBe('run');
});

test('weeks without limits have none, and those of the month are marked', () => {
  const { center, lcl, ucl, ...bare } = week;
  expect(pointOf({ ...bare, in_month: false })).toMatchObject({
    label: '2026-W41',
    center: null,
    lcl: null,
    ucl: null,
    marked: false,
  });
  expect(pointOf(week)).toMatchObject({ center, lcl, ucl, segment: 2, complete: true, marked: true });
});

test('values are written as their unit asks for', () => {
  expect(formatOf('share')(0.0244)).toBe('2.4 %');
  expect(formatOf('hours')(1.9491)).toBe('1.95');
  expect(formatOf('hours')(210.6)).toBe('211');
  expect(formatOf('')(1234)).toBe('1,234');
});

test('the figures behind a chart are exact, and what is unknown stays unknown', () => {
  const columns = weekColumns('hours');
  expect(columns.map(({ title }) => title)).toContain('Value, hours');
  const { ucl: _, ...row } = { ...week, value: 1.9491666 };
  expect(columns.map((column) => column.value(row) ?? null)).toEqual([
    '2026-W41',
    1.9491666,
    10,
    4,
    null,
    false,
    true,
  ]);
});

test('months have their total as it was printed, and a column for each part', () => {
  const columns = monthColumns(
    {
      title: 'Spending',
      unit: 'EUR',
      months: ['2026-09', '2026-10'],
      parts: [{ name: 'Compute', values: [null, 12.5] }],
      totals: ['–', '13'],
    },
    String,
  );
  expect(columns.map(({ title }) => title)).toEqual(['Month', 'Total, EUR', 'Compute']);
  expect([0, 1].map((at) => columns.map((column) => column.value(at)))).toEqual([
    ['2026-09', '–', null],
    ['2026-10', '13', 12.5],
  ]);
});

test('a name has one colour in all charts, no two of a chart have the same, and the rest is grey', () => {
  const stack = (...names: string[]) => ({ parts: names.map((name) => ({ name, values: [] })) });
  const [first, second] = [stack('Compute', 'Data', 'other'), stack('Data', 'AI', 'Compute', 'other')];
  const tones = tonesOf([first, second]);
  expect(tones.get('Compute')).toBe('g0');
  expect(tones.get('other')).toBe('other');
  for (const { parts } of [first, second]) {
    expect(new Set(parts.map(({ name }) => tones.get(name))).size).toBe(parts.length);
  }
});
