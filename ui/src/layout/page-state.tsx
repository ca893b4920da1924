import { useNavigate, useSearch } from '@tanstack/react-router';
import { type About, type Params, useAbout, useMetrics } from '../api/client.ts';
import { type Days, nearest, usualMonths, within } from '../covered.ts';
import { dayOf, type Filters, fromOf, known, lists, paramsOf } from '../filters.ts';
import { lastOfMonth } from '../period.ts';

/** What the address asks for, as far as the data know it. */
export interface PageState {
  about: About | undefined;
  /** Of the first request, which everything else waits for. */
  error: Error | null;
  retry: () => unknown;
  filters: Filters;
  /** Values of the address that the data do not have. */
  unknown: string[];
  /** First and last day that are asked for. */
  from: string;
  to: string;
  /** Days that the data of the page cover; absent while there are none. */
  covered: Days | undefined;
  /** Goes to the nearest period with data; absent where the one that is asked for has some. */
  toNearest: (() => void) | undefined;
  /** Months that are shown where the address says nothing. */
  usualMonths: number;
  /** For every table of the page. */
  params: Params;
  /** The parameters are known, and there is something within them: requests may start. */
  ready: boolean;
  timezone: string;
  change: (change: Change) => void;
  /** Shows all that was imported, without filters; absent where that is what is shown. */
  widen: (() => void) | undefined;
  metric: (name: string) => import('../api/client.ts').Metric | undefined;
}

/** Which data a page is about. */
type Clock = 'flow' | 'cloud';
type Change = { [Name in keyof Filters]: Filters[Name] | undefined };

/** The state of a page. `clock` says which data its days are taken from. */
export function usePageState(clock: Clock = 'flow'): PageState {
  const about = useAbout();
  const metrics = useMetrics();
  const navigate = useNavigate();
  const asked = useSearch({ strict: false }) as Filters;
  const data = about.data;
  const { filters, unknown } = data ? known(asked, data) : { filters: asked, unknown: [] };
  const timezone = data?.timezone ?? 'UTC';
  const lastDay = data ? lastDayOf(data, clock, timezone) : '';
  const covered = data && coveredBy(data, clock, timezone, lastDay);
  // Bills are set against the month before, whatever period is shown.
  const months = clock === 'cloud' ? 12 : usualMonths(covered);
  const from = lastDay ? fromOf(filters, lastDay, months) : (filters.from ?? '');
  const to = filters.to ?? (from > lastDay ? from : lastDay);
  // Nothing is asked for before the data begin or after they end: it would be empty, and long.
  const shown = covered ? within({ from, to }, covered) : { from, to };
  const until = filters.to && shown && shown.to < lastDay ? { to: shown.to } : {};
  const go = (search: Filters) =>
    void navigate({ to: '.', search: () => search, replace: true, resetScroll: false });
  const change = (change: Change) => go(changed(filters, change));
  const narrowed =
    covered !== undefined &&
    (from > covered.from || to < lastDay || filters.ref !== undefined || lists.some((list) => filters[list]));
  return {
    about: data,
    error: data ? null : about.error,
    retry: about.refetch,
    filters,
    unknown,
    from,
    to,
    covered,
    toNearest:
      covered && !shown ? () => change(unlessLast(nearest({ from, to }, covered), lastDay)) : undefined,
    usualMonths: months,
    params: shown?.from ? { ...paramsOf(filters, shown.from), to: undefined, ...until } : {},
    ready: data !== undefined && shown !== undefined,
    timezone,
    change,
    widen:
      covered && narrowed
        ? () => go({ from: covered.from, ...(filters.by && { by: filters.by }) })
        : undefined,
    metric: (name) => metrics.data?.data.find((metric) => metric.name === name),
  };
}

function changed(filters: Filters, change: Change): Filters {
  const next: Change = { ...filters, unread: undefined, ...change };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
}

/** The last day is the usual one: it is not written into addresses. */
function unlessLast({ from, to }: Days, lastDay: string): Change {
  return { from, to: to < lastDay ? to : undefined };
}

/** The day up to which the data of a page go. */
function lastDayOf({ as_of, cloud_as_of }: About, clock: Clock, timezone: string): string {
  const end = clock === 'cloud' ? (cloud_as_of ?? as_of) : (as_of ?? cloud_as_of);
  return end ? dayOf(end, timezone) : '';
}

/** First and last day that the data of a page cover; bills cover whole months. */
function coveredBy({ covered }: About, clock: Clock, timezone: string, lastDay: string): Days | undefined {
  if (clock === 'cloud') {
    const { first_bill: first, last_bill: last } = covered;
    return first && last ? { from: `${first}-01`, to: lastOfMonth(`${last}-01`) } : undefined;
  }
  return covered.from ? { from: dayOf(covered.from, timezone), to: lastDay } : undefined;
}
