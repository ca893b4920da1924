import { type RowOf, useTable } from '../../api/client.ts';
import type { PageState } from '../../layout/page-state.tsx';
import type { LegendItem } from '../../parts/legend.tsx';
import { weekLabel } from '../../period.ts';
import { words } from '../../words.ts';

type Row = Extract<RowOf<'/api/v1/flow/stocks'>, { week: number }>;

/** Columns of stocks in pull order: what is nearest to production first. */
export const stockSteps = [
  { step: 'waiting_to_prod', column: 'waiting_to_prod', tone: 's0' },
  { step: 'qa', column: 'in_qa', tone: 's1' },
  { step: 'review', column: 'in_review', tone: 's2' },
  { step: 'dev', column: 'in_dev', tone: 's3' },
  { step: 'ready', column: 'in_ready', tone: 's4' },
  { step: 'backlog', column: 'in_backlogs', tone: 's5' },
] as const;

const bugColumns = [
  'opened_bugs',
  'opened_bugs_customer_facing',
  'opened_bugs_internal',
  'opened_bugs_dev_process',
] as const;

type Column = (typeof stockSteps)[number]['column'] | 'off_board' | (typeof bugColumns)[number];

/** The stocks of all boards that are shown, at the end of a week; null where no board has a figure. */
export type StockWeek = { label: string; complete: boolean | null } & Record<Column, number | null>;

export function stepName(step: string): string {
  return words.flow.steps[step] ?? step;
}

/** Stocks by week. Cards that ask for the same share one request. */
export function useStocks({ params, ready }: PageState) {
  const query = useTable('/api/v1/flow/stocks', { ...params, by: 'week' }, ready);
  return { query, weeks: query.data ? weeksOf(query.data.data, query.data.meta.periods) : [] };
}

/** The net flow of all levels. Tiles and cards share one request. */
export function useNetFlow({ params, ready }: PageState) {
  return useTable('/api/v1/flow/net-flow', params, ready);
}

/** Sums over the boards, in the order of the periods that the server names. */
function weeksOf(rows: readonly RowOf<'/api/v1/flow/stocks'>[], periods: readonly string[]): StockWeek[] {
  const byWeek = new Map<string, Row[]>();
  for (const row of rows.filter(isWeekly)) {
    const label = weekLabel(row);
    byWeek.set(label, [...(byWeek.get(label) ?? []), row]);
  }
  return periods.map((label) => {
    const boards = byWeek.get(label) ?? [];
    const sum = (column: Column) =>
      boards.reduce<number | null>((known, row) => {
        const value = row[column] ?? null;
        return value === null ? known : (known ?? 0) + value;
      }, null);
    const columns = [...stockSteps.map((step) => step.column), 'off_board' as const, ...bugColumns];
    return {
      label,
      complete: boards.length === 0 ? null : boards.every((row) => row.complete !== false),
      ...(Object.fromEntries(columns.map((column) => [column, sum(column)])) as Record<
        Column,
        number | null
      >),
    };
  });
}

function isWeekly(row: RowOf<'/api/v1/flow/stocks'>): row is Row {
  return 'week' in row;
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

/** Started and not done: the sum of its steps. */
export function workInProgress(week: StockWeek): number | null {
  const parts = [week.in_dev, week.in_review, week.in_qa, week.waiting_to_prod];
  return parts.reduce<number | null>((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}
