/** What of a period the data cover. Days as texts: `2026-03-15`, first and last one inclusive. */
import { isoDay, monthsBefore } from './period.ts';

export interface Days {
  from: string;
  to: string;
}

const day = 86_400_000;

const plus = (date: string, days: number) => isoDay(new Date(Date.parse(date) + days * day));

/** The part of a period that the data cover; absent where they have no day in common. */
export function within(asked: Days, covered: Days): Days | undefined {
  const from = asked.from > covered.from ? asked.from : covered.from;
  const to = asked.to < covered.to ? asked.to : covered.to;
  return from <= to ? { from, to } : undefined;
}

/** As many days as were asked for, at the end of the data that is nearer. */
export function nearest(asked: Days, covered: Days): Days {
  const length = Math.max(0, Math.round((Date.parse(asked.to) - Date.parse(asked.from)) / day));
  const moved =
    asked.to < covered.from
      ? { from: covered.from, to: plus(covered.from, length) }
      : { from: plus(covered.to, -length), to: covered.to };
  return within(moved, covered) ?? covered;
}

/** Months that are shown where nobody asks: a year once there is another one to compare it with, until then half of it. */
export function usualMonths(covered: Days | undefined): number {
  if (!covered) return 12;
  return covered.from <= isoDay(monthsBefore(new Date(covered.to), 24)) ? 12 : 6;
}
