/** Rows of CI: which of them a card is about, and what is put together of them. */
import type { RowOf } from '../../api/client.ts';
import { count, percent } from '../../format.ts';
import { compare } from '../../money.ts';
import { words } from '../../words.ts';

export type RunsRow = RowOf<'/api/v1/ci/reliability'>;
export type MonthRow = Extract<RunsRow, { month: string }>;
export type CostRow = RowOf<'/api/v1/ci/cost'>;
type ParetoRow = RowOf<'/api/v1/ci/cost/repositories'>;

/** What the server calls all repositories, workflows or teams together. */
export const all = 'ALL';

/** Rows over all workflows of all repositories. */
export function overall<Row extends { repo: string | null; workflow: string | null; team?: string | null }>(
  rows: readonly Row[] = [],
): Row[] {
  return rows.filter(({ repo, workflow, team = all }) => repo === all && workflow === all && team === all);
}

/** The newest period that is complete. */
export function lastOf<Row extends { complete?: boolean | null }>(rows: readonly Row[]): Row | undefined {
  return rows.findLast(({ complete }) => complete);
}

/** Currencies of rows, each once, in the order of the alphabet. */
export function currenciesOf(rows: readonly { currency: string | null }[] = []): string[] {
  return [...new Set(rows.flatMap(({ currency }) => currency ?? []))].sort();
}

/** `520 of 560`: of the runs that succeeded or failed. */
export function decided({ succeeded, failed }: RunsRow): string {
  return words.dora.tiles.part(count(succeeded), count((succeeded ?? 0) + (failed ?? 0)));
}

/** The share of a cost that bought nothing; null where nothing was paid. */
export function wasted({ cost, useful }: Pick<CostRow, 'cost' | 'useful'>): number | null {
  return Number(cost) > 0 ? 1 - Number(useful) / Number(cost) : null;
}

/** "2 of 9 repositories cost 65 %": the most expensive fifth. Nothing where all cost nothing. */
export function fifthOf(rows: readonly ParetoRow[]): string | undefined {
  const some = Math.ceil(rows.length / 5);
  const share = rows[some - 1]?.cumulative_share;
  return share == null ? undefined : words.ci.pareto.finding(count(some), count(rows.length), percent(share));
}

/** A workflow in a month. */
export interface Workflow {
  row: MonthRow;
  /** What it cost, by currency. */
  costs: ReadonlyMap<string, string>;
}

/** The workflows of a month with what they cost: the most expensive first, in the first of the currencies. */
export function workflowsOf(
  month: string,
  runs: readonly MonthRow[],
  costs: readonly CostRow[],
  [currency = '']: readonly string[],
): Workflow[] {
  const key = ({ host, repo, workflow }: Pick<CostRow, 'host' | 'repo' | 'workflow'>) =>
    [host, repo, workflow].join('\n');
  const found = new Map<string, Map<string, string>>();
  for (const row of costs.filter((row) => row.month === month)) {
    const own = found.get(key(row)) ?? new Map();
    found.set(key(row), own.set(row.currency ?? '', row.cost ?? '0'));
  }
  const cost = ({ costs }: Workflow) => costs.get(currency) ?? '0';
  return runs
    .filter((row) => row.month === month && row.workflow !== all && row.runs)
    .map((row) => ({ row, costs: found.get(key(row)) ?? new Map<string, string>() }))
    .sort((a, b) => compare(cost(b), cost(a)) || (b.row.runs ?? 0) - (a.row.runs ?? 0));
}
