import { useState } from 'react';
import { most } from '../../charts/lines.ts';
import { Percentiles } from '../../charts/percentiles.tsx';
import { count, decimal } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Grain } from '../../parts/grain.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { type SummaryRow, useSummary } from './summary.ts';
import { type By, type Period, type Spread, useCycleTimes } from './times-data.ts';

const t = words.flow.times;
const percentiles = ['p50', 'p85', 'p95'] as const;
const weights = { p50: 'bold', p85: 'thin', p95: 'dashed' } as const;
type Which = 'lead' | 'cycle';
type Percentile = (typeof percentiles)[number];

/** Lead and cycle time side by side, on one scale. */
export function Times({ state }: { state: PageState }) {
  const { filters } = state;
  const [insists, setInsists] = useState(false);
  const weeks = useCycleTimes(state, 'week');
  const judged = known(weeks.periods, 'lead', 'p85');
  const isSparse = weeks.periods.length > 0 && judged * 2 < weeks.periods.length;
  const fallsBack = filters.by === undefined && isSparse && !insists;
  const by: By = filters.by === 'month' || fallsBack ? 'month' : 'week';
  const choose = (by: By) => {
    setInsists(by === 'week');
    state.change({ by: by === 'month' ? by : undefined });
  };
  const months = useCycleTimes(state, 'month', by === 'month');
  const { query, periods } = by === 'month' ? months : weeks;
  const summary = useSummary(state).data?.data;
  const whole = periods.filter((period) => (period.lead.n ?? 0) > 0).length;
  const drawn = (which: Which) =>
    percentiles.filter((name) => name === 'p50' || known(periods, which, name) * 2 >= whole);
  const top =
    1.05 *
    most(
      (['lead', 'cycle'] as const).flatMap((which) =>
        drawn(which).flatMap((name) => periods.map((period) => period[which][name])),
      ),
    );
  return (['lead', 'cycle'] as const).map((which) => (
    <TimeCard
      key={which}
      which={which}
      state={state}
      query={query}
      periods={periods}
      whole={whole}
      drawn={drawn(which)}
      top={top}
      by={by}
      choose={choose}
      summary={summary?.find((row) => row.metric === `${which}_time`)}
      note={
        fallsBack ? (
          <>
            <span>{t.byMonth(judged, weeks.periods.length)}</span>
            <button type="button" onClick={() => setInsists(true)}>
              {t.showWeeks}
            </button>
          </>
        ) : undefined
      }
    />
  ));
}

/** Periods that have a figure. */
function known(periods: readonly Period[], which: Which, name: Percentile): number {
  return periods.filter((period) => period[which][name] !== null).length;
}

interface TimeCardProps {
  which: Which;
  state: PageState;
  query: ReturnType<typeof useCycleTimes>['query'];
  periods: readonly Period[];
  /** Periods in which something was finished. */
  whole: number;
  drawn: readonly Percentile[];
  top: number;
  by: By;
  choose: (by: By) => void;
  summary: SummaryRow | undefined;
  note: React.ReactNode;
}

function TimeCard(props: TimeCardProps) {
  const { which, state, query, periods, whole, drawn, top, by, choose, summary, note } = props;
  const title = t[which];
  const rows = periods.map((period) => ({ ...period[which], period }));
  const left = percentiles.filter((name) => !drawn.includes(name));
  return (
    <Card<Spread & { period: Period }>
      title={title}
      half
      metric={state.metric(`${which}_time`)}
      query={query}
      finding={finding(summary)}
      empty={rows.some((row) => row.n) ? null : words.flow.throughput.empty}
      widen={state.widen}
      controls={
        <div className="controls">
          <Grain by={by} choose={choose} />
          {note}
        </div>
      }
      legend={
        <Legend
          items={[
            ...drawn.map((name) => ({
              shape: name === 'p95' ? ('dashed' as const) : ('line' as const),
              tone: `g0 ${weights[name]}`,
              text: t[name],
            })),
            ...(periods.at(-1)?.complete === false
              ? [{ shape: 'ring' as const, tone: 'g0', text: words.control.notComplete }]
              : []),
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words[by], value: (row) => row.period.label, head: true },
          { title: t.items, value: (row) => row.n },
          { title: 'p50', value: (row) => row.p50 },
          { title: 'p85', value: (row) => row.p85 },
          { title: 'p95', value: (row) => row.p95 },
          { title: t.average, value: (row) => row.mean },
          { title: words.complete, value: (row) => row.period.complete },
        ],
      }}
    >
      {() => (
        <>
          <Percentiles
            name={t.chart(title)}
            labels={periods.map((period) => period.label)}
            lines={drawn.map((name) => ({
              name,
              weight: weights[name],
              values: rows.map((row) => row[name]),
            }))}
            top={top}
            format={decimal}
            unit={t.unit}
            basis={(index) => [t.items, count(rows[index]?.n)]}
            partial={(index) => periods[index]?.complete === false}
            behind={(index) => (
              <Behind state={state} title={title} by={by} label={periods[index]?.label ?? ''} />
            )}
          />
          {left.length > 0 && (
            <p className="quiet">
              {t.leftOut(
                left
                  .map((name) => t.enough(name, known(periods, which, name), whole, t[`${by}s`]))
                  .join(', '),
              )}
            </p>
          )}
        </>
      )}
    </Card>
  );
}

function Behind({ state, title, by, label }: { state: PageState; title: string; by: By; label: string }) {
  return (
    <Evidence
      path="/api/v1/flow/cycle-time/evidence"
      params={{ ...state.params, by, [by]: label }}
      title={title}
      label={label}
    />
  );
}

/** Over the whole period, from the figures of the tile. */
function finding(row: SummaryRow | undefined): string | undefined {
  if (row?.value == null) return undefined;
  const parts = [t.finding(words.flow.items(count(row.n)), decimal(row.value))];
  if (row.p85 != null) parts.push(t.findingMost(decimal(row.p85)));
  if (row.p95 != null) parts.push(t.findingFew(decimal(row.p95)));
  return `${parts.join(', ')}.`;
}
