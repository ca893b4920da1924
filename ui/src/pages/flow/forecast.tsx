import { type RowOf, useTable } from '../../api/client.ts';
import { Percentiles } from '../../charts/percentiles.tsx';
import { count, date } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/flow/forecast'>;

const t = words.flow.forecast;
const lines = [
  { column: 'p50', percent: 50, weight: 'bold' },
  { column: 'p85', percent: 85, weight: 'thin' },
  { column: 'p95', percent: 95, weight: 'dashed' },
] as const;

/** How many items will at least be finished, over all boards that are shown. */
export function Forecast({ state }: { state: PageState }) {
  const query = useTable('/api/v1/flow/forecast', state.params, state.ready);
  const rows = (query.data?.data ?? [])
    .filter((row) => row.project_id === 'ALL')
    .sort((a, b) => a.weeks - b.weeks);
  const until = (row: Row | undefined) => (row?.until ? date(row.until, 'UTC') : '');
  const drawn = rows.some((row) => row.p85 != null);
  return (
    <Card<Row>
      title={t.title}
      half
      metric={state.metric('forecast')}
      query={query}
      empty={drawn ? null : t.tooFew(rows[0]?.history_weeks ?? 0)}
      legend={
        <Legend
          items={lines.map(({ percent, weight }) => ({
            shape: weight === 'dashed' ? ('dashed' as const) : ('line' as const),
            tone: `g0 ${weight}`,
            text: t.legend(percent),
          }))}
        />
      }
      table={{
        rows,
        columns: [
          { title: t.weeks, value: (row) => row.weeks, head: true },
          { title: t.until, value: (row) => row.until, text: until },
          ...(['p50', 'p70', 'p85', 'p95'] as const).map((column) => ({
            title: t.share(Number(column.slice(1))),
            value: (row: Row) => row[column],
          })),
          { title: t.hitRate, value: ({ hit_rate_85 }) => (hit_rate_85 == null ? null : hit_rate_85 * 100) },
          { title: t.hitCount, value: (row) => row.hit_n },
        ],
      }}
    >
      {() => (
        <>
          {state.params.to && <p className="quiet">{t.now}</p>}
          <Percentiles
            name={t.chart}
            labels={rows.map((row) => t.week(row.weeks))}
            say={(index) => t.spoken(rows[index]?.weeks ?? 0, until(rows[index]))}
            lines={lines.map(({ column, percent, weight }) => ({
              name: t.share(percent),
              weight,
              values: rows.map((row) => row[column] ?? null),
            }))}
            height={300}
            format={count}
            unit={t.unit}
            basis={(index) => [t.until, until(rows[index])]}
          />
          <p className="quiet">{t.hits}</p>
        </>
      )}
    </Card>
  );
}
