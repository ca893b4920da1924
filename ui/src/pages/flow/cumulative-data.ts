import type { RowOf } from '../../api/client.ts';
import { isoDay } from '../../period.ts';

type Row = RowOf<'/api/v1/flow/cumulative-flow'>;

/** From the one that everything reaches first to the last one. */
export const reached = ['backlog', 'ready', 'dev', 'review', 'qa', 'waiting_to_prod', 'done'] as const;
export type Step = (typeof reached)[number];

/** The last whole day of a week that has figures, with the items of all boards in a step or a later one. */
export interface Week {
  label: string;
  day: string;
  counts: Record<Step, number | null>;
}

/**
 * Sums over the boards, on the last whole day of each week: `today` may be at any hour, and stands only where there is
 * no other day.
 */
export function weekly(rows: readonly Row[], today: string): Week[] {
  const whole = rows.filter(({ date }) => date < today);
  const lastDays = new Map<string, string>();
  for (const { date } of whole.length > 0 ? whole : rows) {
    const label = weekOf(date);
    if (date > (lastDays.get(label) ?? '')) lastDays.set(label, date);
  }
  const byDay = new Map<string, Week>();
  for (const [label, day] of lastDays) {
    const counts = Object.fromEntries(reached.map((step) => [step, null])) as Week['counts'];
    byDay.set(day, { label, day, counts });
  }
  for (const row of rows) {
    const step = reached.find((step) => step === row.step);
    const counts = byDay.get(row.date)?.counts;
    if (step && counts && row.count != null) counts[step] = (counts[step] ?? 0) + row.count;
  }
  return [...byDay.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** Label of the ISO week of a day. */
function weekOf(date: string): string {
  const thursday = new Date(`${date}T00:00:00Z`);
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((thursday.getUTCDay() + 6) % 7));
  const year = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return `${isoDay(thursday).slice(0, 4)}-W${String(Math.floor(days / 7) + 1).padStart(2, '0')}`;
}
