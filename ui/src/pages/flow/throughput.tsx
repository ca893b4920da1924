import { ControlChart, Signals } from '../../charts/control.tsx';
import { nothing, tenthAtMost } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type CountRow, labelOf, pointOf, useCounts } from '../../parts/counts.ts';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend, limitKeys } from '../../parts/legend.tsx';
import { daysOf } from '../../period.ts';
import { words } from '../../words.ts';

type Row = CountRow<'/api/v1/flow/throughput'>;

const t = words.flow.throughput;

/** The control chart of finished work: by week, or by month or quarter where little is finished. */
export function Throughput({ state }: { state: PageState }) {
  const { params, metric } = state;
  const { query, rows, by } = useCounts<Row>('/api/v1/flow/throughput', state, () => true);
  const points = rows.map((row) => pointOf(row, row.throughput));
  const format = (value: number | null) => (value === null ? nothing : tenthAtMost(value));
  return (
    <Card<Row>
      title={t.title}
      metric={metric('throughput')}
      query={query}
      empty={points.some((point) => point.value) ? null : t.empty}
      widen={state.widen}
      legend={
        <Legend
          items={[
            { shape: 'line', tone: 'g0', text: t.finished },
            ...limitKeys,
            { shape: 'ring', tone: 'g0', text: words.control.notComplete },
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words.periods[by], value: labelOf, head: true },
          { title: t.finished, value: (row) => row.throughput },
          { title: words.control.average, value: (row) => row.center },
          { title: words.control.lcl, value: (row) => row.lcl },
          { title: words.control.ucl, value: (row) => row.ucl },
          { title: words.signals, value: (row) => row.signals || null },
          { title: t.notPlanned, value: (row) => row.closed_not_planned },
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <>
          <ControlChart
            name={t.chart}
            unit={t.unit}
            points={points}
            format={format}
            behind={(label) => (
              <Evidence
                path="/api/v1/flow/throughput/evidence"
                params={{ ...params, ...(by === 'week' ? { week: label } : daysOf(label)) }}
                title={t.title}
                label={label}
              />
            )}
          />
          {by !== 'week' && <p className="quiet">{words.control.rare[by]}</p>}
          <Signals points={points} format={format} />
        </>
      )}
    </Card>
  );
}
