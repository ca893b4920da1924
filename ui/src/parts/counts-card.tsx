import type { ReactNode } from 'react';
import type { Metric } from '../api/client.ts';
import { ControlChart, Signals } from '../charts/control.tsx';
import { nothing, tenthAtMost } from '../format.ts';
import { words } from '../words.ts';
import { Card, type Loading } from './card.tsx';
import { type Counted, labelOf, pointOf, type useCounts } from './counts.ts';
import type { Column } from './data-table.tsx';
import { Legend, limitKeys } from './legend.tsx';

interface CountsCardProps<Row> {
  title: string;
  metric: Metric | undefined;
  /** Of what [`useCounts`] gives. */
  counts: { query: Loading; rows: readonly Row[]; by: ReturnType<typeof useCounts>['by'] };
  value: (row: Row) => number | null | undefined;
  /** What is drawn: in the legend, in the table, and to the reader. */
  says: { line: string; chart: string; unit: string };
  /** Columns of the table behind those of the chart. */
  columns: readonly Column<Row>[];
  /** In place of the server's sentence. */
  finding?: string | undefined;
  empty: string | null;
  widen: (() => void) | undefined;
  /** What is behind a point. */
  behind?: (label: string) => ReactNode;
}

/** The control chart of counts by week, month or quarter: legend, chart, signals, figures. */
export function CountsCard<Row extends Counted>(props: CountsCardProps<Row>) {
  const { counts, value, says, columns, behind, finding } = props;
  const { query, rows, by } = counts;
  const points = rows.map((row) => pointOf(row, value(row)));
  const format = (value: number | null) => (value === null ? nothing : tenthAtMost(value));
  const hasLimits = points.some(({ ucl }) => ucl !== null);
  return (
    <Card<Row>
      title={props.title}
      metric={props.metric}
      query={query}
      empty={props.empty}
      widen={props.widen}
      {...(finding !== undefined && { finding })}
      legend={
        <Legend
          items={[
            { shape: 'line', tone: 'g0', text: says.line },
            ...(hasLimits ? limitKeys : []),
            { shape: 'ring', tone: 'g0', text: words.control.notComplete },
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words.periods[by], value: labelOf, head: true },
          { title: says.line, value },
          { title: words.control.average, value: (row) => row.center },
          { title: words.control.lcl, value: (row) => row.lcl },
          { title: words.control.ucl, value: (row) => row.ucl },
          { title: words.signals, value: (row) => row.signals || null },
          ...columns,
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <>
          <ControlChart
            name={says.chart}
            unit={says.unit}
            points={points}
            format={format}
            {...(behind && { behind })}
          />
          {by !== 'week' && <p className="quiet">{words.control.rare[by]}</p>}
          <Signals points={points} format={format} />
        </>
      )}
    </Card>
  );
}
