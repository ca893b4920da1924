import type { Params } from '../../api/client.ts';
import type { CourseWeek } from '../../parts/change.ts';
import { weekLabel } from '../../period.ts';

/** The key of rows over all repositories. */
const total = 'ALL';

/** A period with its row; absent where the server has none of that kind. */
export interface Week<Row> {
  label: string;
  row: Row | undefined;
}

/** The rows over all in the order of the periods that the server names. */
export function weeksOf<Row extends { year: number; week: number }>(
  periods: readonly string[],
  rows: readonly Row[],
): Week<Row>[] {
  const byLabel = new Map(rows.map((row) => [weekLabel(row), row]));
  return periods.map((label) => ({ label, row: byLabel.get(label) }));
}

/** The course of finished weeks, for a small line. */
export function courseOf<Row extends { complete?: boolean | null | undefined }>(
  weeks: readonly Week<Row>[],
  value: (row: Row) => number | null | undefined,
): CourseWeek[] {
  return weeks
    .filter(({ row }) => row?.complete !== false)
    .map(({ label, row }) => ({ label, value: row ? (value(row) ?? null) : null }));
}

/**
 * The parameters that ask for the rows over all repositories alone. With some repositories chosen the server sends
 * theirs too, which are few.
 */
export function ofAll(params: Params): Params {
  return params.repo?.length ? params : { ...params, repo: total };
}

/** The rows over all repositories. */
export function overAll<Row extends { repo: string | null }>(rows: readonly Row[] = []): Row[] {
  return rows.filter((row) => row.repo === total);
}
