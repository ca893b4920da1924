/** How old data are, and what that means. */

export type Age = 'fresh' | 'old' | 'stale';

const day = 86_400_000;

/**
 * Whole days since the instant that is farthest back; those that are not known do not count. Sources say up to when
 * they were read; without them the data themselves say how old they are.
 */
export function daysOld(
  now: number,
  sources: readonly (string | null | undefined)[],
  asOf?: string | null,
): number {
  const known = sources.filter((instant) => instant != null);
  const counted = known.length > 0 ? known : asOf ? [asOf] : [];
  return Math.max(0, ...counted.map((instant) => Math.floor((now - Date.parse(instant)) / day)));
}

/** An import each night is never two days late; after a week nobody imports any more. */
export function ageOf(days: number): Age {
  if (days >= 7) return 'stale';
  return days >= 2 ? 'old' : 'fresh';
}
