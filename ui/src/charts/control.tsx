import { spoken } from '../period.ts';
import { words } from '../words.ts';
import { Frame, type Reading } from './frame.tsx';
import { Line } from './line.tsx';
import { most } from './lines.ts';

/** A week of a control chart. */
export interface ControlPoint {
  label: string;
  value: number | null;
  center: number | null;
  ucl: number | null;
  lcl: number | null;
  /** Names of signals, separated by semicolons; empty = none. */
  signals: string;
  /** Why there are no limits, in the server's code; empty or absent = there are some, or nobody says. */
  noLimits?: string;
  segment: number | null;
  complete: boolean | null;
  /** Of the weeks that the card is about: underlined. */
  marked?: boolean;
}

interface ControlChartProps {
  name: string;
  /** What is counted, for the reader: `items`. */
  unit: string;
  points: readonly ControlPoint[];
  format: (value: number | null) => string;
  behind?: (label: string) => React.ReactNode;
  height?: number;
  heading?: { strong: string; text: string };
}

/** Names of the signals of a point. */
export function signalsOf(point: Pick<ControlPoint, 'signals'>): string[] {
  return point.signals.split(/[;,\s]+/).filter(Boolean);
}

/** A signal in words. */
export function signalInWords(
  point: ControlPoint,
  signal: string,
  format: ControlChartProps['format'],
): string {
  const { value, center, ucl, lcl } = point;
  const high = value !== null && center !== null && value > center;
  switch (signal) {
    case 'beyond_limits':
      return high ? words.control.above(format(ucl)) : words.control.below(format(lcl));
    case 'run_of_8':
      return high ? words.control.runHigh : words.control.runLow;
    case '3_of_4_near_limit':
      return high ? words.control.nearHigh : words.control.nearLow;
    default:
      return signal.replaceAll('_', ' ');
  }
}

function reading(point: ControlPoint, unit: string, format: ControlChartProps['format']): Reading {
  const { label, value, center, ucl, lcl, complete } = point;
  const signals = signalsOf(point).map((signal) => signalInWords(point, signal, format));
  const limits = center !== null && ucl !== null && lcl !== null;
  const lines: [string, string][] = [[unit, value === null ? words.card.missing : format(value)]];
  if (limits) {
    lines.push(
      [words.control.average, format(center)],
      [words.control.limits, `${format(lcl)} – ${format(ucl)}`],
    );
  }
  const parts = [
    `${spoken(label)}: ${value === null ? words.card.missing : `${format(value)} ${unit}`}`,
    ...(limits ? [words.control.spoken(format(center), format(lcl), format(ucl))] : []),
    ...signals,
    ...(complete === false ? [words.card.partial] : []),
  ];
  const notes = [...signals, ...(complete === false ? [words.card.partial] : [])];
  return { spoken: parts.join('; '), lines, note: notes.join('; ') || undefined, value };
}

/** Points with their average and natural process limits in steps; signals by shape, never by colour alone. */
export function ControlChart(props: ControlChartProps) {
  const { name, unit, points, format, behind, height = 300, heading } = props;
  const steps = segments(points);
  const last = steps.at(-1);
  const top = most(points.flatMap((point) => [point.value, point.ucl]));
  const lowest = Math.min(0, ...points.flatMap((point) => [point.value ?? 0, point.lcl ?? 0]));
  const ends = last
    ? [
        { key: 'ucl', value: last.ucl, strong: words.control.ucl, text: format(last.ucl) },
        { key: 'center', value: last.center, strong: words.control.avg, text: format(last.center) },
        { key: 'lcl', value: last.lcl, strong: words.control.lcl, text: format(last.lcl) },
      ]
    : [];
  return (
    <Frame
      name={name}
      labels={points.map((point) => point.label)}
      top={top}
      bottom={lowest}
      format={(value) => format(value)}
      height={height}
      {...(heading && { heading })}
      head={24}
      ends={ends}
      endsWidth={84}
      reading={(index) => reading(at(points, index), unit, format)}
      {...(behind && { behind: (index: number) => behind(at(points, index).label) })}
    >
      {(plot) => (
        <>
          {steps.map((step, number) => {
            const left = Math.max(0, plot.x(step.from) - (number === 0 ? 0 : plot.step / 2));
            const right = Math.min(
              plot.width,
              plot.x(step.to) + (number === steps.length - 1 ? 0 : plot.step / 2),
            );
            const line = (value: number) => `M${left} ${plot.y(value)}H${right}`;
            return (
              <g key={step.from}>
                <rect
                  className="band"
                  x={left}
                  width={Math.max(0, right - left)}
                  y={plot.y(step.ucl)}
                  height={Math.max(0, plot.y(step.lcl) - plot.y(step.ucl))}
                />
                <path className="stroke ink" d={line(step.center)} />
                <path className="stroke ink dashed" d={line(step.ucl)} />
                <path className="stroke ink dashed" d={line(step.lcl)} />
              </g>
            );
          })}
          {changes(points).map((index) => {
            const left = plot.x(index) - plot.step / 2;
            const before = left > plot.width / 2;
            return (
              <g key={index}>
                <path className="stroke ink dotted" d={`M${left} -8V${plot.height}`} />
                <text x={before ? left - 4 : left + 4} y={-10} textAnchor={before ? 'end' : 'start'}>
                  {words.control.recalculated(at(points, index).label)}
                </text>
              </g>
            );
          })}
          {points.map((point, index) =>
            point.marked ? (
              <path
                key={point.label}
                className="stroke bold g0"
                d={`M${Math.max(0, plot.x(index) - plot.step / 2)} ${plot.height}H${Math.min(plot.width, plot.x(index) + plot.step / 2)}`}
              />
            ) : null,
          )}
          <Line plot={plot} values={points.map((point) => point.value)} tone="g0" />
          {points.map((point, index) =>
            point.value === null ? null : (
              <Mark key={point.label} point={point} x={plot.x(index)} y={plot.y(point.value)} />
            ),
          )}
        </>
      )}
    </Frame>
  );
}

function Mark({ point, x, y }: { point: ControlPoint; x: number; y: number }) {
  const signals = signalsOf(point);
  if (signals.includes('beyond_limits')) {
    return <path className="fill worse signal" d={`M${x} ${y - 6}l6 6-6 6-6-6z`} />;
  }
  if (signals.length > 0) return <circle className="signal-ring worse" cx={x} cy={y} r={4} />;
  if (point.complete === false) return <circle className="signal-ring g0" cx={x} cy={y} r={3} />;
  return <circle className="fill g0" cx={x} cy={y} r={2.5} />;
}

/** The newest complete week of those that are drawn, in the words of the server's own sentences. */
export function lastWeekInWords(
  points: readonly ControlPoint[],
  unit: string,
  format: ControlChartProps['format'],
): string | undefined {
  const point = points.findLast(({ value, complete }) => value !== null && complete !== false);
  if (!point) return undefined;
  const signals = signalsOf(point).map((signal) => signalInWords(point, signal, format));
  const limits =
    point.lcl === null || point.ucl === null
      ? words.control.noLimits(point.noLimits)
      : words.control.within(format(point.lcl), format(point.ucl));
  return words.control.lastShown(
    point.label,
    `${format(point.value)} ${unit}`,
    signals.length > 0 ? signals.join('; ') : limits,
  );
}

/** The signals of the points, newest first, in words. */
export function Signals({ points, format }: Pick<ControlChartProps, 'points' | 'format'>) {
  const found = points.filter((point) => signalsOf(point).length > 0).reverse();
  if (found.length === 0) return null;
  return (
    <details className="signals">
      <summary>{words.control.signals(found.length)}</summary>
      <ul>
        {found.map((point) => (
          <li key={point.label}>
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
              <Mark point={point} x={7} y={7} />
            </svg>
            {point.label}: {format(point.value)},{' '}
            {signalsOf(point)
              .map((signal) => signalInWords(point, signal, format))
              .join('; ')}
          </li>
        ))}
      </ul>
    </details>
  );
}

interface Step {
  from: number;
  to: number;
  center: number;
  ucl: number;
  lcl: number;
}

/** Points that open a segment: from there on the limits are others. */
function changes(points: readonly ControlPoint[]): number[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1]?.segment;
    return before != null && point.segment !== null && point.segment !== before ? [index] : [];
  });
}

/** Neighbouring points with the same limits, which are drawn as one step. */
function segments(points: readonly ControlPoint[]): Step[] {
  const found: Step[] = [];
  points.forEach((point, index) => {
    const { center, ucl, lcl } = point;
    if (center === null || ucl === null || lcl === null) return;
    const open = found.at(-1);
    const same =
      open && open.to === index - 1 && open.center === center && open.ucl === ucl && open.lcl === lcl;
    if (same) open.to = index;
    else found.push({ from: index, to: index, center, ucl, lcl });
  });
  return found;
}

function at(points: readonly ControlPoint[], index: number): ControlPoint {
  const point = points[index];
  if (!point) throw new Error(`a chart of ${points.length} points was asked for number ${index}`);
  return point;
}
