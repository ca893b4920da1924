import { words } from '../words.ts';
import { Frame } from './frame.tsx';
import { most } from './lines.ts';

/** One thing of which both figures are known. */
export interface Point {
  name: string;
  x: number;
  y: number;
  /** Of a line through all of them. */
  line?: OnLine | undefined;
}

/** What a line says at a point, with its interval. */
export interface OnLine {
  at: number;
  low: number;
  high: number;
}

/** What an axis shows, and how it writes a figure. */
export interface Axis {
  name: string;
  /** On the axis, where there is little room. */
  short: (value: number) => string;
  /** Read aloud, and shown beside the pointer. */
  format: (value: number) => string;
}

/** A point for each thing, read from left to right. */
export function Scatter({
  name,
  points,
  x,
  y,
  said,
}: {
  name: string;
  points: readonly Point[];
  x: Axis;
  y: Axis;
  /** The line in words. */
  said: { name: string; text: (line: OnLine) => string };
}) {
  const ordered = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const fitted = ordered.flatMap(({ line }, index) => (line ? [{ ...line, index }] : []));
  return (
    <Frame
      name={name}
      labels={ordered.map((point) => point.name)}
      categories
      across={{ values: ordered.map((point) => point.x), format: x.short }}
      top={most(
        ordered.flatMap(({ y, line }) => [y, line?.high]),
        0,
      )}
      height={320}
      format={y.short}
      reading={(index) => {
        const point = ordered[index];
        const lines = point
          ? ([
              [x.name, x.format(point.x)],
              [y.name, y.format(point.y)],
              ...(point.line ? [[said.name, said.text(point.line)] as const] : []),
            ] as const)
          : [];
        const text = lines.map((line) => line.join(' ')).join(', ');
        return { spoken: `${point?.name}: ${text || words.card.missing}`, lines, value: point?.y ?? null };
      }}
    >
      {(plot) => {
        // Nothing is below nothing.
        const path = (of: 'at' | 'low' | 'high') =>
          fitted.map((line) => `${plot.x(line.index)} ${plot.y(Math.max(0, line[of]))}`);
        return (
          <>
            {fitted.length > 1 && (
              <>
                <path className="band" d={`M${[...path('low'), ...path('high').reverse()].join('L')}Z`} />
                <path className="stroke ink" d={`M${path('at').join('L')}`} />
              </>
            )}
            {ordered.map((point, index) => (
              <circle
                key={`${point.name} ${point.x}`}
                className="fill layer g0"
                cx={plot.x(index)}
                cy={plot.y(point.y)}
                r={5}
              />
            ))}
          </>
        );
      }}
    </Frame>
  );
}
