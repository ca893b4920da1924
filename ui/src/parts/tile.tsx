import type { ReactNode } from 'react';
import type { Metric } from '../api/client.ts';
import { changePercent } from '../format.ts';
import { words } from '../words.ts';
import { About } from './about.tsx';
import { Failure, type Loading } from './card.tsx';
import { Sparkline } from './sparkline.tsx';

/** How a figure changed against another period. */
export interface Change {
  /** In percent; null where there is nothing to compare with. */
  percent: number | null;
  against: string;
  /** Only where a control chart signals; `normal` where it does not; absent for measures without a good direction. */
  verdict?: 'better' | 'worse' | 'normal' | undefined;
}

interface TileProps {
  title: string;
  unit: string;
  metric?: Metric | undefined;
  query: Loading;
  /** The figure, or null with `reason`. */
  value: string | null;
  /** Why there is no figure. */
  reason?: string | undefined;
  spark?: readonly (number | null)[];
  change?: Change | undefined;
  /** What the figure rests on. */
  basis?: ReactNode;
}

/** One key figure: name and unit, value with its course, change, what it rests on. */
export function Tile({ title, unit, metric, query, value, reason, spark, change, basis }: TileProps) {
  return (
    <li className={`tile${query.data && query.isFetching ? ' refreshing' : ''}`} aria-busy={query.isFetching}>
      <h3>
        {title}
        <span className="unit">, {unit}</span>
        {metric && <About metric={metric} />}
      </h3>
      {query.error ? (
        <Failure error={query.error} retry={query.refetch} />
      ) : !query.data ? (
        <div className="skeleton" role="status">
          <span className="unseen">{words.card.loading}</span>
        </div>
      ) : value === null ? (
        <p className="no-value">{reason ?? words.tiles.noValue}</p>
      ) : (
        <>
          <div className="figure">
            <strong>{value}</strong>
            {spark && <Sparkline values={spark} />}
          </div>
          <p className="change">{change ? <ChangeLine change={change} /> : ' '}</p>
          <p className="basis">{basis}</p>
        </>
      )}
    </li>
  );
}

/** The arrow is the direction of the number, the word is the verdict. */
function ChangeLine({ change: { percent, against, verdict } }: { change: Change }) {
  if (percent === null) return words.tiles.noComparison;
  const rounded = Math.round(percent);
  const text =
    rounded === 0 ? words.tiles.same(against) : words.tiles.change(changePercent(rounded), against);
  return (
    <span className={verdict === 'better' || verdict === 'worse' ? `verdict ${verdict}` : undefined}>
      <span aria-hidden="true">{rounded === 0 ? '●' : rounded > 0 ? '▲' : '▼'}</span> {text}
      {verdict && ` · ${words.tiles[verdict]}`}
    </span>
  );
}
