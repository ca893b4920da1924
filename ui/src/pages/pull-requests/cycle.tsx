import { useTable } from '../../api/client.ts';
import { Bars, type Series, total } from '../../charts/bars.tsx';
import { topOfMost } from '../../charts/lines.ts';
import { decimal, small } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend, type LegendItem } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { cohortOf, findingOf, type StageRow, stages } from './stages.ts';
import { ofAll, overAll, type Week, weeksOf } from './weeks.ts';

const t = words.pullRequests.cycle;

/** Means of the four stages over the merged pull requests that have them all, by week of the merge. */
export function Cycle({ state }: { state: PageState }) {
  const { params, ready, metric, widen } = state;
  const query = useTable('/api/v1/pull-requests/cycle', ofAll(params), ready);
  const weeks = weeksOf(query.data?.meta.periods ?? [], overAll(query.data?.data));
  const series: Series[] = stages.map(({ key, tone, mean }) => ({
    key,
    name: t.short[key],
    tone,
    values: weeks.map(({ row }) => row?.[mean] ?? null),
  }));
  const heights = weeks.map((_, index) => total(series, index));
  const top = topOfMost(heights);
  return (
    <Card<Week<StageRow>>
      title={t.title}
      metric={metric('pr_cycle_time')}
      query={query}
      finding={findingOf(weeks)}
      empty={weeks.some(({ row }) => row?.merged) ? null : words.pullRequests.empty}
      widen={widen}
      legend={<Legend items={keys(weeks, heights)} />}
      table={{ rows: weeks, columns }}
      height={330}
    >
      {() => (
        <>
          <Bars
            name={t.chart}
            labels={weeks.map(({ label }) => label)}
            series={series}
            top={top || 1}
            height={300}
            unit={t.unit}
            format={decimal}
            axis={small}
            partial={(index) => weeks[index]?.row?.complete === false}
            note={(index) => cohortOf(weeks[index]?.row)}
            behind={(index) => {
              const label = weeks[index]?.label;
              return (
                label && (
                  <Evidence
                    path="/api/v1/pull-requests/cycle/evidence"
                    params={{ ...params, week: label }}
                    title={t.title}
                    label={label}
                  />
                )
              );
            }}
          />
          <p className="quiet">{notes(weeks, heights, top)}</p>
        </>
      )}
    </Card>
  );
}

function keys(weeks: readonly Week<StageRow>[], heights: readonly (number | null)[]): LegendItem[] {
  const items: LegendItem[] = stages.map(({ key, tone }) => ({ shape: 'square', tone, text: t[key] }));
  if (weeks.some(({ row }) => row?.complete === false))
    items.push({ shape: 'partial', tone: 'g0', text: words.control.notComplete });
  if (heights.includes(null)) items.push({ shape: 'hatched', tone: 'ink', text: words.card.missing });
  return items;
}

/** What the bars are of, which of them are cut off, and which is not complete. */
function notes(weeks: readonly Week<StageRow>[], heights: readonly (number | null)[], top: number): string {
  const cut = weeks.flatMap(({ label }, index) => {
    const height = heights[index] ?? 0;
    return height > top ? [t.cutWeek(label, decimal(height))] : [];
  });
  const unfinished = weeks.find(({ row }) => row?.complete === false);
  return [
    t.note,
    ...(cut.length > 0 ? [t.cut(cut.join('; '))] : []),
    ...(unfinished ? [words.card.partialNote(unfinished.label)] : []),
  ].join(' ');
}

const columns: Column<Week<StageRow>>[] = [
  { title: words.week, value: ({ label }) => label, head: true },
  { title: words.pullRequests.merged, value: ({ row }) => row?.merged },
  { title: t.unreviewed, value: ({ row }) => row?.merged_unreviewed },
  { title: t.allStages, value: ({ row }) => row?.with_all_stages },
  ...stages.map(({ key, mean }) => ({
    title: t.mean(t.short[key]),
    value: ({ row }: Week<StageRow>) => row?.[mean],
  })),
  ...stages.map(({ key, p50 }) => ({
    title: t.p50(t.short[key]),
    value: ({ row }: Week<StageRow>) => row?.[p50],
  })),
  { title: t.p50(t.whole), value: ({ row }) => row?.open_to_merge_p50_days },
  { title: t.p50(t.fromCommit), value: ({ row }) => row?.first_commit_to_merge_p50_days },
  ...stages.map(({ key, p85 }) => ({
    title: t.p85(t.short[key]),
    value: ({ row }: Week<StageRow>) => row?.[p85],
  })),
  { title: t.p85(t.whole), value: ({ row }) => row?.open_to_merge_p85_days },
  { title: t.p85(t.fromCommit), value: ({ row }) => row?.first_commit_to_merge_p85_days },
  { title: t.rounds, value: ({ row }) => row?.review_rounds },
  { title: words.complete, value: ({ row }) => row?.complete },
];
