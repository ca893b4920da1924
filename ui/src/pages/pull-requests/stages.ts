/** The stages of merged pull requests: what is drawn of them, and what is said. */
import type { RowOf } from '../../api/client.ts';
import { decimal } from '../../format.ts';
import { words } from '../../words.ts';
import type { Week } from './weeks.ts';

export type StageRow = RowOf<'/api/v1/pull-requests/cycle'>;

const t = words.pullRequests.cycle;

/** In the order of time, from the foot of a bar. Waits are warm, work is not. The means are those of one cohort and add up, the percentiles are not. */
export const stages = [
  { key: 'coding', tone: 'g0', mean: 'coding_mean_days', p50: 'coding_p50_days', p85: 'coding_p85_days' },
  { key: 'pickup', tone: 'g1', mean: 'pickup_mean_days', p50: 'pickup_p50_days', p85: 'pickup_p85_days' },
  { key: 'review', tone: 'g2', mean: 'review_mean_days', p50: 'review_p50_days', p85: 'review_p85_days' },
  { key: 'merge', tone: 'g3', mean: 'merge_mean_days', p50: 'merge_p50_days', p85: 'merge_p85_days' },
] as const;

type Stage = (typeof stages)[number];

/** The stages that took longest in the mean: several where they are equal, none where nothing is known or nothing took time. */
function longestOf(row: StageRow): Stage[] {
  const longest = Math.max(...stages.map(({ mean }) => row[mean] ?? 0));
  return longest > 0 ? stages.filter(({ mean }) => row[mean] === longest) : [];
}

/** A finished week with a longest stage. */
interface Known {
  label: string;
  row: StageRow;
  longest: readonly Stage[];
}

/** Which stage was the longest in most of the finished weeks, and the stages of the last one, the longest first. */
export function findingOf(weeks: readonly Week<StageRow>[]): string | undefined {
  const known = weeks.flatMap(({ label, row }): Known[] => {
    const longest = row?.complete ? longestOf(row) : [];
    return row && longest.length > 0 ? [{ label, row, longest }] : [];
  });
  const last = known.at(-1);
  return last && [mostOften(known), inWords(last)].filter(Boolean).join(' ');
}

/** The one stage that was the longest in most weeks; of a single week there is nothing to count. */
function mostOften(known: readonly Known[]): string | undefined {
  const [first, second] = stages
    .map((stage) => ({ stage, weeks: known.filter(({ longest }) => longest.includes(stage)).length }))
    .sort((a, b) => b.weeks - a.weeks);
  if (known.length < 2 || !first || first.weeks === second?.weeks) return undefined;
  return t.often(t.short[first.stage.key], first.weeks, known.length);
}

function inWords({ label, row, longest }: Known): string {
  const rest = stages
    .filter((stage) => !longest.includes(stage))
    .sort((a, b) => (row[b.mean] ?? 0) - (row[a.mean] ?? 0));
  return t.finding(
    longest.map(nameOf),
    label,
    decimal(longest[0] && row[longest[0].mean]),
    row.with_all_stages ?? 0,
    rest.map((stage) => t.each(nameOf(stage), decimal(row[stage.mean]))),
  );
}

function nameOf({ key }: Stage): string {
  return t.short[key].toLowerCase();
}

/** How many of the merged pull requests a bar is of. */
export function cohortOf(row: StageRow | undefined): string | undefined {
  return row?.merged ? t.cohort(row.with_all_stages ?? 0, row.merged) : undefined;
}
