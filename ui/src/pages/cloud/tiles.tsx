import { type Params, type RowOf, useTable } from '../../api/client.ts';
import { money } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Tile } from '../../parts/tile.tsx';
import { words } from '../../words.ts';
import { drawn, type Spending } from './bills.ts';
import { providerName } from './provider.ts';

const t = words.cloud.tiles;

type SummaryRow = RowOf<'/api/v1/cloud-spending/summary'>;

interface TilesProps {
  params: Params;
  ready: boolean;
  /** For the course of the months. */
  spending: readonly Spending[];
  metric: PageState['metric'];
}

/** What each currency cost in its last full month. */
export function Tiles({ params, ready, spending, metric }: TilesProps) {
  const query = useTable('/api/v1/cloud-spending/summary', params, ready);
  const rows = query.data?.data ?? [];
  if (query.data && rows.length === 0) return null;
  return (
    <>
      <h2 className="unseen">{words.tiles.label}</h2>
      <ul className="tiles">
        {rows.length === 0 && <Tile title={t.unknown} unit={t.lastMonth} query={query} value={null} />}
        {rows.map((row) => {
          const { currency } = row;
          const course = spending.find((one) => one.currency === currency);
          const spark =
            course && drawn(course.totals.map((total, at) => (course.complete[at] ? total : null)));
          return (
            <Tile
              key={currency}
              title={t.title(currency, (row.providers ?? '').split(',').map(providerName).join(', '))}
              unit={row.month ? t.month(row.month) : t.lastMonth}
              metric={metric('cloud_spending')}
              query={query}
              value={row.cost == null ? null : money(row.cost, currency)}
              reason={t.noMonth}
              {...(spark && { spark: spark.slice(0, spark.findLastIndex((value) => value !== null) + 1) })}
              change={{
                percent: row.change_percent ?? null,
                against: words.tiles.monthBefore,
              }}
              basis={basis(row, currency)}
            />
          );
        })}
      </ul>
    </>
  );
}

/** "€88,120 over 12 months · running month about €7,894" */
function basis(row: SummaryRow, currency: string): string {
  const year = row.cost_12_months == null ? t.noYear : t.year(money(row.cost_12_months, currency));
  if (row.run_rate != null) return `${year} · ${t.runRate(money(row.run_rate, currency))}`;
  return row.running_cost == null ? year : `${year} · ${t.soFar(money(row.running_cost, currency))}`;
}
