import { type RowOf, useTable } from '../../api/client.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { isWeekly } from '../../period.ts';
import { courseOf, ofAll, overAll, weeksOf } from './weeks.ts';

type Latency = RowOf<'/api/v1/pull-requests/review-latency'>;

/** Weekly figures of the tables that the cards draw; the same requests, so nothing is loaded twice. */
export function useCourses({ params, ready }: PageState) {
  const cycle = useTable('/api/v1/pull-requests/cycle', ofAll(params), ready).data;
  const latency = useTable('/api/v1/pull-requests/review-latency', params, ready).data;
  const requests = useTable('/api/v1/pull-requests/change-requests', ofAll(params), ready).data;
  const sizeless = (rows: readonly Latency[]) => rows.filter((row) => row.size === 'ALL');
  return {
    cycle: courseOf(
      weeksOf(cycle?.meta.periods ?? [], overAll(cycle?.data)),
      (row) => row.open_to_merge_p50_days,
    ),
    review: courseOf(
      weeksOf(latency?.meta.periods ?? [], sizeless(latency?.data ?? [])),
      (row) => row.to_first_review_p50_hours,
    ),
    requests: courseOf(
      weeksOf(requests?.meta.periods ?? [], overAll(requests?.data.filter(isWeekly))),
      (row) => row.avg,
    ),
  };
}
