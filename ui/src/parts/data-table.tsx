import type { ReactNode } from 'react';
import { decimal, nothing } from '../format.ts';
import { words } from '../words.ts';

export type Cell = string | number | boolean | null;

/** A column of a table: the exact value for files, and how a person reads it. */
export interface Column<Row> {
  title: string;
  /** Exact, as the server gave it. */
  value: (row: Row) => Cell | undefined;
  /** For the eye; numbers without it have one decimal unless they are whole. */
  text?: (row: Row) => ReactNode;
  /** Why there is no value, where that is more to say than that there is none. */
  none?: (row: Row) => string;
  /** At the right, as numbers are by themselves; for amounts that are exact texts, or `false` for bars. */
  number?: boolean;
  /** Leads to something on the page and has no figures: no column of the file. */
  onPage?: boolean;
  /** Names the row. */
  head?: boolean;
  /** Where the row leads to. */
  link?: (row: Row) => string | null;
}

export interface TableProps<Row> {
  /** Name of the region that scrolls; differs from the card's. */
  name: string;
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
}

/** A table that scrolls by itself, also by keyboard. */
export function DataTable<Row>({ name, caption, columns, rows }: TableProps<Row>) {
  const numeric = columns.map(
    (column) => column.number ?? rows.some((row) => typeof column.value(row) === 'number'),
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="table" aria-label={name} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, at) => (
              <th key={column.title} scope="col" className={numeric[at] ? 'number' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no key that all tables share, and never move
            <tr key={index}>
              {columns.map((column, at) => {
                const kind = numeric[at] ? 'number' : undefined;
                return column.head ? (
                  <th key={column.title} scope="row" className={kind}>
                    <Content column={column} row={row} />
                  </th>
                ) : (
                  <td key={column.title} className={kind}>
                    <Content column={column} row={row} />
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Content<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const value = column.value(row) ?? null;
  const text = value === null ? (column.none?.(row) ?? <Missing />) : (column.text?.(row) ?? plain(value));
  const link = column.link?.(row);
  return link ? <a href={link}>{text}</a> : text;
}

function Missing() {
  return (
    <>
      <span aria-hidden="true">{nothing}</span>
      <span className="unseen">{words.card.missing}</span>
    </>
  );
}

function plain(value: string | number | boolean): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : decimal(value);
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  return value;
}
