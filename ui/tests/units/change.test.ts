import { expect, test } from '@playwright/test';
import { beforeOf, changeOf, weekOf } from '../../src/parts/change.ts';
import { words } from '../../src/words.ts';

const one = (value: number) => value.toFixed(1);
const course = [
  { label: '2026-W42', value: 13.9 },
  { label: '2026-W43', value: 15.4 },
  { label: '2026-W44', value: null },
];
const limits = { limit_low: 13, limit_high: 15.3 };

test('a week outside of its limits is said with them, and its verdict belongs to it', () => {
  expect(weekOf({ ...limits, verdict: 'worse' }, course, one)).toEqual({
    text: 'week of 19 Oct: 15.4, above the usual 13.0 to 15.3',
    verdict: 'worse',
  });
  expect(weekOf({ limit_low: 16, limit_high: 17, verdict: 'better' }, course, one)).toEqual({
    text: 'week of 19 Oct: 15.4, below the usual 16.0 to 17.0',
    verdict: 'better',
  });
});

test('a week within its limits has no verdict, unless it is part of a run', () => {
  const within = { limit_low: 9.1, limit_high: 26.2 };
  expect(weekOf({ ...within, verdict: '' }, course, one)).toEqual({
    text: 'week of 19 Oct: 15.4, within the usual 9.1 to 26.2',
    verdict: undefined,
  });
  expect(weekOf({ ...within, verdict: 'worse' }, course, one)?.text).toBe(
    'week of 19 Oct: 15.4, within the usual 9.1 to 26.2, in a run',
  );
});

test('without limits nothing is called usual', () => {
  expect(weekOf({ verdict: '' }, course, one)).toBeNull();
  expect(weekOf(undefined, course, one)).toBeNull();
});

test('a signal of a week whose figure is not at hand is still told', () => {
  expect(weekOf({ ...limits, verdict: 'worse' }, [], one)).toEqual({
    text: words.tiles.signal,
    verdict: 'worse',
  });
  expect(weekOf({ ...limits, verdict: '' }, [], one)).toBeNull();
});

test('a change has no verdict', () => {
  expect(changeOf({ change_percent: 40 }, words.tiles.before)).toEqual({
    percent: 40,
    against: words.tiles.before,
  });
});

test('what a year is compared with is the year before', () => {
  const covered = { from: '2024-01-01', to: '2026-10-30' };
  expect(beforeOf({ params: { from: '2025-10-30' }, covered })).toBe(words.tiles.yearBefore);
  expect(beforeOf({ params: { from: '2025-10-01', to: '2026-10-01' }, covered })).toBe(
    words.tiles.yearBefore,
  );
  expect(beforeOf({ params: { from: '2026-04-30' }, covered })).toBe(words.tiles.before);
});
