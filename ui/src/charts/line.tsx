import { LinePath } from '@visx/shape';
import type { Plot } from './frame.tsx';
import { pieces } from './lines.ts';

/** A line with gaps where figures are missing; a lonely figure is a dot. */
export function Line({
  plot,
  values,
  tone,
}: {
  plot: Plot;
  values: readonly (number | null)[];
  tone: string;
}) {
  return (
    <g>
      {pieces(values).map((piece) => {
        const first = piece[0];
        if (piece.length === 1 && first) {
          return (
            <circle
              key={first.index}
              className={`fill ${tone}`}
              cx={plot.x(first.index)}
              cy={plot.y(first.value)}
              r={2.5}
            />
          );
        }
        return (
          <LinePath
            key={first?.index}
            className={`stroke ${tone}`}
            data={piece}
            x={(point) => plot.x(point.index)}
            y={(point) => plot.y(point.value)}
          />
        );
      })}
    </g>
  );
}
