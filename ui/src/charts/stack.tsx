import type { ReactNode } from 'react';
import { endsOf, reading, type Series, total } from './bars.tsx';
import { type EndLabel, Frame, type Plot } from './frame.tsx';
import { most, pieces } from './lines.ts';

interface StackProps {
  name: string;
  labels: readonly string[];
  /** The first one is at the bottom. */
  layers: readonly Series[];
  height?: number;
  /** Top of the scale, where several charts share one. */
  top?: number;
  /** About where the scale begins; what is below it is not drawn. */
  bottom?: number;
  /** Layers are thin against the whole: narrower gaps between them. */
  fine?: boolean;
  format: (value: number | null) => string;
  /** What the values are, for the reader. */
  unit: string;
  /** What a layer ends with, at its middle. */
  end?: (layer: Series) => Pick<EndLabel, 'strong' | 'text'>;
  endsWidth?: number;
  heading?: { strong: string; text: string };
  narrowAxis?: boolean;
  /** Not complete yet: drawn pale, and striped. */
  partial?: (index: number) => boolean;
  behind?: (index: number) => ReactNode;
}

/** Layers on top of each other over time. Where one of them is not known, none is drawn. */
export function Stack(props: StackProps) {
  const { name, labels, layers, format, unit, partial, end, bottom = 0 } = props;
  const sums = labels.map((_, index) =>
    layers.some((layer) => layer.values[index] == null) ? null : total(layers, index),
  );
  return (
    <Frame
      name={name}
      labels={labels}
      top={props.top ?? most(sums) * 1.02}
      bottom={bottom}
      height={props.height ?? 300}
      format={(value) => format(value)}
      ends={end ? endsOf(layers, labels.length - 1, bottom, end) : []}
      endsWidth={props.endsWidth ?? 150}
      reading={(index) =>
        reading({
          name,
          labels,
          series: layers,
          format,
          unit,
          index,
          sum: sums[index] ?? null,
          ...(partial && { partial }),
        })
      }
      {...(props.heading && { heading: props.heading })}
      {...(props.narrowAxis && { narrowAxis: true })}
      {...(props.behind && { behind: props.behind })}
    >
      {(plot) => (
        <>
          <defs>
            <pattern id={`${plot.id}partial`} width="6" height="6" patternUnits="userSpaceOnUse">
              <path className="stroke surface" d="M-1 1L1 -1M0 6L6 0M5 7L7 5" />
            </pattern>
          </defs>
          {runs(sums, partial).map((run) => (
            <g key={run.indexes[0]} className={run.partial ? 'partial' : undefined}>
              {layers.map((layer, at) => (
                <path
                  key={layer.key}
                  className={`fill layer ${props.fine ? 'fine ' : ''}${layer.tone}`}
                  d={area(plot, layers, at, run.indexes)}
                />
              ))}
              {run.partial && (
                <path d={outline(plot, layers, run.indexes)} fill={`url(#${plot.id}partial)`} />
              )}
            </g>
          ))}
        </>
      )}
    </Frame>
  );
}

interface Run {
  indexes: number[];
  partial: boolean;
}

/** Neighbouring periods that are drawn alike: gaps stay open, the way into an incomplete period is its own. */
function runs(sums: readonly (number | null)[], partial: StackProps['partial']): Run[] {
  return pieces(sums).flatMap((piece) => {
    const indexes = piece.map((point) => point.index);
    const last = indexes.at(-1) ?? 0;
    if (indexes.length < 2 || !partial?.(last)) return [{ indexes, partial: partial?.(last) ?? false }];
    const whole = indexes.length > 2 ? [{ indexes: indexes.slice(0, -1), partial: false }] : [];
    return [...whole, { indexes: indexes.slice(-2), partial: true }];
  });
}

/** Around all layers: beyond them the grid stays as it is. */
function outline(plot: Plot, layers: readonly Series[], indexes: readonly number[]): string {
  return between(plot, layers, 0, layers.length, indexes);
}

function area(plot: Plot, layers: readonly Series[], at: number, indexes: readonly number[]): string {
  return between(plot, layers, at, at + 1, indexes);
}

/** From the top of so many layers to the top of more of them. */
function between(
  plot: Plot,
  layers: readonly Series[],
  from: number,
  to: number,
  indexes: readonly number[],
): string {
  const edge = (count: number) =>
    indexes.map((index) => {
      const y = Math.min(plot.height, plot.y(total(layers.slice(0, count), index) ?? 0));
      return [plot.x(index), y] as const;
    });
  const widened = (points: (readonly [number, number])[]) => {
    const [only] = points;
    // A lonely period has no width of its own.
    if (points.length > 1 || !only) return points;
    const half = Math.min(plot.step / 4, 20);
    return [[only[0] - half, only[1]] as const, [only[0] + half, only[1]] as const];
  };
  const upper = widened(edge(to));
  const lower = widened(edge(from)).reverse();
  return `M${[...upper, ...lower].map((point) => point.join(' ')).join('L')}Z`;
}
