import { expect, test } from '@playwright/test';
import { nearest, usualMonths, within } from '../../src/covered.ts';

const covered = { from: '2025-05-01', to: '2026-10-30' };

for (const [what, asked, part] of [
  ['inside', ['2026-01-01', '2026-02-01'], ['2026-01-01', '2026-02-01']],
  ['beginning before the data', ['2020-01-01', '2026-02-01'], ['2025-05-01', '2026-02-01']],
  ['ending after the data', ['2026-02-01', '2199-01-01'], ['2026-02-01', '2026-10-30']],
  ['around the data', ['1970-01-01', '2199-01-01'], ['2025-05-01', '2026-10-30']],
  ['ending on the first day', ['2020-01-01', '2025-05-01'], ['2025-05-01', '2025-05-01']],
  ['beginning on the last day', ['2026-10-30', '2027-05-01'], ['2026-10-30', '2026-10-30']],
  ['before the data', ['2020-01-01', '2025-04-30'], undefined],
  ['after the data', ['2026-10-31', '2027-05-01'], undefined],
] as const) {
  test(`of a period ${what} the part with data is shown`, () => {
    const found = within({ from: asked[0], to: asked[1] }, covered);
    expect(found && [found.from, found.to]).toEqual(part);
  });
}

test('nearest to a period before the data is as long a one at their beginning', () => {
  expect(nearest({ from: '2020-01-01', to: '2020-01-31' }, covered)).toEqual({
    from: '2025-05-01',
    to: '2025-05-31',
  });
});

test('nearest to a period after the data is as long a one at their end', () => {
  expect(nearest({ from: '2199-01-01', to: '2199-01-31' }, covered)).toEqual({
    from: '2026-09-30',
    to: '2026-10-30',
  });
});

test('nearest to what is longer than the data are all of them', () => {
  expect(nearest({ from: '2000-01-01', to: '2020-01-31' }, covered)).toEqual(covered);
  expect(nearest({ from: '2100-01-01', to: '2199-01-31' }, covered)).toEqual(covered);
});

test('a year is usual once there is a year before it, until then half a year', () => {
  expect(usualMonths({ from: '2024-10-30', to: '2026-10-30' })).toBe(12);
  expect(usualMonths({ from: '2024-10-31', to: '2026-10-30' })).toBe(6);
  expect(usualMonths({ from: '2026-10-01', to: '2026-10-30' })).toBe(6);
  expect(usualMonths(undefined)).toBe(12);
});
