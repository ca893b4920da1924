import { words } from '../words.ts';
import { Frame } from './frame.tsx';
import { most } from './lines.ts';

/** One thing of which both figures are known. */
export interface Point {
  name: string;
  x: number;
  y: number;
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
}: {
  name: string;
  points: readonly Point[];
  x: Axis;
  y: Axis;
}) {
  const ordered = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  return (
    <Frame
      name={name}
      labels={ordered.map((point) => point.name)}
      categories
      across={{ values: ordered.map((point) => point.x), format: x.short }}
      top={most(
        ordered.map((point) => point.y),
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
            ] as const)
          : [];
        const said = lines.map((line) => line.join(' ')).join(', ');
        return { spoken: `${point?.name}: ${said || words.card.missing}`, lines, value: point?.y ?? null };
      }}
    >
      {(plot) =>
        ordered.map((point, index) => (
          <circle
            key={`${point.name} ${point.x}`}
            className="fill layer g0"
            cx={plot.x(index)}
            cy={plot.y(point.y)}
            r={5}
          />
        ))
      }
    </Frame>
  );
}
