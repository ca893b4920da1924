import { useTable } from '../../api/client.ts';
import { count, decimal, tenthAtMost } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { beforeOf, changeOf, weekOf } from '../../parts/change.ts';
import { netFlowOf, weekOfNetFlow } from '../../parts/net-flow.tsx';
import { Tile } from '../../parts/tile.tsx';
import { isWeekly, weekLabel } from '../../period.ts';
import { words } from '../../words.ts';
import { useNetFlow, useStocks } from './stock-weeks.ts';
import { type SummaryRow, useSummary } from './summary.ts';
import { useCycleTimes } from './times-data.ts';

const t = words.flow.tiles;

/** Lead time, cycle time, throughput and work in progress over the period. */
export function Tiles({ state }: { state: PageState }) {
  const { params, ready, metric } = state;
  const query = useSummary(state);
  const times = useCycleTimes(state, 'week');
  const throughput = useTable('/api/v1/flow/throughput', params, ready).data?.data.filter(isWeekly) ?? [];
  const stocks = useStocks(state);
  const row = (name: string) => query.data?.data.find((row) => row.metric === name);
  const [lead, cycle, pace, wip] = ['lead_time', 'cycle_time', 'throughput', 'wip'].map(row);
  const before = beforeOf(state);
  const change = (row: SummaryRow | undefined, against = before) => changeOf(row, against);
  // Weeks that are not complete would end a course with a fall that means nothing.
  const whole = times.periods.filter((period) => period.complete !== false);
  const leads = whole.map(({ label, lead }) => ({ label, value: lead.p50 }));
  const cycles = whole.map(({ label, cycle }) => ({ label, value: cycle.p50 }));
  const finished = throughput
    .filter((row) => row.complete !== false)
    .map((row) => ({ label: weekLabel(row), value: row.throughput ?? null }));
  const net = netFlowOf(useNetFlow(state).data?.data, 'wip');
  return (
    <>
      <h2 className="unseen">{words.tiles.label}</h2>
      <ul className="tiles">
        <Tile
          title={t.leadTime}
          unit={t.daysMedian}
          metric={metric('lead_time')}
          query={query}
          value={days(lead)}
          reason={timeReason(lead)}
          spark={leads.map(({ value }) => value)}
          change={change(lead)}
          week={weekOf(lead, leads, decimal)}
          basis={timeBasis(lead)}
        />
        <Tile
          title={t.cycleTime}
          unit={t.daysMedian}
          metric={metric('cycle_time')}
          query={query}
          value={days(cycle)}
          reason={timeReason(cycle)}
          spark={cycles.map(({ value }) => value)}
          change={change(cycle)}
          week={weekOf(cycle, cycles, decimal)}
          basis={timeBasis(cycle)}
        />
        <Tile
          title={t.throughput}
          unit={t.perWeek}
          metric={metric('throughput')}
          query={query}
          value={days(pace)}
          reason={words.tiles.tooFew(count(pace?.n ?? 0), t.completeWeeks, 6)}
          spark={finished.map(({ value }) => value)}
          change={change(pace)}
          week={weekOf(pace, finished, tenthAtMost)}
          basis={paceBasis(pace)}
        />
        <Tile
          title={t.wip}
          unit={params.to ? t.itemsThen : t.itemsNow}
          metric={metric('wip')}
          query={query}
          value={wip?.value == null ? null : count(wip.value)}
          reason={t.beforeData}
          spark={stocks.weeks.map((week) => week.wip ?? null)}
          change={change(wip, words.tiles.weeksAgo)}
          week={weekOfNetFlow(net)}
          basis={wip && (wip.weeks_of_work == null ? t.noPace : t.weeksOfWork(decimal(wip.weeks_of_work)))}
        />
      </ul>
    </>
  );
}

function days(row: SummaryRow | undefined): string | null {
  return row?.value == null ? null : decimal(row.value);
}

/** Why there is no value: nothing was finished, or lost history hides too much. */
function timeReason(row: SummaryRow | undefined): string {
  return row?.known_share != null && (row.n ?? 0) > 0 ? t.lost(inPercent(row.known_share)) : t.noneFinished;
}

function timeBasis(row: SummaryRow | undefined): string | undefined {
  if (!row) return undefined;
  const items = words.flow.items(count(row.n));
  const within = row.p85 == null ? items : t.within(decimal(row.p85), items);
  const isPartly = row.value != null && row.known_share != null && row.known_share < 1;
  return isPartly ? `${within} · ${t.knownOf(inPercent(row.known_share))}` : within;
}

/** Rounded down, so that a part is never all. */
function inPercent(share: number | null | undefined): string {
  return `${Math.floor((share ?? 0) * 100)} %`;
}

function paceBasis(row: SummaryRow | undefined): string | undefined {
  if (!row) return undefined;
  const weeks = `${count(row.n)} ${t.completeWeeks}`;
  return row.signals == null ? weeks : `${weeks} · ${t.signals(row.signals)}`;
}
