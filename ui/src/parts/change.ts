import type { PageState } from '../layout/page-state.tsx';
import { isoDay, monthsBefore } from '../period.ts';
import { words } from '../words.ts';
import type { Change } from './tile.tsx';

/** A year is set against the year before; anything else against as many days before. */
export function beforeOf({ params, covered }: Pick<PageState, 'params' | 'covered'>): string {
  const { from, to = covered?.to } = params;
  const isYear = typeof to === 'string' && from === isoDay(monthsBefore(new Date(`${to}T00:00:00Z`), 12));
  return isYear ? words.tiles.yearBefore : words.tiles.before;
}

/** What a row of a summary says of the change of a figure. */
interface Changed {
  change_percent?: number | null;
  verdict?: string;
  /** Null where no week could be judged. */
  signals?: number | null;
}

/** The change of a figure; with a verdict only where it has a good direction. */
export function changeOf(row: Changed | undefined, against: string, good: string | null): Change | undefined {
  if (!row) return undefined;
  const told = row.verdict === 'better' || row.verdict === 'worse' ? row.verdict : undefined;
  // Without a week that could be judged nothing is known to be normal.
  const verdict = told ?? (good !== null && row.signals != null ? 'normal' : undefined);
  return { percent: row.change_percent ?? null, against, verdict };
}
