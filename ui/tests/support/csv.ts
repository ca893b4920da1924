/** A table of text, as RFC 4180 writes it. */
export interface Csv {
  head: string[];
  rows: Record<string, string>[];
}

/** Reads a file, with or without a byte order mark, and with either end of line. */
export function readCsv(text: string): Csv {
  const [head = [], ...lines] = recordsOf(text.replace(/^\uFEFF/, ''));
  const rows = lines.map((line) => Object.fromEntries(head.map((name, at) => [name, line[at] ?? ''])));
  return { head, rows };
}

function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) throw new Error(`not a CSV file from: ${text.slice(field.lastIndex, field.lastIndex + 80)}`);
    record.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] !== ',') {
      records.push(record);
      record = [];
    }
  }
  return records;
}

/** Whether two cells hold the same: numbers by their value, however many zeros they end with. */
export function isSame(one: string, other: string): boolean {
  return one === other || (isNumber(one) && isNumber(other) && Number(one) === Number(other));
}

export function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text);
}

/** Whether a text is a number rounded to the digits that it shows, with whatever signs around it. */
export function isRounded(text: string, exact: number): boolean {
  const plain = text.replaceAll('−', '-').replace(/[^\d.-]/g, '');
  if (!/\d/.test(plain)) return false;
  const decimals = plain.split('.')[1]?.length ?? 0;
  return Math.abs(Number(plain) - exact) <= 0.5 * 10 ** -decimals + 1e-9;
}
