import { pieces } from '../charts/lines.ts';

const width = 120;
const height = 32;

/** The course of a figure, the last one marked. Decoration: the chart below says it all. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const x = (index: number) => 2 + (index / Math.max(values.length - 1, 1)) * (width - 6);
  const y = (value: number) => height - 4 - ((value - low) / (high - low || 1)) * (height - 8);
  const parts = pieces(values);
  const last = parts.at(-1)?.at(-1);
  return (
    <svg
      className="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      {parts.map((piece) => (
        <polyline
          key={piece[0]?.index}
          className="stroke ink"
          points={piece.map((point) => `${x(point.index)},${y(point.value)}`).join(' ')}
        />
      ))}
      {last && <circle className="fill g0" cx={x(last.index)} cy={y(last.value)} r={3} />}
    </svg>
  );
}
