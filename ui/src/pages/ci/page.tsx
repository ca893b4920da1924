import { useTable } from '../../api/client.ts';
import { count, decimal, exactMoney, money, percent } from '../../format.ts';
import { FilterBar } from '../../layout/filter-bar.tsx';
import { type PageState, usePageState } from '../../layout/page-state.tsx';
import { less } from '../../money.ts';
import { Failure, type Loading } from '../../parts/card.tsx';
import { Lead } from '../../parts/lead.tsx';
import { Outside } from '../../parts/outside.tsx';
import { Tile } from '../../parts/tile.tsx';
import { words } from '../../words.ts';
import { ofAll } from '../pull-requests/weeks.ts';
import { Success, Times } from './course.tsx';
import { Flaky, Pareto, Workflows } from './lists.tsx';
import { Money } from './money.tsx';
import { type CostRow, currenciesOf, decided, lastOf, type MonthRow, overall, wasted } from './rows.ts';

const t = words.ci;

export function CiPage() {
  const state = usePageState();
  const { params, ready, covered } = state;
  const runs = useTable('/api/v1/ci/reliability', { ...ofAll(params), by: 'month' }, ready);
  const costs = useTable('/api/v1/ci/cost', ofAll(params), ready);
  const pareto = useTable('/api/v1/ci/cost/repositories', params, ready);
  const months = overall((runs.data?.data ?? []) as readonly MonthRow[]);
  const paid = overall(costs.data?.data);
  const last = lastOf(months);
  const isNone = runs.data?.data.length === 0 && costs.data?.data.length === 0;
  const currencies = currenciesOf(paid);
  return (
    <>
      <Lead query={runs} finding={last && leadOf(last, lastCosts(paid))} />
      <FilterBar state={state} applies={['repo', 'team']} branches meta={runs.data?.meta} />
      {state.error && <Failure error={state.error} retry={state.retry} />}
      {covered && state.toNearest ? (
        <Outside state={state}>{words.outside.nothing(covered.from, covered.to)}</Outside>
      ) : isNone ? (
        <Outside state={state}>{words.card.because(t.empty, runs.data?.meta.reason_empty ?? null)}</Outside>
      ) : (
        <>
          <Tiles runs={runs} months={months} costs={costs} paid={paid} metric={state.metric} />
          <div className="cards">
            <Success state={state} />
            <Times state={state} />
            {(currencies.length > 0 ? currencies : ['']).map((currency) => (
              <Money
                key={currency}
                state={state}
                query={costs}
                rows={paid.filter((row) => row.currency === currency)}
                currency={currency}
              />
            ))}
            <Flaky state={state} />
            {currenciesOf(pareto.data?.data).map((currency) => (
              <Pareto key={currency} state={state} query={pareto} currency={currency} />
            ))}
            {last && <Workflows state={state} month={last.month} currencies={currencies} />}
          </div>
        </>
      )}
    </>
  );
}

/** The newest complete month of each currency. */
function lastCosts(paid: readonly CostRow[]): CostRow[] {
  return currenciesOf(paid).flatMap(
    (currency) => lastOf(paid.filter((row) => row.currency === currency)) ?? [],
  );
}

/** How green, how fast, how dear: over the newest complete month. */
function leadOf(row: MonthRow, costs: readonly CostRow[]): string {
  const paid = costs
    .filter(({ month }) => month === row.month)
    .map((cost) => t.leadWaste(money(cost.cost, cost.currency ?? ''), percent(wasted(cost) ?? 0)));
  return [
    t.lead(row.month, percent(row.success_rate ?? 0), decided(row), decimal(row.duration_p50_min)),
    ...(paid.length > 0 ? [t.leadCost(paid.join('; '))] : []),
  ].join(' ');
}

interface TilesProps {
  runs: Loading;
  months: readonly MonthRow[];
  costs: Loading;
  paid: readonly CostRow[];
  metric: PageState['metric'];
}

/** Runs and their cost in the newest complete month. */
function Tiles({ runs, months, costs, paid, metric }: TilesProps) {
  const last = lastOf(months);
  const rests = (said: string) => last && t.tiles.inMonth(last.month, said);
  const course = (value: (row: MonthRow) => number | null | undefined) => ({
    query: runs,
    reason: words.cloud.tiles.noMonth,
    spark: months.filter(({ complete }) => complete).map((row) => value(row) ?? null),
  });
  const within = (minutes: number | null | undefined) =>
    minutes == null ? t.tiles.few : t.tiles.most(decimal(minutes));
  const share = (value: number | null | undefined) => (value == null ? null : percent(value));
  const minutes = (value: number | null | undefined) => (value == null ? null : decimal(value));
  const priced = lastCosts(paid);
  return (
    <>
      <h2 className="unseen">{words.tiles.label}</h2>
      <ul className="tiles five">
        <Tile
          {...course((row) => row.success_rate)}
          title={t.tiles.success}
          metric={metric('ci_success_rate')}
          unit={t.tiles.share}
          value={share(last?.success_rate)}
          basis={last && rests(t.tiles.counted(decided(last)))}
        />
        <Tile
          {...course((row) => row.first_try_rate)}
          title={t.tiles.firstTry}
          metric={metric('ci_first_try_rate')}
          unit={t.tiles.share}
          value={share(last?.first_try_rate)}
          basis={last && rests(t.tiles.again(words.dora.tiles.part(count(last.retried), count(last.runs))))}
        />
        <Tile
          {...course((row) => row.duration_p50_min)}
          title={t.tiles.duration}
          metric={metric('ci_duration')}
          unit={t.tiles.median}
          value={minutes(last?.duration_p50_min)}
          basis={rests(within(last?.duration_p95_min))}
        />
        <Tile
          {...course((row) => row.queue_p50_min)}
          title={t.tiles.wait}
          metric={metric('ci_wait')}
          unit={t.tiles.median}
          value={minutes(last?.queue_p50_min)}
          basis={rests(within(last?.queue_p95_min))}
        />
        {priced.length === 0 && (
          <Tile
            query={costs}
            title={t.tiles.cost}
            metric={metric('ci_cost')}
            unit={words.cloud.tiles.lastMonth}
            value={null}
            reason={paid.length > 0 ? words.cloud.tiles.noMonth : t.noCost}
          />
        )}
        {priced.map((row) => (
          <Tile
            key={row.currency}
            query={costs}
            title={t.tiles.cost}
            metric={metric('ci_cost')}
            unit={row.currency ?? ''}
            value={money(row.cost, row.currency ?? '')}
            spark={paid
              .filter(({ currency, complete }) => currency === row.currency && complete)
              .map(({ cost }) => Number(cost))}
            basis={t.tiles.inMonth(
              row.month,
              t.tiles.wasted(
                percent(wasted(row) ?? 0),
                exactMoney(less(row.cost ?? '0', row.useful ?? '0'), row.currency ?? ''),
              ),
            )}
          />
        ))}
      </ul>
    </>
  );
}
