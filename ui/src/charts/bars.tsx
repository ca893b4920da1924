import type { ReactNode } from 'react';
import { spoken } from '../period.ts';
import { words } from '../words.ts';
import { type EndLabel, Frame, type Plot, type Reading } from './frame.tsx';
import { most } from './lines.ts';

/** Bars of one kind. */
export interface Series {
  key: string;
  name: string;
  /** A colour class of the chart style sheet. */
  tone: string;
  /** One for each label; null = nothing is known. */
  values: readonly (number | null)[];
}

/** Pixels: one bar alone does not fill its card. */
const widest = 96;

interface BarsProps {
  name: string;
  labels: readonly string[];
  series: readonly Series[];
  /** Side by side rather than on top of each other. */
  grouped?: boolean;
  /** Labels are bins rather than periods. */
  categories?: boolean;
  height?: number;
  /** Top of the scale, where several charts share one, or where a few bars are higher: these are cut off, with a gap that says so. */
  top?: number;
  format: (value: number | null) => string;
  axis?: (value: number) => string;
  /** What the values are, for the reader. */
  unit: string;
  /** What a bar is read to amount to, where that is not the sum of its parts. */
  whole?: Omit<Series, 'key' | 'tone'>;
  /** Not complete yet: drawn pale and striped. */
  partial?: (index: number) => boolean;
  /** A part of the stack is not known: a hatched stub on top says so. */
  gap?: (index: number) => boolean;
  /** What else there is to say of a bar. */
  note?: (index: number) => string | undefined;
  /** Writes totals on bars that have room. */
  totals?: (value: number) => string;
  heading?: { strong: string; text: string };
  narrowAxis?: boolean;
  /** What a part of the last stack ends with, at its middle. */
  end?: (part: Series) => Pick<EndLabel, 'strong' | 'text'>;
  behind?: (index: number) => ReactNode;
  /** Marks over the bars, such as lines at percentiles. */
  over?: (plot: Plot) => ReactNode;
}

/** Bars over periods or bins; several series are stacked or stand side by side. What is not known is hatched. */
export function Bars(props: BarsProps) {
  const { name, labels, series, grouped = false, categories = false, format, partial, totals } = props;
  const sums = labels.map((_, index) => total(series, index));
  const ends = labels.map((_, index) => extent(series, index, grouped));
  const top = props.top ?? most(ends.map((end) => end.high)) * (totals ? 1.08 : 1.02);
  const lowest = Math.min(0, ...ends.map((end) => end.low));
  const amounts = props.whole?.values ?? sums;
  const longest = totals ? Math.max(...amounts.map((amount) => totals(amount ?? 0).length)) * 6.4 : 0;
  return (
    <Frame
      name={name}
      labels={labels}
      categories={categories}
      bars
      top={top}
      bottom={lowest}
      height={props.height ?? 260}
      format={props.axis ?? ((value) => format(value))}
      reading={(index) => reading({ ...props, index, sum: sums[index] ?? null })}
      {...(props.heading && { heading: props.heading })}
      {...(props.narrowAxis && { narrowAxis: true })}
      {...(props.end && { ends: endsOf(series, labels.length - 1, 0, props.end) })}
      {...(props.behind && { behind: props.behind })}
    >
      {(plot) => (
        <>
          <defs>
            <pattern id={`${plot.id}missing`} width="6" height="6" patternUnits="userSpaceOnUse">
              <path className="stroke ink" d="M0 6L6 0" />
            </pattern>
            <pattern id={`${plot.id}partial`} width="6" height="6" patternUnits="userSpaceOnUse">
              <path className="stroke surface" d="M-1 1L1 -1M0 6L6 0M5 7L7 5" />
            </pattern>
          </defs>
          {labels.map((label, index) => (
            <g key={label}>
              <g className={partial?.(index) ? 'partial' : undefined}>
                {grouped ? (
                  <Grouped plot={plot} series={series} index={index} />
                ) : (
                  <Stacked plot={plot} series={series} index={index} gap={props.gap?.(index) ?? false} />
                )}
              </g>
              {partial?.(index) && <Stripes plot={plot} series={series} index={index} grouped={grouped} />}
              <Cut plot={plot} index={index} high={grouped ? 0 : (ends[index]?.high ?? 0)} />
              {totals && plot.step > longest && amounts[index] != null && !props.gap?.(index) && (
                <text x={plot.x(index)} y={plot.y(ends[index]?.high ?? 0) - 4} textAnchor="middle">
                  {totals(amounts[index] ?? 0)}
                </text>
              )}
            </g>
          ))}
          {props.over?.(plot)}
        </>
      )}
    </Frame>
  );
}

/** Sum of what is known; null where nothing is. */
export function total(series: readonly Series[], index: number): number | null {
  const known = series.map((one) => one.values[index]).filter((value) => value != null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

/** Labels from the top of the stack to its foot. */
export function endsOf(
  layers: readonly Series[],
  last: number,
  bottom: number,
  end: NonNullable<BarsProps['end']>,
): EndLabel[] {
  const found: EndLabel[] = [];
  layers.forEach((layer, at) => {
    if (layer.values[last] == null) return;
    const low = Math.max(bottom, total(layers.slice(0, at), last) ?? 0);
    const high = Math.max(bottom, total(layers.slice(0, at + 1), last) ?? 0);
    found.unshift({ key: layer.key, value: (low + high) / 2, ...end(layer) });
  });
  return found;
}

interface Extent {
  low: number;
  high: number;
}

/** How far bars reach: what is negative, such as credits, stands below zero. */
function extent(series: readonly Series[], index: number, grouped: boolean): Extent {
  const values = series.map((one) => one.values[index] ?? 0);
  if (grouped) return { low: Math.min(0, ...values), high: Math.max(0, ...values) };
  const sumOf = (some: number[]) => some.reduce((sum, value) => sum + value, 0);
  return {
    low: sumOf(values.filter((value) => value < 0)),
    high: sumOf(values.filter((value) => value > 0)),
  };
}

interface StripesProps {
  plot: Plot;
  series: readonly Series[];
  index: number;
  grouped: boolean;
}

/** Not complete: the bars are striped, so that it does not hang on their paleness. Beside them the grid stays. */
function Stripes({ plot, series, index, grouped }: StripesProps) {
  const columns = grouped ? series.map((one) => [one]) : [series];
  const width = grouped ? groupedWidth(plot, series) : plot.step * 0.78;
  const shown = Math.min(width, widest);
  return columns.map((column, at) => {
    const { low, high } = extent(column, index, false);
    return (
      <rect
        key={column[0]?.key}
        x={plot.x(index) + (at - columns.length / 2) * shown}
        width={shown}
        y={withinPlot(plot, high)}
        height={withinPlot(plot, low) - withinPlot(plot, high)}
        fill={`url(#${plot.id}partial)`}
      />
    );
  });
}

/** Of one of several bars of a period. */
function groupedWidth(plot: Plot, series: readonly Series[]): number {
  return Math.max(1, Math.min((plot.step * 0.78) / Math.max(series.length, 1), widest));
}

function stackedWidth(plot: Plot): number {
  return Math.max(1, Math.min(plot.step * 0.74, widest));
}

/** Where a value is, or the upper edge for what lies above the scale. */
function withinPlot(plot: Plot, value: number): number {
  return Math.max(0, plot.y(value));
}

/** A slanting gap near the top of a bar that is higher than the scale. */
function Cut({ plot, index, high }: { plot: Plot; index: number; high: number }) {
  if (plot.y(high) > -0.5) return null;
  const half = stackedWidth(plot) / 2 + 1;
  return <path className="cut" d={`M${plot.x(index) - half} 14L${plot.x(index) + half} 8`} />;
}

interface StackProps {
  plot: Plot;
  series: readonly Series[];
  index: number;
  gap: boolean;
}

function Stacked({ plot, series, index, gap }: StackProps) {
  const width = stackedWidth(plot);
  const left = plot.x(index) - width / 2;
  if (series.every((one) => one.values[index] == null))
    return <Missing plot={plot} left={left} width={width} />;
  let [low, high] = [0, 0];
  return (
    <>
      {series.map((one) => {
        const value = one.values[index];
        if (!value) return null;
        const from = value < 0 ? low : high;
        const to = from + value;
        if (value < 0) low = to;
        else high = to;
        return (
          <Bar key={one.key} plot={plot} tone={one.tone} left={left} width={width} from={from} to={to} />
        );
      })}
      {gap && <Missing plot={plot} left={left} width={width} on={high} />}
    </>
  );
}

function Grouped({ plot, series, index }: { plot: Plot; series: readonly Series[]; index: number }) {
  const width = groupedWidth(plot, series);
  const first = plot.x(index) - (width * series.length) / 2;
  return series.map((one, at) => {
    const value = one.values[index];
    const left = first + at * width;
    if (value == null) return <Missing key={one.key} plot={plot} left={left} width={width} />;
    return <Bar key={one.key} plot={plot} tone={one.tone} left={left} width={width} from={0} to={value} />;
  });
}

interface BarProps {
  plot: Plot;
  tone: string;
  left: number;
  width: number;
  from: number;
  to: number;
}

function Bar({ plot, tone, left, width, from, to }: BarProps) {
  const [high, low] = [withinPlot(plot, Math.max(from, to)), withinPlot(plot, Math.min(from, to))];
  if (low === 0) return null;
  return (
    <rect
      className={`fill layer ${tone}`}
      x={left}
      width={width}
      y={high}
      height={Math.max(low - high, 0.5)}
    />
  );
}

interface MissingProps {
  plot: Plot;
  left: number;
  width: number;
  /** What it stands on. */
  on?: number;
}

/** Nothing is known: a hatched stub, which no height can be read from. */
function Missing({ plot, left, width, on = 0 }: MissingProps) {
  return (
    <rect
      x={left}
      width={width}
      y={plot.y(on) - 14}
      height={14}
      fill={`url(#${plot.id}missing)`}
      opacity={0.6}
    >
      <title>{words.card.missing}</title>
    </rect>
  );
}

export function reading(props: BarsProps & { index: number; sum: number | null }): Reading {
  const { labels, series, grouped, format, unit, whole: told, partial, index, sum, categories } = props;
  const label = labels[index] ?? '';
  const several = series.length > 1;
  const value = (of: number | null | undefined) => (of == null ? words.card.missing : format(of));
  const parts = series.map((one) => `${one.name} ${value(one.values[index])}`);
  const amount = told ? (told.values[index] ?? null) : sum;
  const whole = amount === null ? words.card.missing : `${format(amount)} ${unit}`;
  const named = told ? `${told.name} ${whole}` : whole;
  const said = !several ? named : grouped ? parts.join(', ') : `${named}: ${parts.join(', ')}`;
  const notes = [partial?.(index) ? words.card.partial : undefined, props.note?.(index)].filter(Boolean);
  const note = notes.length > 0 ? notes.join('; ') : undefined;
  const lines = series.map((one) => [one.name, value(one.values[index])] as const);
  // Read from the top of the stack to its foot, as it is seen.
  const ordered = grouped ? lines : [...lines].reverse();
  return {
    spoken: `${categories ? label : spoken(label)}: ${said}${note ? `; ${note}` : ''}`,
    lines: several && !grouped ? [...ordered, [told?.name ?? words.total, value(amount)] as const] : ordered,
    note,
    value: sum,
  };
}
