/** What came into a level less what left it: the control chart of a stock, which has no limits of its own. */
import type { RowOf } from '../api/client.ts';
import { ControlChart, type ControlPoint, lastWeekInWords, signalsOf } from '../charts/control.tsx';
import { nothing, signedTenth } from '../format.ts';
import { dayAndMonth, firstDay, weekLabel } from '../period.ts';
import { words } from '../words.ts';
import { pointOf } from './counts.ts';
import type { Column } from './data-table.tsx';
import { Legend, type LegendItem, limitKeys } from './legend.tsx';
import type { WeekStatement } from './tile.tsx';

export type NetFlowRow = RowOf<'/api/v1/flow/net-flow'> | RowOf<'/api/v1/pull-requests/net-flow'>;

/** Columns of the server that the table of a card has. */
const netFlowFigures = ['arrivals', 'departures', 'net_flow', 'center', 'lcl', 'ucl', 'signals'] as const;

const t = words.netFlow;
const format = (value: number | null) => (value === null ? nothing : signedTenth(value));

/** The weeks of one level, in the order of the rows. */
export function netFlowOf(rows: readonly NetFlowRow[] = [], level: string): ControlPoint[] {
  return rows.filter((row) => row.level === level).map((row) => pointOf(row, row.net_flow));
}

/** The newest complete week against what is usual for it; null where there is no such week. */
export function weekOfNetFlow(points: readonly ControlPoint[]): WeekStatement | null {
  const week = points.findLast(({ value, complete }) => value !== null && complete !== false);
  if (week?.value == null) return null;
  const value = t.net(format(week.value));
  return { text: words.tiles.week(dayAndMonth(firstDay(week.label)), value, placeOf(week)) };
}

function placeOf({ value, lcl, ucl, signals, noLimits }: ControlPoint): string {
  if (value === null || lcl === null || ucl === null) return words.control.noLimits(noLimits);
  const place = value > ucl ? 'above' : value < lcl ? 'below' : signals ? 'run' : 'within';
  return words.tiles[place](`${format(lcl)} to ${format(ucl)}`);
}

/** What the legend explains: only what is drawn. */
export function netFlowKeys(points: readonly ControlPoint[]): LegendItem[] {
  const all = points.flatMap(signalsOf);
  const isDrawn = (item: LegendItem) =>
    item.shape === 'diamond'
      ? all.includes('beyond_limits')
      : item.shape === 'ring'
        ? all.some((signal) => signal !== 'beyond_limits')
        : points.some(({ ucl }) => ucl !== null);
  return [{ shape: 'line', tone: 'g0', text: t.line }, ...limitKeys.filter(isDrawn)];
}

interface NetFlowProps {
  /** Whose net flow it is, as in a sentence: `open bugs`. */
  of: string;
  points: readonly ControlPoint[];
}

/** A small control chart below the level that it is of, and what it says of the newest complete week. Paper has room for the sentence only. */
export function NetFlow({ of, points }: NetFlowProps) {
  return (
    <div className="net-flow">
      <ControlChart
        name={t.chart(of)}
        heading={{ strong: t.title(of), text: t.what }}
        unit={t.unit}
        points={points}
        format={format}
        height={190}
      />
      <Legend items={netFlowKeys(points)} />
      <p className="quiet">{lastWeekInWords(points, t.unit, format)}</p>
    </div>
  );
}

/** Columns for the table of the card, whose rows are weeks. */
export function netFlowColumns<Row extends { label: string }>(
  of: string,
  rows: readonly NetFlowRow[] = [],
  level: string,
): Column<Row>[] {
  const own = rows.filter((row) => row.level === level);
  const weeks = new Map(own.map((row) => [weekLabel(row), row]));
  return netFlowFigures.map((figure) => ({
    title: t.column(of, t.columns[figure]),
    value: ({ label }) => known(weeks.get(label)?.[figure]),
  }));
}

/** No signal is an empty text, which in a table is no figure. */
function known(value: string | number | null | undefined) {
  return value === '' ? null : value;
}
