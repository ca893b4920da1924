/** Files from the rows that a table shows. */
import type { Cell, TableProps } from '../parts/data-table.tsx';

/** RFC 4180 with a byte order mark, so that spreadsheets read it as UTF-8. */
export function csvOf<Row>(table: Pick<TableProps<Row>, 'columns' | 'rows'>): string {
  const columns = table.columns.filter((column) => !column.onPage);
  const lines = [columns.map((column) => cell(column.title))];
  for (const row of table.rows) lines.push(columns.map((column) => cell(column.value(row))));
  return `\uFEFF${lines.map((line) => `${line.join(',')}\r\n`).join('')}`;
}

/** Text that a spreadsheet would compute, also in full width, gets an apostrophe; what is a number stays one. */
function cell(value: Cell | undefined): string {
  if (value == null) return '';
  if (typeof value !== 'string') return String(value);
  const guarded =
    /^[=+\-@\t\r\n＝＋－＠]/.test(value) && !/^[+-]?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Hands a file to the person. */
export function download(content: Blob, name: string) {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1_000);
}

/** `throughput-2026-10-30.csv` */
export function fileName(title: string, asOf: string | null | undefined, extension: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  return `${slug}${asOf ? `-${asOf.slice(0, 10)}` : ''}.${extension}`;
}
