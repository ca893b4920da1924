import { type RowOf, useTable } from '../api/client.ts';
import type { ControlPoint } from '../charts/control.tsx';
import type { PageState } from '../layout/page-state.tsx';
import { weekLabel } from '../period.ts';

type Path = '/api/v1/flow/throughput' | '/api/v1/pull-requests/change-requests' | '/api/v1/delivery/dora';
type Period = { year: number; week: number } | { month: string } | { quarter: string };
type By = 'week' | 'month' | 'quarter';

/** What the rows of counts have in common. */
export type Counted = Period & {
  center?: number | null;
  ucl?: number | null;
  lcl?: number | null;
  signals?: string | null;
  segment?: number | null;
  no_limits?: string | null;
  complete?: boolean | null;
};

export type CountRow<Of extends Path> = RowOf<Of> & Counted;

/**
 * Counts by week; by month where so few happen that weeks have no limits, and by quarter where months have none either.
 * `of` picks the rows that are drawn, `grains` are the periods that there are.
 */
export function useCounts<Row extends Counted>(
  path: Path,
  { params, ready }: PageState,
  of: (row: Row) => boolean,
  grains: readonly By[] = ['week', 'month', 'quarter'],
) {
  const weeks = useTable(path, params, ready);
  const rareByWeek = isRare(rowsOf(weeks.data, of));
  const months = useTable(path, { ...params, by: 'month' }, ready && rareByWeek);
  const rareByMonth = grains.includes('quarter') && rareByWeek && isRare(rowsOf(months.data, of));
  const quarters = useTable(path, { ...params, by: 'quarter' }, ready && rareByMonth);
  const by: By = rareByMonth ? 'quarter' : rareByWeek ? 'month' : 'week';
  const query = { week: weeks, month: months, quarter: quarters }[by];
  return { query, rows: rowsOf(query.data, of), by };
}

function rowsOf<Row>(answer: { data: readonly unknown[] } | undefined, of: (row: Row) => boolean): Row[] {
  return ((answer?.data ?? []) as readonly Row[]).filter(of);
}

/** Whether the newest complete period has too few for limits. */
function isRare(rows: readonly Counted[]): boolean {
  return rows.findLast((row) => row.complete)?.no_limits === 'too_rare';
}

/** `2026-W14`, `2026-04`, `2026-Q2` */
export function labelOf(row: Period): string {
  return 'week' in row ? weekLabel(row) : 'month' in row ? row.month : row.quarter;
}

/** A row as a point of its chart. */
export function pointOf(row: Counted, value: number | null | undefined): ControlPoint {
  return {
    label: labelOf(row),
    value: value ?? null,
    center: row.center ?? null,
    ucl: row.ucl ?? null,
    lcl: row.lcl ?? null,
    signals: row.signals ?? '',
    noLimits: row.no_limits ?? '',
    segment: row.segment ?? null,
    complete: row.complete ?? null,
  };
}
