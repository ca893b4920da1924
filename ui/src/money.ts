/** Exact sums of money. Amounts are decimal texts, as the server writes them: `7675.44`, `-12.5`. */

interface Amount {
  /** The amount times ten to the power of `decimals`. */
  units: bigint;
  decimals: number;
}

function read(text: string): Amount {
  const parts = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!parts) throw new Error(`"${text}" is not an amount such as 1234.50`);
  const [, sign, whole, fraction = ''] = parts;
  const units = BigInt(`${whole}${fraction}`);
  return { units: sign === '-' ? -units : units, decimals: fraction.length };
}

function write({ units, decimals }: Amount): string {
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = decimals > 0 ? `.${digits.slice(-decimals)}` : '';
  return `${units < 0n ? '-' : ''}${whole}${fraction}`;
}

function scaled({ units, decimals }: Amount, to: number): bigint {
  return units * 10n ** BigInt(to - decimals);
}

/** The sum, with as many decimals as the amount that has the most; `0` of none. */
export function sum(amounts: Iterable<string>): string {
  let total: Amount = { units: 0n, decimals: 0 };
  for (const text of amounts) {
    const amount = read(text);
    const decimals = Math.max(total.decimals, amount.decimals);
    total = { units: scaled(total, decimals) + scaled(amount, decimals), decimals };
  }
  return write(total);
}

/** `from` less `amount`. */
export function less(from: string, amount: string): string {
  const { units, decimals } = read(amount);
  return sum([from, write({ units: -units, decimals })]);
}

/** Negative where `a` is the smaller one, 0 where they are equal: for sorting. */
export function compare(a: string, b: string): number {
  const difference = read(less(a, b)).units;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
