/** What is known of a month. */
export interface Figure {
  /** `null` where there is none. */
  value: number | null;
  /** Whether the month is over and all of it is known. */
  complete: boolean;
}

/** A row of figures. */
export interface Line {
  name: string;
  /** One for each month; absent before the first deployment. */
  cells: (Figure | undefined)[];
}

/**
 * Lines by month of rows by name, those with the most first. A name has a row in each month since it began: before that
 * its cells are absent.
 */
export function linesOf<Row extends { month: string; complete?: boolean | null }>(
  rows: readonly Row[],
  months: readonly string[],
  name: (row: Row) => string,
  value: (row: Row) => number | null,
): Line[] {
  const lines = new Map<string, Line>();
  for (const row of rows) {
    const place = months.indexOf(row.month);
    if (place < 0) continue;
    const line = lines.get(name(row)) ?? { name: name(row), cells: months.map(() => undefined) };
    line.cells[place] = { value: value(row), complete: row.complete !== false };
    lines.set(line.name, line);
  }
  const weight = ({ cells }: Line) => cells.reduce<number>((sum, cell) => sum + (cell?.value ?? 0), 0);
  return [...lines.values()].sort(
    (one, other) => weight(other) - weight(one) || one.name.localeCompare(other.name),
  );
}
