import { Percentiles } from '../../charts/percentiles.tsx';
import { count, decimal } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { all, emptyOf, type MonthRow, useMonths } from './keys.ts';

const t = words.dora.lead;

/** Lead time by month with the medians of its stages: by week few have enough changes for a p85. */
export function LeadTime({ state }: { state: PageState }) {
  const { query, rows: months } = useMonths(state);
  const rows = months.filter((row) => row.service === all);
  const values = (value: (row: MonthRow) => number | null | undefined) =>
    rows.map((row) => value(row) ?? null);
  return (
    <Card<MonthRow>
      title={t.title}
      metric={state.metric('lead_time_for_changes')}
      query={query}
      finding={findingOf(rows)}
      empty={rows.some((row) => row.lead_p50_days != null) ? null : emptyOf(rows, t.empty)}
      widen={state.widen}
      legend={
        <Legend
          items={[
            { shape: 'line', tone: 'g0 bold', text: words.flow.times.p50 },
            { shape: 'line', tone: 'g0 thin', text: words.flow.times.p85 },
            { shape: 'ring', tone: 'g0', text: words.control.notComplete },
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words.month, value: (row) => row.month, head: true },
          { title: t.changes, value: (row) => row.changes },
          { title: 'p50', value: (row) => row.lead_p50_days },
          { title: 'p85', value: (row) => row.lead_p85_days },
          ...t.stages.map(([column, title]) => ({ title, value: (row: MonthRow) => row[column] })),
          { title: t.linked, value: (row) => row.linked_share },
          { title: t.certain, value: (row) => row.certain_share },
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <Percentiles
          name={t.chart}
          labels={rows.map((row) => row.month)}
          lines={[
            { name: 'p50', weight: 'bold', values: values((row) => row.lead_p50_days) },
            { name: 'p85', weight: 'thin', values: values((row) => row.lead_p85_days) },
          ]}
          format={decimal}
          unit={t.unit}
          basis={(index) => [t.changes, count(rows[index]?.changes)]}
          partial={(index) => rows[index]?.complete === false}
        />
      )}
    </Card>
  );
}

/** The longest stage of the newest complete month, and how much of what was merged is deployed. */
function findingOf(rows: readonly MonthRow[]): string | undefined {
  const month = rows.findLast((row) => row.complete && row.lead_p50_days != null);
  if (!month) return undefined;
  const stages = t.stages.flatMap(([column, title]) => {
    const days = month[column];
    return days == null ? [] : [{ title, days }];
  });
  const longest = stages.sort((one, other) => other.days - one.days)[0];
  return [
    t.finding(month.month, decimal(month.lead_p50_days)),
    ...(longest ? [t.longest(longest.title, decimal(longest.days))] : []),
  ].join(' ');
}
