import type { PageState } from '../../layout/page-state.tsx';
import { type CountRow, useCounts } from '../../parts/counts.ts';
import { CountsCard } from '../../parts/counts-card.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { daysOf } from '../../period.ts';
import { words } from '../../words.ts';

type Row = CountRow<'/api/v1/flow/throughput'>;

const t = words.flow.throughput;

/** The control chart of finished work: by week, or by month or quarter where little is finished. */
export function Throughput({ state }: { state: PageState }) {
  const { params, metric, widen } = state;
  const counts = useCounts<Row>('/api/v1/flow/throughput', state, () => true);
  return (
    <CountsCard<Row>
      title={t.title}
      metric={metric('throughput')}
      counts={counts}
      value={(row) => row.throughput}
      says={{ line: t.finished, chart: t.chart, unit: t.unit }}
      columns={[{ title: t.notPlanned, value: (row) => row.closed_not_planned }]}
      empty={counts.rows.some((row) => row.throughput) ? null : t.empty}
      widen={widen}
      behind={(label) => (
        <Evidence
          path="/api/v1/flow/throughput/evidence"
          params={{ ...params, ...(counts.by === 'week' ? { week: label } : daysOf(label)) }}
          title={t.title}
          label={label}
        />
      )}
    />
  );
}
