import type { RowOf } from '../../api/client.ts';
import { compare, less, sum } from '../../money.ts';
import { providerName } from './provider.ts';

export type MonthlyRow = RowOf<'/api/v1/cloud-spending/monthly'>;
export type ServiceRow = RowOf<'/api/v1/cloud-spending/services'>;

/** A row of a bill: months without any are rows of nulls, which these are not. */
export type Bill<Row> = Row & { cost: string; currency: string };
type Billed<Row extends ServiceRow | MonthlyRow> = Bill<Row> & { provider: string };

/** A group of services, or a service where no groups are configured, in one currency. */
export interface Group {
  name: string;
  currency: string;
  /** One for each month; absent = not billed or not imported. */
  rows: readonly (Bill<ServiceRow> | undefined)[];
  total: string;
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

/** Spending by currency: amounts of two currencies are never added. */
export function spendingOf(
  months: readonly string[],
  monthly: readonly MonthlyRow[],
  services: readonly ServiceRow[],
): Spending[] {
  const bills = monthly.filter(isBilled);
  const grouped = services.filter(isBilled);
  return names(bills.map((row) => row.currency)).map((currency) => {
    const own = bills.filter((row) => row.currency === currency);
    const providers = names(own.map((row) => row.provider));
    const byMonth = months.map((month) => own.filter((row) => row.month === month));
    const missing = byMonth.map((rows) =>
      providers.filter((provider) => !rows.some((row) => row.provider === provider)),
    );
    return {
      currency,
      providers,
      months,
      bills: byMonth,
      missing,
      totals: byMonth.map((rows) => (rows.length > 0 ? sum(rows.map((row) => row.cost)) : null)),
      complete: byMonth.map(
        (rows, at) => missing[at]?.length === 0 && rows.every((row) => row.complete === true),
      ),
      groups: groupsOf(
        months,
        grouped.filter((row) => row.currency === currency),
      ),
    };
  });
}

/** A group that two providers bill is two, named with its provider. */
function groupsOf(months: readonly string[], rows: readonly Billed<ServiceRow>[]): Group[] {
  const nameOf = (row: ServiceRow) => row.group ?? row.service ?? '';
  const providers = new Map<string, Set<string>>();
  for (const row of rows) {
    providers.set(nameOf(row), (providers.get(nameOf(row)) ?? new Set()).add(row.provider));
  }
  const found = new Map<string, Billed<ServiceRow>[]>();
  for (const row of rows) {
    const several = (providers.get(nameOf(row))?.size ?? 0) > 1;
    const name = several ? `${nameOf(row)} (${providerName(row.provider)})` : nameOf(row);
    found.set(name, [...(found.get(name) ?? []), row]);
  }
  return [...found]
    .map(([name, own]) => ({
      name,
      currency: own[0]?.currency ?? '',
      rows: months.map((month) => own.find((row) => row.month === month)),
      total: sum(own.map((row) => row.cost)),
    }))
    .sort((a, b) => compare(b.total, a.total) || (a.name < b.name ? -1 : 1));
}

/** Place of the last month that is complete; -1 where none is. */
export function lastFull({ complete }: Spending): number {
  return complete.lastIndexOf(true);
}

/**
 * What is left of each bill once some groups are taken off: smaller groups, and services that are in none.
 * Below zero where a service is in two groups, or credits are in none. Null where nothing is left in any month.
 */
export function restOf({ totals, bills }: Spending, groups: readonly Group[]): (string | null)[] | null {
  const rest = totals.map((total, at) => {
    if (total === null) return null;
    const costs = groups.flatMap((group) => group.rows[at]?.cost ?? []);
    const amount = less(total, sum(costs));
    // The server rounds each row to the cent: what so many rows may be off by is no rest.
    const isRounding = Math.abs(Number(amount)) * 200 <= costs.length + (bills[at]?.length ?? 0);
    return isRounding ? '0.00' : amount;
  });
  return rest.some((amount) => amount !== null && amount !== '0.00') ? rest : null;
}

/** Amounts as places on a scale; what is null stays null. */
export function drawn(amounts: readonly (string | null | undefined)[]): (number | null)[] {
  return amounts.map((amount) => (amount == null ? null : Number(amount)));
}
