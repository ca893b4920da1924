import type { Spending } from './bills.ts';

const tones = ['g0', 'g1', 'g2', 'g3', 'g4', 'g5', 'g6'] as const;

/** Grey, for all that is not among the largest. */
export const otherTone = 'other';

/** Colour classes of groups by their names. */
export type Tones = ReadonlyMap<string, string>;

/**
 * The colours of the whole page: the seven largest groups have one each, whatever card they are in.
 * Amounts of two currencies do not compare, so a group is as large as its largest share of what a currency's
 * groups cost over the months shown. `compared` are names of comparisons, which may be others: they come last.
 */
export function tonesOf(spending: readonly Spending[], compared: readonly string[]): Tones {
  const shares = new Map<string, number>();
  for (const { groups } of spending) {
    const all = groups.reduce((all, group) => all + group.size, 0);
    for (const { name, size } of groups) {
      shares.set(name, Math.max(shares.get(name) ?? Number.NEGATIVE_INFINITY, size / (all || 1)));
    }
  }
  const largest = [...shares].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([name]) => name);
  const ordered = [...new Set([...largest, ...compared])];
  return new Map(tones.flatMap((tone, at) => (ordered[at] === undefined ? [] : [[ordered[at], tone]])));
}

/** Colours of groups that stand side by side: those of the page, and for the others what is free here. */
export function tonesBeside(page: Tones, groups: readonly string[]): Tones {
  const taken = new Set(groups.map((group) => page.get(group)));
  const free = tones.filter((tone) => !taken.has(tone));
  return new Map(groups.map((group) => [group, page.get(group) ?? free.shift() ?? otherTone]));
}
