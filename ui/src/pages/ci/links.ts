/** Links of what CI costs with delivery, in words. */
import type { RowOf } from '../../api/client.ts';
import { hundredths } from '../../format.ts';
import { words } from '../../words.ts';

export type LinkRow = RowOf<'/api/v1/delivery/cost/links'>;
export type RepoRow = RowOf<'/api/v1/delivery/cost/repositories'>;

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
