import { type RowOf, useTable } from '../../api/client.ts';
import { count, decimal, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { beforeOf, changeOf, weekOf } from '../../parts/change.ts';
import { Tile } from '../../parts/tile.tsx';
import { weekLabel } from '../../period.ts';
import { words } from '../../words.ts';
import { emptyOf, isUnrecorded, useWeeks, type WeekRow } from './keys.ts';

type SummaryRow = RowOf<'/api/v1/delivery/summary'>;

const t = words.dora.tiles;
/** Below so many deployments a share says nothing. */
const needed = 10;

/** The five keys, each with its interval or with what it rests on. */
export function Tiles({ state }: { state: PageState }) {
  const { params, ready, metric } = state;
  const query = useTable('/api/v1/delivery/summary', params, ready);
  const { rows } = useWeeks(state);
  const row = (name: string) => query.data?.data.find((row) => row.metric === name);
  const [frequency, lead] = [row('deployment_frequency'), row('lead_time_for_changes')];
  const [failures, recovery, rework] = [row('change_failure_rate'), row('recovery_time'), row('rework_rate')];
  const before = beforeOf(state);
  const empty = words.card.because(emptyOf(rows, words.dora.empty), query.data?.meta.reason_empty ?? null);
  const unrecorded = rows.length > 0 && rows.every(isUnrecorded);
  const deployments = course(rows, (week) => week.deployments ?? null);
  const leads = course(rows, (week) => week.lead_p50_days ?? null);
  const tooFew = (row: SummaryRow | undefined) =>
    row && !unrecorded ? words.tiles.tooFew(count(row.n), t.deployments, needed) : empty;
  return (
    <>
      <h2 className="unseen">{words.tiles.label}</h2>
      <ul className="tiles five">
        <Tile
          query={query}
          title={t.frequency}
          unit={t.units.frequency}
          metric={metric('deployment_frequency')}
          value={frequency?.value == null ? null : decimal(frequency.value)}
          reason={empty}
          spark={deployments.map(({ value }) => value)}
          change={changeOf(frequency, before)}
          week={weekOf(frequency, deployments, decimal)}
          basis={frequency && t.ofDeployments(count(frequency.n))}
        />
        <Tile
          query={query}
          title={t.lead}
          unit={t.units.lead}
          metric={metric('lead_time_for_changes')}
          value={lead?.value == null ? null : decimal(lead.value)}
          reason={lead && !unrecorded ? t.noChange : empty}
          spark={leads.map(({ value }) => value)}
          change={changeOf(lead, before)}
          week={weekOf(lead, leads, decimal)}
          basis={
            lead &&
            [
              ...(lead.p85 == null ? [] : [words.pullRequests.tiles.within(decimal(lead.p85), t.days)]),
              t.leadTimes(count(lead.n)),
            ].join(' · ')
          }
        />
        <Tile
          query={query}
          title={t.failures}
          unit={t.units.share}
          metric={metric('change_failure_rate')}
          value={failures?.value == null ? null : percent(failures.value)}
          reason={tooFew(failures)}
          change={changeOf(failures, before)}
          basis={shareOf(failures)}
        />
        <Tile
          query={query}
          title={t.recovery}
          unit={t.units.recovery}
          metric={metric('recovery_time')}
          value={recovery?.value == null ? null : decimal(recovery.value)}
          reason={recovery && !unrecorded ? t.noneRecovered : empty}
          change={changeOf(recovery, before)}
          basis={recovery && t.ofFailed(count(recovery.n))}
        />
        <Tile
          query={query}
          title={t.rework}
          unit={t.units.share}
          metric={metric('rework_rate')}
          value={rework?.value == null ? null : percent(rework.value)}
          reason={tooFew(rework)}
          change={changeOf(rework, before)}
          basis={shareOf(rework)}
        />
      </ul>
    </>
  );
}

/** Complete weeks of a figure. */
function course(rows: readonly WeekRow[], value: (row: WeekRow) => number | null) {
  return rows.filter(({ complete }) => complete).map((row) => ({ label: weekLabel(row), value: value(row) }));
}

/** `33 of 412 · 6 to 11 %` */
function shareOf(row: SummaryRow | undefined): string | undefined {
  if (row?.value == null || row.n == null || row.low == null || row.high == null) return undefined;
  const part = Math.round(row.value * row.n);
  return [t.part(count(part), count(row.n)), t.interval(percent(row.low), percent(row.high))].join(' · ');
}
