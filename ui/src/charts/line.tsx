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
          <path
            key={first?.index}
            className={`stroke ${tone}`}
            d={`M${piece.map(({ index, value }) => `${plot.x(index)} ${plot.y(value)}`).join('L')}`}
          />
        );
      })}
    </g>
  );
}
