import { useNavigate, useSearch } from '@tanstack/react-router';
import { type About, type Params, useAbout, useMetrics } from '../api/client.ts';
import { dayOf, type Filters, fromOf, known, lists, paramsOf, usualMonths } from '../filters.ts';

/** What the address asks for, as far as the data know it. */
export interface PageState {
  about: About | undefined;
  /** Of the first request, which everything else waits for. */
  error: Error | null;
  retry: () => unknown;
  filters: Filters;
  /** Values of the address that the data do not have. */
  unknown: string[];
  /** First and last day that are shown. */
  from: string;
  to: string;
  /** For every table of the page. */
  params: Params;
  /** The parameters are known: requests may start. */
  ready: boolean;
  timezone: string;
  change: (change: Partial<Filters>) => void;
  /** Shows all that was imported, without filters; absent where that is what is shown. */
  widen: (() => void) | undefined;
  metric: (name: string) => import('../api/client.ts').Metric | undefined;
}

/** The state of a page. `clock` says which data its last day is taken from. */
export function usePageState(clock: 'flow' | 'cloud' = 'flow', months = usualMonths): PageState {
  const about = useAbout();
  const metrics = useMetrics();
  const navigate = useNavigate();
  const asked = useSearch({ strict: false }) as Filters;
  const data = about.data;
  const { filters, unknown } = data ? known(asked, data) : { filters: asked, unknown: [] };
  const timezone = data?.timezone ?? 'UTC';
  const end = clock === 'cloud' ? (data?.cloud_as_of ?? data?.as_of) : (data?.as_of ?? data?.cloud_as_of);
  const lastDay = end ? dayOf(end, timezone) : '';
  const from = lastDay ? fromOf(filters, lastDay, months) : (filters.from ?? '');
  const go = (search: Filters) =>
    void navigate({ to: '.', search: () => search, replace: true, resetScroll: false });
  const first = data && firstDayOf(data, clock, timezone);
  const narrowed =
    first !== undefined &&
    (from > first || (filters.to ?? lastDay) < lastDay || lists.some((list) => filters[list]));
  return {
    about: data,
    error: data ? null : about.error,
    retry: about.refetch,
    filters,
    unknown,
    from,
    to: filters.to ?? lastDay,
    // Nothing is asked for before the data begin: it would be empty, and long.
    params: from ? paramsOf(filters, first && first > from ? first : from) : {},
    ready: data !== undefined,
    timezone,
    change: (change) => {
      const next: Filters = { ...filters, ...change };
      for (const key of Object.keys(next) as (keyof Filters)[]) if (next[key] === undefined) delete next[key];
      go(next);
    },
    widen: first && narrowed ? () => go({ from: first, ...(filters.by && { by: filters.by }) }) : undefined,
    metric: (name) => metrics.data?.data.find((metric) => metric.name === name),
  };
}

/** First day that the data of a page cover. */
function firstDayOf({ covered }: About, clock: 'flow' | 'cloud', timezone: string): string | undefined {
  if (clock === 'cloud') return covered.first_bill ? `${covered.first_bill}-01` : undefined;
  return covered.from ? dayOf(covered.from, timezone) : undefined;
}
