/** Periods by their labels: `2026-W14`, `2026-09`, `2026-10-30`. All days are days of UTC here: nothing is converted. */
import { locale } from './words.ts';

const day = 86_400_000;

/** First day of a period. */
export function firstDay(label: string): Date {
  const week = /^(\d{4})-W(\d{2})$/.exec(label);
  if (week) {
    const january4 = Date.UTC(Number(week[1]), 0, 4);
    const monday = january4 - ((new Date(january4).getUTCDay() + 6) % 7) * day;
    return new Date(monday + (Number(week[2]) - 1) * 7 * day);
  }
  const quarter = /^(\d{4})-Q([1-4])$/.exec(label);
  if (quarter) return new Date(Date.UTC(Number(quarter[1]), Number(quarter[2]) * 3 - 3, 1));
  const [year, month = '1', date = '1'] = label.split('-');
  return new Date(Date.UTC(Number(year), Number(month) - 1, Number(date)));
}

/** `2026-03-30` */
export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** First day of the month of a day: `2026-03-30` → `2026-03-01` */
export function firstOfMonth(day: string): string {
  return `${day.slice(0, 7)}-01`;
}

/** Last day of the month of a day: `2026-02-10` → `2026-02-28` */
export function lastOfMonth(day: string): string {
  const [year, month] = day.split('-').map(Number);
  return isoDay(new Date(Date.UTC(year ?? 0, month ?? 1, 0)));
}

/** The same day of an earlier month, or the last one there. */
export function monthsBefore(date: Date, months: number): Date {
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(date.getUTCDate(), last)));
}

/** First and last day of a month or a quarter. */
export function daysOf(label: string): { from: string; to: string } {
  const first = firstDay(label);
  const months = label.includes('Q') ? 3 : 1;
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + months, 0));
  return { from: isoDay(first), to: isoDay(last) };
}

/** Label of the week that the rows of a weekly table name by two columns. */
export function weekLabel(row: { year: number; week: number }): string {
  return `${row.year}-W${String(row.week).padStart(2, '0')}`;
}

/** Whether a row of a table that is cut in several ways is one of a week. */
export function isWeekly<Row extends object>(row: Row): row is Extract<Row, { week: number }> {
  return 'week' in row;
}

/** How a reader hears it: a week with its first day. */
export function spoken(label: string): string {
  return label.includes('W') ? `${label} (from ${isoDay(firstDay(label))})` : label;
}

const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** `19 Oct` */
export function dayAndMonth(date: Date): string {
  return dayMonth.format(date);
}

const monthAndYear = new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2026-10` → `October 2026` */
export function nameOfMonth(month: string): string {
  return monthAndYear.format(firstDay(month));
}

const monthName = new Intl.DateTimeFormat(locale, { month: 'short', timeZone: 'UTC' });

/** A tick of a time axis: where, and what it says. */
export interface Tick {
  index: number;
  text: string;
  strong: boolean;
}

/** Ticks where months begin, at most `most` of them; Januaries carry the year. */
export function ticks(labels: readonly string[], most: number): Tick[] {
  const found: Tick[] = [];
  let before = -1;
  labels.forEach((label, index) => {
    const start = firstDay(label);
    const month = start.getUTCFullYear() * 12 + start.getUTCMonth();
    if (month === before || (before === -1 && start.getUTCDate() > 15 && labels.length > 8)) {
      before = before === -1 && start.getUTCDate() > 15 ? month : before;
      return;
    }
    before = month;
    const january = start.getUTCMonth() === 0;
    found.push({
      index,
      text: january ? `${monthName.format(start)} ${start.getUTCFullYear()}` : monthName.format(start),
      strong: january,
    });
  });
  const step = [1, 2, 3, 4, 6, 12, 24].find((step) => found.length / step <= most) ?? 48;
  if (step === 1) return found;
  const months = (tick: Tick) => firstDay(labels[tick.index] ?? '').getUTCMonth();
  const years = (tick: Tick) => firstDay(labels[tick.index] ?? '').getUTCFullYear();
  return found.filter((tick) => (years(tick) * 12 + months(tick)) % step === 0);
}
