import { type CSSProperties, type PointerEvent, type ReactNode, useId, useState } from 'react';
import { firstDay, isoDay, type Tick, ticks } from '../period.ts';
import { words } from '../words.ts';
import { scaleOf } from './scale.ts';
import { isOnPaper, useWidth } from './width.ts';

/** Where marks go, in pixels of the plot. */
export interface Plot {
  width: number;
  height: number;
  /** Middle of the place of a period. */
  x: (index: number) => number;
  y: (value: number) => number;
  /** Distance of neighbouring periods. */
  step: number;
  /** Unique in the page, for `id`s. */
  id: string;
}

/** What is known of one period: read aloud, and shown beside the pointer. */
export interface Reading {
  /** The whole sentence for a screen reader, with the period. */
  spoken: string;
  lines: readonly (readonly [string, string])[];
  note?: string | undefined;
  /** Where the eye is drawn to; null where there is no figure. */
  value: number | null;
}

/** What a line or layer ends with, at the right of the plot. */
export interface EndLabel {
  key: string;
  value: number;
  strong: string;
  text: string;
}

interface FrameProps {
  /** Name of the chart for those who do not see it. */
  name: string;
  /** Periods, or names of bins, from left to right. */
  labels: readonly string[];
  /** Labels are categories rather than periods: every one is written that has room. */
  categories?: boolean;
  height?: number;
  /** Where each label stands on a scale from left to right; instead of one after the other. */
  across?: { values: readonly number[]; format: (value: number) => string };
  /** Bars stand in the middle of their place; lines reach the edges. */
  bars?: boolean;
  top: number;
  bottom?: number;
  format: (value: number) => string;
  reading: (index: number) => Reading;
  ends?: readonly EndLabel[];
  endsWidth?: number;
  /** Below the chart, for the period that is being read. */
  behind?: (index: number) => ReactNode;
  /** Room for notes above the plot. */
  head?: number;
  /** A line of its own above the plot, inside the picture. */
  heading?: { strong: string; text: string };
  narrowAxis?: boolean;
  children: (plot: Plot) => ReactNode;
}

const narrow = 520;
/** Of the height on the screen. */
const onPaper = 0.6;

/** Axes, grid, end labels, and the reader: a slider over the plot that speaks each period. */
export function Frame(props: FrameProps) {
  const { name, labels, categories = false, bars = false, bottom = 0, format, reading } = props;
  const height = Math.round((props.height ?? 260) * (isOnPaper() ? onPaper : 1));
  const { ends = [], endsWidth = 96, behind, head = 12, heading, across, children } = props;
  const [box, width] = useWidth();
  const [index, setIndex] = useState<number | null>(null);
  // Stays when the pointer and the focus go on, to what is behind it.
  const [chosen, choose] = useState<string>();
  const id = useId();
  const wide = width >= narrow;
  const last = labels.length - 1;
  const steps = height < 220 ? 3 : 5;
  const [above, below] = [head + (heading ? 36 : 0), 26];
  const plotHeight = height - above - below;
  const y = scaleOf([bottom, Math.max(props.top, bottom + 1e-9)], [plotHeight, 0], steps);
  const values = y.ticks(steps);
  const longest = Math.max(...values.map((value) => format(value).length), 1);
  const margin = {
    top: above,
    right: wide && ends.length > 0 ? endsWidth : 12,
    bottom: below,
    left: 14 + longest * 7,
  };
  const plotWidth = Math.max(0, width - margin.left - margin.right);
  const step = bars ? plotWidth / Math.max(labels.length, 1) : plotWidth / Math.max(last, 1);
  const along =
    across && scaleOf([Math.min(0, ...across.values), Math.max(...across.values, 1e-9)], [0, plotWidth]);
  const even = (at: number) => (bars ? step * (at + 0.5) : last === 0 ? plotWidth / 2 : step * at);
  const x = (at: number) => (along ? along(across?.values[at] ?? 0) : even(at));
  const plot: Plot = { width: plotWidth, height: plotHeight, x, y, step, id };
  const known = chosen === undefined ? -1 : labels.indexOf(chosen);
  const kept = known < 0 ? last : known;
  const at = Math.min(index ?? kept, last);
  const now = labels.length > 0 ? reading(at) : undefined;
  const place = (event: PointerEvent<HTMLInputElement>) => {
    const left = event.clientX - event.currentTarget.getBoundingClientRect().left;
    if (along) return nearest(across?.values ?? [], along.invert(left));
    const found = bars ? Math.floor(left / step) : Math.round(left / step);
    return Math.max(0, Math.min(last, found));
  };
  const read = (at: number) => {
    setIndex(at);
    choose(labels[at]);
  };
  const xTicks: Tick[] = along
    ? along
        .ticks(Math.floor(plotWidth / 90))
        .map((index) => ({ index, text: across?.format(index) ?? '', strong: false }))
    : categories
      ? everyNth(labels, plotWidth, bars)
      : ticks(labels, Math.max(2, Math.floor(plotWidth / (props.narrowAxis ? 90 : 64))));
  return (
    <div className="frame">
      <div className="plot" ref={box} style={{ '--plot-height': `${height}px` } as CSSProperties}>
        {width > 0 && (
          <>
            <svg
              className="chart"
              role="img"
              aria-label={name}
              width={width}
              height={height}
              viewBox={`0 0 ${width} ${height}`}
            >
              {heading && (
                <text className="heading" x={0} y={14}>
                  <tspan className="strong">{heading.strong}</tspan>
                  <tspan x={0} dy={18}>
                    {heading.text}
                  </tspan>
                </text>
              )}
              <g transform={`translate(${margin.left},${margin.top})`}>
                <g className="grid">
                  {values.map((value) => (
                    <line key={value} x2={plotWidth} y1={y(value)} y2={y(value)} />
                  ))}
                </g>
                <path className="foot" d={`M0 ${plotHeight}H${plotWidth}`} />
                {children(plot)}
                <g className="axis" textAnchor="end">
                  {values.map((value) => (
                    <text key={value} x={-12} y={y(value)} dy={4}>
                      {format(value)}
                    </text>
                  ))}
                </g>
                <g className="axis bottom" textAnchor="middle">
                  {xTicks.map(({ index, text, strong }) => (
                    <text
                      key={index}
                      className={strong ? 'strong' : undefined}
                      x={along ? along(index) : x(index)}
                      y={plotHeight + 22}
                    >
                      {text}
                    </text>
                  ))}
                </g>
                {wide && <Ends ends={ends} plot={plot} />}
                {index !== null && now && (
                  <g className="cursor">
                    <path d={`M${x(at)} 0V${plotHeight}`} />
                    {now.value !== null && !bars && <circle cx={x(at)} cy={y(now.value)} r={4.5} />}
                  </g>
                )}
              </g>
            </svg>
            {now && (
              <input
                type="range"
                className="reader"
                aria-label={words.card.read(name)}
                aria-valuetext={now.spoken}
                min={0}
                max={last}
                value={at}
                style={{ left: margin.left, top: margin.top, width: plotWidth, height: plotHeight }}
                onChange={(event) => read(Number(event.target.value))}
                onFocus={() => setIndex((before) => before ?? kept)}
                onPointerMove={(event) => setIndex(place(event))}
                onPointerDown={(event) => read(place(event))}
                onPointerLeave={() => setIndex(null)}
                onBlur={() => setIndex(null)}
              />
            )}
            {index !== null && now && (
              <Tooltip
                label={labels[at] ?? ''}
                categories={categories}
                reading={now}
                right={x(at) < plotWidth / 2}
                low={now.value !== null && y(now.value) < plotHeight / 2}
                x={margin.left + x(at)}
                top={margin.top}
                height={plotHeight}
                width={width}
              />
            )}
          </>
        )}
      </div>
      {width > 0 && !wide && ends.length > 0 && (
        <ul className="ends">
          {ends.map((end) => (
            <li key={end.key}>
              <strong>{end.strong}</strong> {end.text}
            </li>
          ))}
        </ul>
      )}
      {behind && labels.length > 0 && <div className="behind">{behind(kept)}</div>}
    </div>
  );
}

/** Place of the value that is nearest to another. */
function nearest(values: readonly number[], to: number): number {
  const distances = values.map((value) => Math.abs(value - to));
  return distances.indexOf(Math.min(...distances));
}

/** As many names as there is room for; that of the last bar, which may have no end, is always among them. */
function everyNth(labels: readonly string[], width: number, bars: boolean) {
  const longest = Math.max(...labels.map((label) => label.length), 1);
  const nth = Math.max(1, Math.ceil((labels.length * (longest * 6.5 + 8)) / Math.max(width, 1)));
  return labels
    .map((text, index) => ({ index, text, strong: false }))
    .filter((tick) => (bars ? labels.length - 1 - tick.index : tick.index) % nth === 0);
}

/** Labels at the right, moved apart where they would overlap. */
function Ends({ ends, plot }: { ends: readonly EndLabel[]; plot: Plot }) {
  const gap = 16;
  const placed = [...ends].sort((a, b) => b.value - a.value).map((end) => ({ end, y: plot.y(end.value) }));
  placed.forEach((label, at) => {
    const above = placed[at - 1];
    if (above) label.y = Math.max(label.y, above.y + gap);
  });
  const over = (placed.at(-1)?.y ?? 0) - plot.height - 6;
  if (over > 0) {
    [...placed].reverse().forEach((label, at, all) => {
      const below = all[at - 1];
      label.y = Math.min(label.y, below ? below.y - gap : plot.height + 6);
    });
  }
  return (
    <g className="end-labels">
      {placed.map(({ end, y }) => (
        <text key={end.key} x={plot.width + 8} y={y} dy={4}>
          <tspan className="strong">{end.strong}</tspan> {end.text}
        </text>
      ))}
    </g>
  );
}

function Tooltip(props: {
  label: string;
  categories: boolean;
  reading: Reading;
  right: boolean;
  low: boolean;
  x: number;
  top: number;
  height: number;
  width: number;
}) {
  const { label, categories, reading, right, low, x, top, height, width } = props;
  const side = right
    ? { left: Math.min(x + 10, width - 180) }
    : { right: Math.min(width - x + 10, width - 180) };
  // On the far side of the value: it must not cover what it explains.
  const end = low ? { bottom: 34 } : { top: top + 4 };
  return (
    <div className="tooltip" aria-hidden="true" style={{ ...side, ...end, maxHeight: height }}>
      <p>
        <strong>{label}</strong> {!categories && label.includes('W') && isoDay(firstDay(label))}
      </p>
      <dl>
        {reading.lines.map(([what, value]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {reading.note && <p className="note">{reading.note}</p>}
    </div>
  );
}
