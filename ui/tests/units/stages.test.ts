import { expect, test } from '@playwright/test';
import { cohortOf, findingOf, type StageRow } from '../../src/pages/pull-requests/stages.ts';

const week = (label: string, [coding, pickup, review, merge]: number[], more: Partial<StageRow> = {}) => ({
  label,
  row: {
    year: 2026,
    week: Number(label.slice(-2)),
    repo: 'ALL',
    merged: 19,
    with_all_stages: 17,
    coding_mean_days: coding ?? null,
    pickup_mean_days: pickup ?? null,
    review_mean_days: review ?? null,
    merge_mean_days: merge ?? null,
    complete: true,
    ...more,
  } as StageRow,
});

test('the stage that is mostly the longest is named, and the stages of the last finished week, the longest first', () => {
  const weeks = [
    week('2026-W40', [0.5, 2, 1, 0.2]),
    week('2026-W41', [0.5, 1, 1.5, 0.2]),
    week('2026-W42', [0.9, 1.4, 2.1, 0.5]),
    week('2026-W43', [9, 1, 1, 1], { complete: false }),
  ];
  expect(findingOf(weeks)).toBe(
    'Review took longest in 2 of 3 complete weeks. In 2026-W42 review took longest: 2.1 days in the mean over 17 pull requests, then pickup 1.4, coding 0.9, merge 0.5.',
  );
});

test('medians have no say in which stage is the longest', () => {
  const weeks = [week('2026-W42', [0.9, 1.4, 2.1, 0.5], { coding_p50_days: 30 })];
  expect(findingOf(weeks)).toContain('review took longest');
});

test('a week in which no pull request has all stages is passed over', () => {
  const weeks = [
    week('2026-W41', [3, 1, 1.5, 0.2], { with_all_stages: 1 }),
    week('2026-W42', [], { with_all_stages: 0 }),
  ];
  expect(findingOf(weeks)).toBe(
    'In 2026-W41 coding took longest: 3.0 days in the mean over 1 pull request, then review 1.5, pickup 1.0, merge 0.2.',
  );
});

test('where two stages were the longest equally often, neither is called the usual one', () => {
  const weeks = [week('2026-W41', [1, 2, 1, 0.2]), week('2026-W42', [3, 2, 1, 0.2])];
  expect(findingOf(weeks)).toMatch(/^In 2026-W42 coding took longest/);
});

test('stages that are equally long are named together', () => {
  expect(findingOf([week('2026-W41', [1, 2, 2, 0.2])])).toContain(
    'In 2026-W41 pickup and review took longest',
  );
});

test('where nothing is known, or nothing took time, no stage is the longest', () => {
  expect(findingOf([])).toBeUndefined();
  expect(findingOf([{ label: '2026-W41', row: undefined }])).toBeUndefined();
  expect(findingOf([week('2026-W41', [0, 0, 0, 0])])).toBeUndefined();
});

test('a bar says of how many of the merged pull requests it is', () => {
  expect(cohortOf(week('2026-W41', [1, 1, 1, 1]).row)).toBe('of 17 of 19 merged pull requests');
  expect(cohortOf(week('2026-W41', [], { merged: 3, with_all_stages: 0 }).row)).toBe(
    'none of 3 merged pull requests has all four stages',
  );
  expect(cohortOf(undefined)).toBeUndefined();
});
