import { expect, test } from '@playwright/test';
import { emptyOf, findingOf, type InnovationRow, ofAll } from '../../src/pages/flow/innovation.tsx';

const month = (month: string, ratio: number | null, more: Partial<InnovationRow> = {}): InnovationRow => ({
  month,
  team: 'ALL',
  tickets: 12,
  days: 40,
  innovation_days: 10,
  ratio,
  source: 'tickets',
  complete: true,
  ...more,
});

test('the newest complete month with a ratio is told with its counts', () => {
  const rows = [
    month('2026-07', 0.5),
    month('2026-08', 0.254, { tickets: 31, source: 'issues' }),
    month('2026-09', null),
    month('2026-10', 0.9, { complete: false }),
  ];
  expect(findingOf(rows)).toContain('2026-08: 25');
  expect(findingOf(rows)).toContain('31 finished');
  expect(findingOf([month('2026-09', null)])).toBeUndefined();
});

test('what is drawn is all that is selected, not a team of it', () => {
  expect(ofAll([month('2026-07', 0.5), month('2026-07', 0.4, { team: 'alpha' })])).toHaveLength(1);
});

test('where nothing can be drawn it is said why: no types, too few, nothing', () => {
  expect(emptyOf([month('2026-07', null, { innovation_days: null })])).toContain(
    'metrics: {innovation_types',
  );
  expect(emptyOf([month('2026-07', null, { tickets: 3 })])).toContain('No month has 10 finished tickets');
  expect(emptyOf([month('2026-07', null, { tickets: 0, source: 'issues' })])).toContain(
    'Nothing was finished',
  );
  expect(emptyOf([])).toContain('Nothing was finished');
  expect(emptyOf([month('2026-07', 0)])).toBeNull();
});
