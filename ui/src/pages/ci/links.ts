/** Links of what CI costs with delivery, in words. */
import type { RowOf } from '../../api/client.ts';
import type { OnLine } from '../../charts/scatter.tsx';
import { hundredths } from '../../format.ts';
import { words } from '../../words.ts';

export type LinkRow = RowOf<'/api/v1/delivery/cost/links'>;
export type RepoRow = RowOf<'/api/v1/delivery/cost/repositories'>;
export type LineRow = RowOf<'/api/v1/delivery/cost/repositories/line'>;

const t = words.ci.delivery;

export type Measure = keyof typeof t.measures;
export const measures = Object.keys(t.measures) as Measure[];

/** So many repositories a link needs. */
const fewest = 10;
/** So many months. */
const fewestMonths = 6;

/** What is said of the link over repositories: its interval, or why there is none. A link is no cause. */
export function linkOf(row: LinkRow | undefined): string {
  const { scatter, links } = t;
  const pairs = row?.pairs ?? 0;
  if (pairs < fewest) return scatter.few(pairs);
  if (row?.spearman == null) return scatter.same(pairs);
  const said = links.interval(
    hundredths(row.spearman),
    hundredths(row.spearman_low),
    hundredths(row.spearman_high),
  );
  return `${scatter.finding(pairs, said)} ${t.noLink}`;
}

/** What the line says at the cost of a repository: both are exact, and written alike. */
export function lineOf({ ci_cost }: RepoRow, lines: readonly LineRow[]): OnLine | undefined {
  const row = lines.find((line) => line.ci_cost === ci_cost);
  return row?.line == null
    ? undefined
    : { at: row.line, low: row.low ?? row.line, high: row.high ?? row.line };
}

/** Why a link over months is not told. */
export function reasonOf({ pairs }: LinkRow): string {
  return (pairs ?? 0) < fewestMonths ? t.links.few : t.links.same;
}

/** Repositories of which a measure is known, and the names of the others. */
export function split(rows: readonly RepoRow[], measure: Measure): { known: RepoRow[]; unknown: string[] } {
  return {
    known: rows.filter((row) => row[measure] != null),
    unknown: rows.filter((row) => row[measure] == null).map(({ repo }) => repo || words.ci.pareto.none),
  };
}
