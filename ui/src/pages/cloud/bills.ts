import type { RowOf } from '../../api/client.ts';
import { providerName } from './provider.ts';

export type MonthlyRow = RowOf<'/api/v1/cloud-spending/monthly'>;
export type ServiceRow = RowOf<'/api/v1/cloud-spending/services'>;
export type TotalsRow = RowOf<'/api/v1/cloud-spending/totals'>;

/** A row of a bill: months without any are rows of nulls, which these are not. */
export type Bill<Row> = Row & { cost: string; currency: string };
type Billed<Row extends ServiceRow | MonthlyRow> = Bill<Row> & { provider: string };

/** A group of services, or a service where no groups are configured, in one currency. */
export interface Group {
  name: string;
  currency: string;
  /** One for each month; absent = not billed or not imported. */
  rows: readonly (Bill<ServiceRow> | undefined)[];
  /** About what its months cost together: for the order only, never shown. */
  size: number;
}

/** One of the largest groups, by month; null = not billed. */
export interface Layer {
  name: string;
  amounts: readonly (string | null)[];
}

/** What is billed in one currency. */
export interface Spending {
  currency: string;
  providers: readonly string[];
  months: readonly string[];
  /** The whole bill of each month, groups or not; null = none is known. */
  totals: readonly (string | null)[];
  /** Largest first. */
  groups: readonly Group[];
  /** The groups that the server tells apart, largest first. */
  layers: readonly Layer[];
  /** What they leave of each month, null = nothing; null where they leave nothing in any month. */
  rest: readonly (string | null)[] | null;
  /** Rows of the whole bill, by month. */
  bills: readonly (readonly Billed<MonthlyRow>[])[];
  /** Every provider has billed the whole month. */
  complete: readonly boolean[];
  /** Providers without a bill, by month. */
  missing: readonly (readonly string[])[];
}

export function isBill<Row extends { cost: string | null; currency: string | null }>(
  row: Row,
): row is Bill<Row> {
  return row.cost !== null && row.currency !== null;
}

function isBilled<Row extends ServiceRow | MonthlyRow>(row: Row): row is Billed<Row> {
  return isBill(row) && row.provider !== null;
}

/** Names in the order of the alphabet, each once. */
export function names(all: Iterable<string>): string[] {
  return [...new Set(all)].sort();
}

/** CI that is not used is not billed: a month without a bill of it lacks none. */
const billedByUse = 'github';

/** Spending by currency: amounts of two currencies are never added. */
export function spendingOf(
  months: readonly string[],
  monthly: readonly MonthlyRow[],
  services: readonly ServiceRow[],
  totals: readonly TotalsRow[],
): Spending[] {
  const bills = monthly.filter(isBilled);
  const grouped = services.filter(isBilled);
  return names(bills.map((row) => row.currency)).map((currency) => {
    const own = bills.filter((row) => row.currency === currency);
    const providers = names(own.map((row) => row.provider));
    const parts = totals.filter((row) => row.currency === currency);
    const ownGroups = grouped.filter((row) => row.currency === currency);
    const rest = amountsOf(months, partsOf(parts, 'other'));
    const byMonth = months.map((month) => own.filter((row) => row.month === month));
    const missing = byMonth.map((rows) =>
      providers.filter(
        (provider) => provider !== billedByUse && !rows.some((row) => row.provider === provider),
      ),
    );
    const open = new Set(partsOf(parts, 'ALL').flatMap((row) => (row.complete === false ? row.month : [])));
    return {
      currency,
      providers,
      months,
      bills: byMonth,
      missing,
      totals: amountsOf(months, partsOf(parts, 'ALL')),
      layers: layersOf(months, partsOf(parts, 'group'), namesIn(ownGroups)),
      rest: rest.some((amount) => amount !== null) ? rest : null,
      complete: byMonth.map(
        (rows, at) =>
          missing[at]?.length === 0 &&
          rows.every((row) => row.complete === true) &&
          !open.has(months[at] ?? ''),
      ),
      groups: groupsOf(months, ownGroups),
    };
  });
}

function partsOf(rows: readonly TotalsRow[], part: string): TotalsRow[] {
  return rows.filter((row) => row.part === part);
}

/** The amount of each month, as the server sums it. */
function amountsOf(months: readonly string[], rows: readonly TotalsRow[]): (string | null)[] {
  return months.map((month) => rows.find((row) => row.month === month)?.cost ?? null);
}

/** The rows of the server's largest groups, the largest first. */
function layersOf(months: readonly string[], rows: readonly TotalsRow[], nameOf: Naming): Layer[] {
  const found = new Map<string, TotalsRow[]>();
  for (const row of [...rows].sort((a, b) => (a.place ?? 0) - (b.place ?? 0))) {
    const name = nameOf(row.name ?? '', row.provider ?? '');
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  return [...found].map(([name, own]) => ({ name, amounts: amountsOf(months, own) }));
}

/** A group or service of a provider, as the page calls it. */
type Naming = (name: string, provider: string) => string;

/** A group that two providers bill is two, named with its provider. */
function namesIn(rows: readonly Billed<ServiceRow>[]): Naming {
  const providers = new Map<string, Set<string>>();
  for (const row of rows) {
    const name = row.group ?? row.service ?? '';
    providers.set(name, (providers.get(name) ?? new Set()).add(row.provider));
  }
  return (name, provider) =>
    (providers.get(name)?.size ?? 0) > 1 ? `${name} (${providerName(provider)})` : name;
}

function groupsOf(months: readonly string[], rows: readonly Billed<ServiceRow>[]): Group[] {
  const nameOf = namesIn(rows);
  const found = new Map<string, Billed<ServiceRow>[]>();
  for (const row of rows) {
    const name = nameOf(row.group ?? row.service ?? '', row.provider);
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  return [...found]
    .map(([name, own]) => ({
      name,
      currency: own[0]?.currency ?? '',
      rows: months.map((month) => own.find((row) => row.month === month)),
      size: own.reduce((size, row) => size + Number(row.cost), 0),
    }))
    .sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
}

/** Place of the last month that is complete; -1 where none is. */
export function lastFull({ complete }: Spending): number {
  return complete.lastIndexOf(true);
}

/** Amounts as places on a scale; what is null stays null. */
export function drawn(amounts: readonly (string | null | undefined)[]): (number | null)[] {
  return amounts.map((amount) => (amount == null ? null : Number(amount)));
}
