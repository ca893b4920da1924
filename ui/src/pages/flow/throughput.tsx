import { type RowOf, useTable } from '../../api/client.ts';
import { ControlChart, type ControlPoint, lastWeekInWords, Signals } from '../../charts/control.tsx';
import { nothing, tenthAtMost } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend, limitKeys } from '../../parts/legend.tsx';
import { weekLabel } from '../../period.ts';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/flow/throughput'>;

const t = words.flow.throughput;

/** The control chart of finished work. */
export function Throughput({ state }: { state: PageState }) {
  const { params, ready, metric } = state;
  const query = useTable('/api/v1/flow/throughput', params, ready);
  const rows = query.data?.data ?? [];
  const points = rows.map(point);
  const format = (value: number | null) => (value === null ? nothing : tenthAtMost(value));
  return (
    <Card<Row>
      title={t.title}
      metric={metric('throughput')}
      query={query}
      otherwise={lastWeekInWords(points, t.unit, format)}
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
          { title: words.week, value: (row) => weekLabel(row), head: true },
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
                params={{ ...params, week: label }}
                title={t.title}
                label={label}
              />
            )}
          />
          <Signals points={points} format={format} />
        </>
      )}
    </Card>
  );
}

function point(row: Row): ControlPoint {
  return {
    label: weekLabel(row),
    value: row.throughput,
    center: row.center,
    ucl: row.ucl,
    lcl: row.lcl,
    signals: row.signals ?? '',
    noLimits: row.no_limits ?? '',
    segment: row.segment ?? null,
    complete: row.complete ?? null,
  };
}
