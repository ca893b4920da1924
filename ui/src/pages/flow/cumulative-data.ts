import type { RowOf } from '../../api/client.ts';
import { weekLabel } from '../../period.ts';

type Row = RowOf<'/api/v1/flow/cumulative-flow/totals'>;

/** From the one that everything reaches first to the last one. */
export const reached = ['backlog', 'ready', 'dev', 'review', 'qa', 'waiting_to_prod', 'done'] as const;
export type Step = (typeof reached)[number];

/** A week with the items of all boards in a step or a later one, on the day that stands for it; null where nothing is known. */
export interface Week {
  label: string;
  day: string | null;
  counts: Record<Step, number | null>;
}

/** The rows of a week as one. */
export function weekly(rows: readonly Row[]): Week[] {
  const weeks = new Map<string, Week>();
  for (const row of rows) {
    const label = weekLabel(row);
    const none = Object.fromEntries(reached.map((step) => [step, null])) as Week['counts'];
    const week = weeks.get(label) ?? { label, day: row.date ?? null, counts: none };
    const step = reached.find((step) => step === row.step);
    if (step) week.counts[step] = row.count ?? null;
    weeks.set(label, week);
  }
  return [...weeks.values()];
}
