import type { Schemas } from '../../api/client.ts';
import type { ControlPoint } from '../../charts/control.tsx';
import { count, percent, small } from '../../format.ts';
import type { Column } from '../../parts/data-table.tsx';
import { words } from '../../words.ts';
import { otherTone, tonesBeside } from '../cloud/tones.ts';

export type Block = Schemas['Block'];
export type Week = Schemas['ChartPoint'];
export type Stack = Schemas['StackedMonths'];
type Section = Schemas['Section'];

const t = words.report;

/** What stands in the card of a section. */
export type Written = Extract<Block, { kind: 'sentences' | 'table' }>;
/** What has a card of its own. */
export type Drawn = Extract<Block, { kind: 'chart' | 'months' }>;

/** The parts of a section by where they stand. Kinds that are not known here are in neither. */
export function partsOf({ blocks }: Pick<Section, 'blocks'>): { written: Written[]; drawn: Drawn[] } {
  return {
    written: blocks.filter((block) => block.kind === 'sentences' || block.kind === 'table'),
    drawn: blocks.filter((block) => block.kind === 'chart' || block.kind === 'months'),
  };
}

/** A week as a point of its chart. A signal within the limits is one of a run, or of several near a limit. */
export function pointOf({ week, value, center, lcl, ucl, ...point }: Week): ControlPoint {
  const isBeyond = (ucl != null && value > ucl) || (lcl != null && value < lcl);
  return {
    label: week,
    value,
    center: center ?? null,
    lcl: lcl ?? null,
    ucl: ucl ?? null,
    signals: point.signal ? (isBeyond ? 'beyond_limits' : 'run') : '',
    segment: point.segment,
    complete: true,
    marked: point.in_month,
  };
}

/** How values of a unit are written beside a chart. */
export function formatOf(unit: string): (value: number) => string {
  if (unit === 'share') return percent;
  return (value) => (value < 100 ? small(value) : count(value));
}

export const weekColumns = (unit: string): Column<Week>[] => {
  const limit = (title: string, value: (row: Week) => number | null | undefined): Column<Week> => ({
    title,
    number: true,
    value,
    text: (row) => formatOf(unit)(value(row) ?? 0),
  });
  return [
    { title: words.week, value: (row) => row.week, head: true },
    limit([t.value, unit].filter(Boolean).join(', '), (row) => row.value),
    limit(words.control.average, (row) => row.center),
    limit(words.control.lcl, (row) => row.lcl),
    limit(words.control.ucl, (row) => row.ucl),
    { title: words.signals, value: (row) => row.signal },
    { title: t.inMonth, value: (row) => row.in_month },
  ];
};

/** Columns over the places of months. */
export function monthColumns({ unit, months, parts, totals }: Stack, format: (value: number) => string) {
  const columns: Column<number>[] = [
    { title: words.month, value: (at) => months[at], head: true },
    { title: `${words.total}, ${unit}`, number: true, value: (at) => totals[at] },
    ...parts.map(
      ({ name, values }): Column<number> => ({
        title: name,
        number: true,
        value: (at) => values[at],
        text: (at) => format(values[at] ?? 0),
      }),
    ),
  ];
  return columns;
}

/** What the last part of a stack is called where it is what is left. */
const rest = 'other';

/** Colours of all parts of the page by their names: a name has one, whatever chart it is in. */
export function tonesOf(stacks: readonly Pick<Stack, 'parts'>[]): ReadonlyMap<string, string> {
  let tones: ReadonlyMap<string, string> = new Map([[rest, otherTone]]);
  for (const { parts } of stacks) {
    const names = parts.map(({ name }) => name);
    tones = new Map([...tonesBeside(tones, names), ...tones]);
  }
  return tones;
}
