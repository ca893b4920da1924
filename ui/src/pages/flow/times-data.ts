import { type RowOf, useTable } from '../../api/client.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { weekLabel } from '../../period.ts';

type Row = RowOf<'/api/v1/flow/cycle-time'>;
export type By = 'week' | 'month';

/** One of the two times over the items that were finished in a period, in days. */
export interface Spread {
  n: number | null;
  p50: number | null;
  p85: number | null;
  p95: number | null;
  mean: number | null;
}

export interface Period {
  label: string;
  complete: boolean | null;
  lead: Spread;
  cycle: Spread;
}

/** Lead and cycle times by period. Cards that ask for the same share one request. */
export function useCycleTimes({ params, ready }: PageState, by: By, wanted = true) {
  const query = useTable('/api/v1/flow/cycle-time', { ...params, by }, ready && wanted);
  return { query, periods: query.data?.data.map(period) ?? [] };
}

function period(row: Row): Period {
  return {
    label: 'week' in row ? weekLabel(row) : row.month,
    complete: row.complete ?? null,
    lead: {
      n: row.lead_count,
      p50: row.leadtime_days_p50 ?? null,
      p85: row.leadtime_days_p85 ?? null,
      p95: row.leadtime_days_p95 ?? null,
      mean: row.leadtime_days_avg,
    },
    cycle: {
      n: row.cycle_count,
      p50: row.cycletime_days_p50 ?? null,
      p85: row.cycletime_days_p85 ?? null,
      p95: row.cycletime_days_p95 ?? null,
      mean: row.cycletime_days_avg,
    },
  };
}
