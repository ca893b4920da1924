/** A row of figures. */
export interface Line {
  name: string;
  /** One for each month; absent before the first deployment, null where there is no figure. */
  cells: (number | null | undefined)[];
}

/**
 * Lines by month of rows by name, those with the most first. A name has a row in each month since it began: before that
 * its cells are absent.
 */
export function linesOf<Row extends { month: string }>(
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
    line.cells[place] = value(row);
    lines.set(line.name, line);
  }
  const weight = ({ cells }: Line) => cells.reduce<number>((sum, cell) => sum + (cell ?? 0), 0);
  return [...lines.values()].sort(
    (one, other) => weight(other) - weight(one) || one.name.localeCompare(other.name),
  );
}
