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
}

/** What is said of the newest complete week: about another time than the change, so it is a line of its own. */
export interface WeekStatement {
  text: string;
  /** Only where the control chart signals, for measures with a good direction. */
  verdict?: 'better' | 'worse' | undefined;
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
  /** Null where nothing is known to be usual; absent for what is not charted by week. */
  week?: WeekStatement | null;
  /** What the figure rests on. */
  basis?: ReactNode;
}

/** One key figure: name and unit, value with its course, change, what it rests on. */
export function Tile({ title, unit, metric, query, value, reason, spark, change, week, basis }: TileProps) {
  return (
    <li className={`tile${query.data && query.isFetching ? ' refreshing' : ''}`} aria-busy={query.isFetching}>
      <h3>
        <span>
          {title}
          <span className="unit">, {unit}</span>
        </span>
        {/* Room from the start: what is said of metrics comes when the figures may be there already. */}
        {metric ? <About metric={metric} /> : <span className="about room" aria-hidden="true" />}
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
          {week !== undefined && <WeekLine week={week} />}
          <p className="basis">{basis}</p>
        </>
      )}
    </li>
  );
}

/** The arrow is the direction of the number and nothing more. */
function ChangeLine({ change: { percent, against } }: { change: Change }) {
  if (percent === null) return words.tiles.noComparison;
  const rounded = Math.round(percent);
  const text =
    rounded === 0 ? words.tiles.same(against) : words.tiles.change(changePercent(rounded), against);
  return (
    <>
      <span aria-hidden="true">{rounded === 0 ? '●' : rounded > 0 ? '▲' : '▼'}</span> {text}
    </>
  );
}

/** The verdict is about this week alone, and so is its colour. */
function WeekLine({ week }: { week: WeekStatement | null }) {
  const verdict = week?.verdict;
  return (
    <p className={verdict ? `week verdict ${verdict}` : 'week'}>
      {week?.text ?? words.tiles.noLimits}
      {verdict && `: ${words.tiles[verdict]}`}
    </p>
  );
}
