import { expect, test } from '@playwright/test';
import {
  daysOf,
  firstDay,
  firstOfMonth,
  isoDay,
  lastOfMonth,
  monthsBefore,
  spoken,
  ticks,
  weekLabel,
} from '../../src/period.ts';

const day = (text: string) => new Date(`${text}T00:00:00Z`);

/** Labels of months, from one on. */
const months = (from: string, count: number) =>
  Array.from({ length: count }, (_, at) => isoDay(monthsBefore(day(`${from}-01`), -at)).slice(0, 7));

/** Labels of weeks of one year. */
const weeks = (year: number, from: number, count: number) =>
  Array.from({ length: count }, (_, at) => weekLabel({ year, week: from + at }));

for (const [label, first] of [
  ['2026-W01', '2025-12-29'],
  ['2026-W14', '2026-03-30'],
  ['2026-W53', '2026-12-28'],
  ['2025-W01', '2024-12-30'],
  ['2021-W01', '2021-01-04'],
  ['2020-W53', '2020-12-28'],
  ['2026-09', '2026-09-01'],
  ['2026-Q1', '2026-01-01'],
  ['2026-Q4', '2026-10-01'],
  ['2024-02-29', '2024-02-29'],
] as const) {
  test(`${label} begins on ${first}`, () => {
    expect(isoDay(firstDay(label))).toBe(first);
  });
}

for (const [from, count, before] of [
  ['2026-10-30', 12, '2025-10-30'],
  ['2026-03-31', 1, '2026-02-28'],
  ['2024-03-31', 1, '2024-02-29'],
  ['2026-01-15', 1, '2025-12-15'],
  ['2026-01-31', 14, '2024-11-30'],
  ['2026-05-05', 0, '2026-05-05'],
] as const) {
  test(`${count} months before ${from} is ${before}`, () => {
    expect(isoDay(monthsBefore(day(from), count))).toBe(before);
  });
}

test('a month has its first and its last day', () => {
  expect(firstOfMonth('2026-10-30')).toBe('2026-10-01');
  expect(lastOfMonth('2026-02-10')).toBe('2026-02-28');
  expect(lastOfMonth('2024-02-29')).toBe('2024-02-29');
  expect(lastOfMonth('2026-12-01')).toBe('2026-12-31');
});

test('weeks are labelled with two digits', () => {
  expect(weekLabel({ year: 2026, week: 4 })).toBe('2026-W04');
});

test('a week is spoken with its first day, a month as it is', () => {
  expect(spoken('2026-W14')).toBe('2026-W14 (from 2026-03-30)');
  expect(spoken('2026-09')).toBe('2026-09');
});

test('every month has a tick where there is room, and January carries the year', () => {
  expect(ticks(months('2025-11', 4), 12)).toEqual([
    { index: 0, text: 'Nov', strong: false },
    { index: 1, text: 'Dec', strong: false },
    { index: 2, text: 'Jan 2026', strong: true },
    { index: 3, text: 'Feb', strong: false },
  ]);
});

test('ticks are never more than asked for, and January stays', () => {
  for (const most of [2, 3, 4, 6, 8]) {
    const found = ticks(months('2025-10', 24), most);
    expect(found.length).toBeLessThanOrEqual(most);
    expect(found.filter((tick) => tick.strong).map((tick) => tick.text)).toContain('Jan 2026');
  }
});

test('weeks have a tick where a month begins, in order of time', () => {
  const labels = weeks(2026, 1, 30);
  const found = ticks(labels, 12);
  const starts = found.map((tick) => firstDay(labels[tick.index] ?? '').getUTCMonth());
  expect(new Set(starts).size).toBe(starts.length);
  expect(found.map((tick) => tick.index)).toEqual([...found.map((tick) => tick.index)].sort((a, b) => a - b));
});

test('no periods have no ticks', () => {
  expect(ticks([], 6)).toEqual([]);
});

test('a month and a quarter have their days', () => {
  expect(daysOf('2026-02')).toEqual({ from: '2026-02-01', to: '2026-02-28' });
  expect(daysOf('2025-Q4')).toEqual({ from: '2025-10-01', to: '2025-12-31' });
});
