/** Sentences of the server, and the rows that they are shown beside. */

/**
 * A sentence that names a period as the first thing is about that period. Beside rows that end before it, or begin
 * after it, it would be about other figures than those that are seen: then there is no sentence.
 */
export function aboutShown(
  finding: string | null | undefined,
  periods: readonly string[],
): string | undefined {
  const named = finding?.match(/\b\d{4}-(?:W\d{2}|\d{2}(?:-\d{2})?)\b/)?.[0];
  const isElsewhere = named !== undefined && periods.length > 0 && !periods.includes(named);
  return isElsewhere ? undefined : (finding ?? undefined);
}
