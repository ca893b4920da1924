import { dayOf, type Filters, lists } from '../../filters.ts';
import type { PageState } from '../../layout/page-state.tsx';

/** Shows everything that there is: the whole period, no filter. Absent where that is shown already. */
export function widen({ about, filters, timezone, from, to, change }: PageState): (() => void) | undefined {
  if (!about?.covered.from) return undefined;
  const first = dayOf(about.covered.from, timezone);
  const last = about.covered.to ? dayOf(about.covered.to, timezone) : to;
  if (from <= first && to >= last && !lists.some((list) => filters[list])) return undefined;
  const none = Object.fromEntries(lists.map((list) => [list, undefined]));
  return () => change({ ...none, from: first, to: undefined } as Partial<Filters>);
}
