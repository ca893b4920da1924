/** Filters live in the address and nowhere else. */
import type { About, Params } from './api/client.ts';
import { isoDay, monthsBefore } from './period.ts';

/** Lists that narrow the rows. */
export const lists = ['project', 'repo', 'team', 'service', 'type'] as const;
export type List = (typeof lists)[number];

/** What an address may ask for; absent is the usual. */
export interface Filters {
  from?: string;
  to?: string;
  project?: string[];
  repo?: string[];
  team?: string[];
  service?: string[];
  type?: string[];
  by?: 'week' | 'month';
  /** Only runs of CI for the default branch. */
  ref?: 'default';
  /** Which month is reported: `2026-10`. */
  month?: string;
  /** What an address says that is no day and no length of periods: `from=2026-13-40`. */
  unread?: string[];
}

const order = ['from', 'to', ...lists, 'by', 'ref', 'month'] as const;

/** What may be said where it is no day. */
const words = { by: ['week', 'month'], ref: ['all', 'default'] };

/** Reads what an address asks for. What cannot be understood is kept apart; reversed days are swapped. */
export function readFilters(search: URLSearchParams): Filters {
  const filters: Filters = {};
  let from = readDay(search.get('from'));
  let to = readDay(search.get('to'));
  if (from && to && from > to) [from, to] = [to, from];
  if (from) filters.from = from;
  if (to) filters.to = to;
  for (const list of lists) {
    const values = [...new Set(search.getAll(list).map((value) => value.trim()))].filter(Boolean).sort();
    if (values.length > 0) filters[list] = values;
  }
  const by = search.get('by');
  if (by === 'month') filters.by = by;
  if (search.get('ref') === 'default') filters.ref = 'default';
  const month = search.get('month');
  if (month && isMonth(month)) filters.month = month;
  const unread = (['from', 'to', 'by', 'ref', 'month'] as const).flatMap((name) => {
    const value = search.get(name);
    const isRead =
      !value ||
      (name === 'month'
        ? isMonth(value)
        : name in words
          ? words[name as keyof typeof words].includes(value)
          : isDay(value));
    return isRead ? [] : [`${name}=${value}`];
  });
  if (unread.length > 0) filters.unread = unread;
  return filters;
}

/** Writes the same filters always the same way, defaults left out. With its question mark, if there is anything. */
export function writeFilters(filters: Filters): string {
  const search = new URLSearchParams();
  for (const name of order) {
    for (const value of [filters[name] ?? []].flat()) {
      if (!(name === 'by' && value === 'week')) search.append(name, value);
    }
  }
  // It stays until something else is asked for, so that a page that is loaded again says it again.
  for (const part of filters.unread ?? []) {
    const [name = '', ...value] = part.split('=');
    search.append(name, value.join('='));
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

/** A day of the calendar that an address may name: `2026-03-15`, from 1970 to 2199. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && isoDay(day) === text && text >= '1970-01-01' && text <= '2199-12-31';
}

/** A month of the calendar that an address may name: `2026-03`. */
function isMonth(text: string): boolean {
  return isDay(`${text}-01`);
}

function readDay(text: string | null): string | undefined {
  return text && isDay(text) ? text : undefined;
}

/** The day of an instant in the timezone that days are cut in. */
export function dayOf(instant: string, timezone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(
    new Date(instant),
  );
}

/** First day that is asked for, or that many months before the last one. */
export function fromOf(filters: Filters, lastDay: string, months: number): string {
  if (filters.from) return filters.from;
  const last = new Date(`${filters.to ?? lastDay}T00:00:00Z`);
  return isoDay(monthsBefore(last, months));
}

/** Values that the data do not have, and filters without them. */
export function known(filters: Filters, about: About): { filters: Filters; unknown: string[] } {
  const all: Record<List, readonly string[]> = {
    project: about.projects.map((project) => project.id),
    repo: about.repositories,
    team: about.teams,
    service: about.services,
    type: about.types,
  };
  const unknown: string[] = [...(filters.unread ?? [])];
  const kept: Filters = { ...filters };
  for (const list of lists) {
    const values = filters[list] ?? [];
    const good = values.filter((value) => all[list].includes(value));
    unknown.push(...values.filter((value) => !good.includes(value)));
    if (good.length > 0) kept[list] = good;
    else delete kept[list];
  }
  return { filters: kept, unknown };
}

/** The parameters of a request for filters, with the period that is shown. */
export function paramsOf(filters: Filters, from: string): Params {
  const { by: _, unread: __, month: ___, ...rest } = filters;
  return { ...rest, from };
}
