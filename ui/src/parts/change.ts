import type { PageState } from '../layout/page-state.tsx';
import { dayAndMonth, firstDay, isoDay, monthsBefore } from '../period.ts';
import { words } from '../words.ts';
import type { Change, WeekStatement } from './tile.tsx';

/** A year is set against the year before; anything else against as many days before. */
export function beforeOf({ params, covered }: Pick<PageState, 'params' | 'covered'>): string {
  const { from, to = covered?.to } = params;
  const isYear = typeof to === 'string' && from === isoDay(monthsBefore(new Date(`${to}T00:00:00Z`), 12));
  return isYear ? words.tiles.yearBefore : words.tiles.before;
}

/** The change of a figure against another period. */
export function changeOf(
  row: { change_percent?: number | null } | undefined,
  against: string,
): Change | undefined {
  return row && { percent: row.change_percent ?? null, against };
}

/** What a row of a summary says of the last complete week that has a value. */
interface Judged {
  limit_low?: number | null;
  limit_high?: number | null;
  verdict?: string;
}

/** A complete week of the course that the row judges. */
export interface CourseWeek {
  label: string;
  value: number | null;
}

/** The newest complete week and what is usual for it. Null where nothing is known to be usual. */
export function weekOf(
  row: Judged | undefined,
  course: readonly CourseWeek[],
  format: (value: number) => string,
): WeekStatement | null {
  const { limit_low: low, limit_high: high } = row ?? {};
  const verdict = row?.verdict === 'better' || row?.verdict === 'worse' ? row.verdict : undefined;
  const week = course.findLast(({ value }) => value !== null);
  if (low == null || high == null) return null;
  if (week?.value == null) return verdict ? { text: words.tiles.signal, verdict } : null;
  const { value } = week;
  const place = value > high ? 'above' : value < low ? 'below' : verdict ? 'run' : 'within';
  const usual = `${format(low)} to ${format(high)}`;
  const text = words.tiles.week(dayAndMonth(firstDay(week.label)), format(value), words.tiles[place](usual));
  return { text, verdict };
}
