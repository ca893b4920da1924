import { type RowOf, useTable } from '../../api/client.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { words } from '../../words.ts';

export type KeysRow = RowOf<'/api/v1/delivery/dora'>;
export type WeekRow = Extract<KeysRow, { week: number }>;
export type MonthRow = Extract<KeysRow, { month: string }>;

/** What the server calls all services together. */
export const all = 'ALL';

/** Whether it is not known what was deployed: none is recorded any more. Before the data begin nothing is complete. */
export function isUnrecorded(row: KeysRow): boolean {
  return row.deployments == null && row.complete === false;
}

/** What to say where there is no figure: that nothing was deployed, unless it is not known of any period. */
export function emptyOf(rows: readonly KeysRow[], otherwise: string): string {
  return rows.length > 0 && rows.every(isUnrecorded) ? words.dora.unrecorded : otherwise;
}

/** The keys by week, of all services together. Cards that ask for the same share one request. */
export function useWeeks({ params, ready }: PageState) {
  const query = useTable('/api/v1/delivery/dora', params, ready);
  const rows = (query.data?.data ?? []) as readonly WeekRow[];
  return { query, rows: rows.filter((row) => row.service === all) };
}

/** The keys by month, of each service and of all. */
export function useMonths({ params, ready }: PageState) {
  const query = useTable('/api/v1/delivery/dora', { ...params, by: 'month' }, ready);
  return { query, rows: (query.data?.data ?? []) as readonly MonthRow[] };
}

/** What a list says that is empty: `otherwise`, unless nothing is known of any week. */
export function useEmpty(state: PageState, otherwise: string): string {
  return emptyOf(useWeeks(state).rows, otherwise);
}
