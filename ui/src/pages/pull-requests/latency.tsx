import { type RowOf, useTable } from '../../api/client.ts';
import { Frame } from '../../charts/frame.tsx';
import { Line } from '../../charts/line.tsx';
import { most } from '../../charts/lines.ts';
import { Multiples } from '../../charts/multiples.tsx';
import { decimal } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Legend } from '../../parts/legend.tsx';
import { spoken, weekLabel } from '../../period.ts';
import { words } from '../../words.ts';
import { type Week, weeksOf } from './weeks.ts';

type Row = RowOf<'/api/v1/pull-requests/review-latency'>;

const t = words.pullRequests.latency;
/** All together first: the sentence is about them. */
const sizes = ['ALL', 'XS', 'S', 'M', 'L'] as const;

/** The wait for a first review: one small chart for each size, all on one scale. */
export function Latency({ state }: { state: PageState }) {
  const { params, ready, metric, widen } = state;
  const query = useTable('/api/v1/pull-requests/review-latency', params, ready);
  const rows = query.data?.data ?? [];
  const periods = query.data?.meta.periods ?? [];
  const top = most(rows.map((row) => row.to_first_review_p50_hours)) * 1.02;
  return (
    <Card<Row>
      title={t.title}
      metric={metric('time_to_first_review')}
      query={query}
      empty={rows.some((row) => row.to_first_review_p50_hours != null) ? null : t.empty}
      widen={widen}
      legend={<Legend items={[{ shape: 'line', tone: 'g0', text: t.legend }]} />}
      height={200}
      table={{ rows: rows.filter((row) => row.size !== null), columns }}
    >
      {() => (
        <Multiples items={sizes} keyOf={(size) => size}>
          {(size) => (
            <Small
              size={t.sizes[size] ?? size}
              weeks={weeksOf(
                periods,
                rows.filter((row) => row.size === size),
              )}
              top={top}
            />
          )}
        </Multiples>
      )}
    </Card>
  );
}

function Small({ size, weeks, top }: { size: string; weeks: readonly Week<Row>[]; top: number }) {
  const values = weeks.map(({ row }) => row?.to_first_review_p50_hours ?? null);
  const latest = weeks.findLast(({ row }) => row?.complete && row.to_first_review_p50_hours != null);
  return (
    <Frame
      name={t.chart(size)}
      labels={weeks.map(({ label }) => label)}
      height={190}
      top={top}
      format={String}
      narrowAxis
      heading={{
        strong: size,
        text: latest ? t.latest(decimal(latest.row?.to_first_review_p50_hours), latest.label) : t.none,
      }}
      reading={(index) => {
        const value = values[index] ?? null;
        const said = value === null ? words.card.missing : `${decimal(value)} ${t.unit}`;
        const partial = weeks[index]?.row?.complete === false ? words.card.partial : undefined;
        return {
          spoken: [`${spoken(weeks[index]?.label ?? '')}: ${said}`, ...(partial ? [partial] : [])].join('; '),
          lines: [[t.first, said]],
          note: partial,
          value,
        };
      }}
    >
      {(plot) => <Line plot={plot} values={values} tone="g0" />}
    </Frame>
  );
}

const columns: Column<Row>[] = [
  { title: words.week, value: (row) => weekLabel(row), head: true },
  { title: t.size, value: ({ size }) => (size ? (t.sizes[size] ?? size) : null) },
  { title: t.p50(t.first), value: (row) => row.to_first_review_p50_hours },
  { title: t.p90(t.first), value: (row) => row.to_first_review_p90_hours },
  { title: t.p50(t.requested), value: (row) => row.request_to_review_p50_hours },
  { title: t.p90(t.requested), value: (row) => row.request_to_review_p90_hours },
  { title: t.p50(t.merged), value: (row) => row.waiting_for_review_p50_hours },
  { title: t.p90(t.merged), value: (row) => row.waiting_for_review_p90_hours },
  { title: words.complete, value: (row) => row.complete },
];
