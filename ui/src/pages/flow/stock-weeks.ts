import { type RowOf, useTable } from '../../api/client.ts';
import type { PageState } from '../../layout/page-state.tsx';
import type { LegendItem } from '../../parts/legend.tsx';
import { weekLabel } from '../../period.ts';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/flow/stocks/totals'>;

/** Columns of stocks in pull order: what is nearest to production first. */
export const stockSteps = [
  { step: 'waiting_to_prod', column: 'waiting_to_prod', tone: 's0' },
  { step: 'qa', column: 'in_qa', tone: 's1' },
  { step: 'review', column: 'in_review', tone: 's2' },
  { step: 'dev', column: 'in_dev', tone: 's3' },
  { step: 'ready', column: 'in_ready', tone: 's4' },
  { step: 'backlog', column: 'in_backlogs', tone: 's5' },
] as const;

/** The stocks of all boards that are shown, at the end of a week; null where there is no figure. */
export type StockWeek = { label: string } & Pick<Row, Column> & { complete: boolean | null };

type Column =
  | (typeof stockSteps)[number]['column']
  | 'wip'
  | 'off_board'
  | 'opened_bugs'
  | 'opened_bugs_customer_facing'
  | 'opened_bugs_internal'
  | 'opened_bugs_dev_process'
  | 'opened_bugs_without_source';

export function stepName(step: string): string {
  return words.flow.steps[step] ?? step;
}

/** Stocks by week. Cards that ask for the same share one request. */
export function useStocks({ params, ready }: PageState) {
  const query = useTable('/api/v1/flow/stocks/totals', params, ready);
  return { query, weeks: (query.data?.data ?? []).map(weekOf) };
}

/** The net flow of all levels. Tiles and cards share one request. */
export function useNetFlow({ params, ready }: PageState) {
  return useTable('/api/v1/flow/net-flow', params, ready);
}

function weekOf(row: Row): StockWeek {
  return { ...row, label: weekLabel(row), complete: row.complete ?? null };
}

/** Weeks that a stock is set against. */
export const quarter = 13;

/** How much a stock changed over a quarter; null where the period does not reach back that far. */
export function changeOf(values: readonly (number | null)[]): number | null {
  const now = values.at(-1) ?? null;
  const then = values.at(-1 - quarter) ?? null;
  return now === null || then === null ? null : now - then;
}

/** What the stripes mean, where the last week has them. */
export function partialKey(weeks: readonly StockWeek[]): LegendItem[] {
  if (weeks.at(-1)?.complete !== false) return [];
  return [{ shape: 'partial', tone: 'other', text: words.control.notComplete }];
}
