import { type RowOf, useTable } from '../../api/client.ts';
import { Bars } from '../../charts/bars.tsx';
import { count, decimal, nothing, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Legend, type LegendItem } from '../../parts/legend.tsx';
import { words } from '../../words.ts';

export type InnovationRow = RowOf<'/api/v1/delivery/innovation'>;

const t = words.flow.innovation;

/** Which part of the time that work took went into innovation, by month, of all that is selected. */
export function Innovation({ state }: { state: PageState }) {
  const { params, ready, metric, widen } = state;
  const query = useTable('/api/v1/delivery/innovation', params, ready);
  const rows = ofAll(query.data?.data ?? []);
  const what = whatOf(rows);
  return (
    <Card<InnovationRow>
      title={t.title}
      metric={metric('innovation_ratio')}
      query={query}
      finding={findingOf(rows)}
      empty={emptyOf(rows)}
      half
      widen={isUnset(rows) ? undefined : widen}
      legend={<Legend items={keys(rows)} />}
      table={{ rows, columns: columnsOf(what) }}
    >
      {() => (
        <Bars
          name={t.chart}
          labels={rows.map(({ month }) => month ?? '')}
          series={[
            { key: 'ratio', name: t.ratio, tone: 'g0', values: rows.map(({ ratio }) => ratio ?? null) },
          ]}
          top={1}
          unit={t.unit}
          format={(value) => (value === null ? t.few : percent(value))}
          axis={percent}
          totals={percent}
          partial={(index) => rows[index]?.complete === false}
          note={(index) => t.of(count(rows[index]?.tickets), what, decimal(rows[index]?.days))}
        />
      )}
    </Card>
  );
}

export function ofAll(rows: readonly InnovationRow[]): InnovationRow[] {
  return rows.filter(({ team }) => team === 'ALL');
}

/** Whether the configuration names no types that are innovation. */
function isUnset(rows: readonly InnovationRow[]): boolean {
  return rows.length > 0 && rows.every(({ innovation_days }) => innovation_days == null);
}

/** Why there is nothing to draw; `null` where there is. */
export function emptyOf(rows: readonly InnovationRow[]): string | null {
  if (rows.some(({ ratio }) => ratio != null)) return null;
  if (isUnset(rows)) return t.unset;
  return rows.some(({ tickets }) => (tickets ?? 0) > 0) ? t.allFew(whatOf(rows)) : t.empty;
}

/** About the newest complete month with a ratio. */
export function findingOf(rows: readonly InnovationRow[]): string | undefined {
  const row = rows.findLast(({ ratio, complete }) => ratio != null && complete);
  return row && t.finding(row.month ?? '', percent(row.ratio ?? 0), count(row.tickets), whatOf(rows));
}

function whatOf(rows: readonly InnovationRow[]): string {
  return rows.some(({ source }) => source === 'tickets') ? t.tickets : t.issues;
}

function keys(rows: readonly InnovationRow[]): LegendItem[] {
  const items: LegendItem[] = [{ shape: 'square', tone: 'g0', text: t.ratio }];
  if (rows.some(({ complete }) => complete === false))
    items.push({ shape: 'partial', tone: 'g0', text: words.control.notComplete });
  if (rows.some(({ ratio }) => ratio == null)) items.push({ shape: 'hatched', tone: 'ink', text: t.few });
  return items;
}

function columnsOf(what: string): Column<InnovationRow>[] {
  return [
    { title: words.month, value: ({ month }) => month, head: true },
    { title: t.done(what), value: ({ tickets }) => tickets },
    { title: t.days, value: ({ days }) => days, text: ({ days }) => decimal(days) },
    {
      title: t.innovationDays,
      value: ({ innovation_days }) => innovation_days,
      text: ({ innovation_days }) => decimal(innovation_days),
    },
    {
      title: t.ratio,
      value: ({ ratio }) => ratio,
      text: ({ ratio }) => (ratio == null ? nothing : percent(ratio)),
    },
    { title: words.complete, value: ({ complete }) => complete },
  ];
}
