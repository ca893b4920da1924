import { type RowOf, useTable } from '../../api/client.ts';
import { Bars } from '../../charts/bars.tsx';
import type { Plot } from '../../charts/frame.tsx';
import { most } from '../../charts/lines.ts';
import { decimal, small } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { overAll, type Week, weeksOf } from './weeks.ts';

type Row = RowOf<'/api/v1/pull-requests/cycle'>;

const t = words.pullRequests.cycle;

/** Stages in the order of time, from the foot of a bar. Waits are warm, work is not. */
const stages = [
  { key: 'coding', tone: 'g0', p50: 'coding_p50_days', p85: 'coding_p85_days' },
  { key: 'pickup', tone: 'g1', p50: 'pickup_p50_days', p85: 'pickup_p85_days' },
  { key: 'review', tone: 'g2', p50: 'review_p50_days', p85: 'review_p85_days' },
  { key: 'merge', tone: 'g3', p50: 'merge_p50_days', p85: 'merge_p85_days' },
] as const;

/** Medians of the four stages of merged pull requests, by week of the merge. */
export function Cycle({ state }: { state: PageState }) {
  const { params, ready, metric, widen } = state;
  const query = useTable('/api/v1/pull-requests/cycle', params, ready);
  const rows = overAll(query.data?.data);
  const weeks = weeksOf(query.data?.meta.periods ?? [], rows);
  const values = (key: (typeof stages)[number]['p50'] | 'open_to_merge_p50_days') =>
    weeks.map(({ row }) => row?.[key] ?? null);
  const wholes = values('open_to_merge_p50_days');
  const heights = weeks.map(({ row }) => stages.reduce((sum, { p50 }) => sum + (row?.[p50] ?? 0), 0));
  const unfinished = weeks.find(({ row }) => row?.complete === false);
  return (
    <Card<Week<Row>>
      title={t.title}
      metric={metric('pr_cycle_time')}
      query={query}
      finding={findingOf(weeks)}
      empty={wholes.some((value) => value !== null) ? null : words.pullRequests.empty}
      widen={widen}
      legend={
        <Legend
          items={[
            ...stages.map(({ key, tone }) => ({ shape: 'square' as const, tone, text: t[key] })),
            { shape: 'line', tone: 'ink', text: t.wholeLegend },
            ...(unfinished
              ? [{ shape: 'partial' as const, tone: 'g0', text: words.control.notComplete }]
              : []),
            ...(wholes.includes(null)
              ? [{ shape: 'hatched' as const, tone: 'ink', text: words.card.missing }]
              : []),
          ]}
        />
      }
      table={{ rows: weeks, columns }}
      height={330}
    >
      {() => (
        <>
          <Bars
            name={t.chart}
            labels={weeks.map(({ label }) => label)}
            series={stages.map(({ key, tone, p50 }) => ({
              key,
              name: t.short[key],
              tone,
              values: values(p50),
            }))}
            whole={{ name: t.whole, values: wholes }}
            top={most([...heights, ...wholes]) * 1.02}
            height={300}
            unit={t.unit}
            format={decimal}
            axis={small}
            partial={(index) => weeks[index]?.row?.complete === false}
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
            over={(plot) => <Wholes plot={plot} values={wholes} />}
          />
          <p className="quiet">
            {t.note}
            {unfinished && ` ${words.card.partialNote(unfinished.label)}`}
          </p>
        </>
      )}
    </Card>
  );
}

/** The stages of the last finished week, the longest first: the answer to the title. */
function findingOf(weeks: readonly Week<Row>[]): string | undefined {
  const last = weeks.findLast(({ row }) => row?.complete && row.open_to_merge_p50_days != null);
  if (!last?.row) return undefined;
  const { label, row } = last;
  const sorted = [...stages].sort((a, b) => (row[b.p50] ?? 0) - (row[a.p50] ?? 0));
  const each = sorted.map(({ key, p50 }) => t.each(t.short[key].toLowerCase(), decimal(row[p50])));
  return t.finding(label, each.join(', '));
}

/** A short line over each bar at the median of the whole, which the stages do not add up to. */
function Wholes({ plot, values }: { plot: Plot; values: readonly (number | null)[] }) {
  const half = plot.step * 0.45;
  const path = values
    .map((value, index) => (value === null ? '' : `M${plot.x(index) - half} ${plot.y(value)}h${2 * half}`))
    .join('');
  return (
    <>
      <path className="mark-edge" d={path} />
      <path className="mark" d={path} />
    </>
  );
}

const columns: Column<Week<Row>>[] = [
  { title: words.week, value: ({ label }) => label, head: true },
  { title: words.pullRequests.merged, value: ({ row }) => row?.merged },
  { title: t.unreviewed, value: ({ row }) => row?.merged_unreviewed },
  ...stages.map(({ key, p50 }) => ({
    title: t.p50(t.short[key]),
    value: ({ row }: Week<Row>) => row?.[p50],
  })),
  { title: t.p50(t.whole), value: ({ row }) => row?.open_to_merge_p50_days },
  { title: t.p50(t.fromCommit), value: ({ row }) => row?.first_commit_to_merge_p50_days },
  ...stages.map(({ key, p85 }) => ({
    title: t.p85(t.short[key]),
    value: ({ row }: Week<Row>) => row?.[p85],
  })),
  { title: t.p85(t.whole), value: ({ row }) => row?.open_to_merge_p85_days },
  { title: t.p85(t.fromCommit), value: ({ row }) => row?.first_commit_to_merge_p85_days },
  { title: t.rounds, value: ({ row }) => row?.review_rounds },
  { title: words.complete, value: ({ row }) => row?.complete },
];
