import { type RowOf, useTable } from '../../api/client.ts';
import type { PageState } from '../../layout/page-state.tsx';

/** A metric over the period that is shown, against another one. */
export type SummaryRow = RowOf<'/api/v1/flow/summary'>;

/** The key figures of the period. Tiles and cards share one request. */
export function useSummary({ params, ready }: PageState) {
  return useTable('/api/v1/flow/summary', params, ready);
}
