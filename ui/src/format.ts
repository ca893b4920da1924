/** Numbers, money and instants as a person reads them. The files that are downloaded carry the exact values. */
import { locale } from './words.ts';

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const hundredth = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const twoDecimals = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signedPercent = new Intl.NumberFormat(locale, { maximumFractionDigits: 0, signDisplay: 'exceptZero' });

/** No figure: an en dash for the eye; readers of tables hear "no data". */
export const nothing = '–';

/** A count, without decimals. */
export function count(value: number | null | undefined): string {
  return value == null ? nothing : whole.format(value);
}

/** A duration or a mean, with one decimal. */
export function decimal(value: number | null | undefined): string {
  return value == null ? nothing : tenth.format(asServer(value));
}

/** A count or a limit of counts: one decimal where there is something after the point. */
export function tenthAtMost(value: number): string {
  return Number.isInteger(value) ? count(value) : decimal(value);
}

/** Rounded to a tenth as the sentences of the server are: exactly, ties to the even digit. */
function asServer(value: number): number {
  const exact = value.toFixed(20);
  const point = exact.indexOf('.');
  const isTie = /^50*$/.test(exact.slice(point + 2));
  const isEven = Number(exact[point + 1]) % 2 === 0;
  return isTie && isEven ? Number(exact.slice(0, point + 2)) : Number(value.toFixed(1));
}

/** Two decimals: for small means that stand below each other. */
export function hundredths(value: number | null | undefined): string {
  return value == null ? nothing : twoDecimals.format(value);
}

/** Up to two decimals: for what is small. */
export function small(value: number | null | undefined): string {
  return value == null ? nothing : hundredth.format(value);
}

/** A share from 0 to 1 as `8 %`; one decimal below ten. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 && value > 0 ? tenthAtMost(Number(value.toFixed(1))) : count(value)} %`;
}

/** `+28 %`, `−3 %`, `0 %` */
export function changePercent(value: number): string {
  return `${signedPercent.format(value).replace('-', '−')} %`;
}

/** A signed count: `+12`, `−6`, `±0`. */
export function signed(value: number): string {
  if (value === 0) return '±0';
  return `${value > 0 ? '+' : '−'}${whole.format(Math.abs(value))}`;
}

/** The same of a mean or a limit: one decimal where there is something after the point. */
export function signedTenth(value: number): string {
  const text = tenthAtMost(Math.abs(value));
  if (Number(text) === 0) return '±0';
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** An exact decimal text as the provider's money, without its cents: `€22,615`. */
export function money(value: string | null | undefined, currency: string): string {
  return value == null ? nothing : currencyFormat(currency, 0).format(Number(value));
}

/** With cents. */
export function exactMoney(value: string | null | undefined, currency: string): string {
  return value == null ? nothing : currencyFormat(currency, 2).format(Number(value));
}

/** For axes: `€22.6K`; one decimal below 100K, since rounder numbers hide every change. */
export function compactMoney(value: number, currency: string): string {
  return currencyFormat(currency, value !== 0 && Math.abs(value) < 100_000 ? 1 : 0, true).format(value);
}

const formats = new Map<string, Intl.NumberFormat>();

function currencyFormat(currency: string, digits: number, compact = false): Intl.NumberFormat {
  const key = `${currency} ${digits} ${compact}`;
  let format = formats.get(key);
  if (!format) {
    const options: Intl.NumberFormatOptions = {
      style: 'currency',
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: compact ? 0 : digits,
      maximumFractionDigits: digits,
    };
    if (compact) options.notation = 'compact';
    format = currencyOrPlain(currency, options);
    formats.set(key, format);
  }
  return format;
}

/** A ledger may name a currency that is none (credits, points). */
function currencyOrPlain(currency: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  try {
    return new Intl.NumberFormat(locale, { ...options, currency });
  } catch {
    const { currencyDisplay: _, ...rest } = options;
    return new Intl.NumberFormat(locale, { ...rest, style: 'decimal' });
  }
}

/** `20 Nov 2026, 05:00 UTC` */
export function instant(text: string, timezone: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timezone,
    timeZoneName: 'short',
  });
  return format.format(new Date(text));
}

/** `20 Nov 2026` */
export function date(text: string, timezone: string): string {
  const format = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: timezone,
  });
  return format.format(new Date(text));
}
