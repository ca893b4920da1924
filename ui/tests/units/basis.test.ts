import { expect, test } from '@playwright/test';
import type { Meta } from '../../src/api/client.ts';
import { basisOf } from '../../src/export/basis.ts';

const meta = (applied: Record<string, string[]>) =>
  ({ as_of: '2026-10-30T18:00:00Z', timezone: 'UTC', filters: { applied, inactive: [] } }) as Pick<
    Meta,
    'as_of' | 'filters' | 'timezone'
  >;
const about = { projects: [{ id: '4100001', name: 'Platform' }] };

test('a picture says its period up to the end of the data, and their time', () => {
  expect(basisOf(meta({ from: ['2026-04-30'] }), about)).toBe(
    '2026-04-30 – 2026-10-30 · Data as of 30 Oct 2026, 18:00 UTC',
  );
});

test('a picture names its filters as the page does', () => {
  const applied = {
    from: ['2026-01-01'],
    to: ['2026-03-31'],
    project: ['4100001'],
    repo: ['acme/api', 'acme/web'],
  };
  expect(basisOf(meta(applied), about)).toBe(
    '2026-01-01 – 2026-03-31 · Board: Platform · Repository: acme/api, acme/web · Data as of 30 Oct 2026, 18:00 UTC',
  );
});

test('without a time of the data none is made up', () => {
  expect(basisOf({ ...meta({}), as_of: null }, undefined)).toBe('');
});
