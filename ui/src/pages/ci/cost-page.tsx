import { useState } from 'react';
import { type RowOf, useTable } from '../../api/client.ts';
import { type Axis, Scatter } from '../../charts/scatter.tsx';
import {
  compactMoney,
  count,
  decimal,
  exactMoney,
  hundredths,
  money,
  percent,
  tenthAtMost,
} from '../../format.ts';
import { FilterBar } from '../../layout/filter-bar.tsx';
import { type PageState, usePageState } from '../../layout/page-state.tsx';
import { both, Card, Failure, type Loading } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Lead } from '../../parts/lead.tsx';
import { Outside } from '../../parts/outside.tsx';
import { Tile } from '../../parts/tile.tsx';
import { words } from '../../words.ts';
import {
  type LineRow,
  type LinkRow,
  lineOf,
  linkOf,
  type Measure,
  measures,
  type RepoRow,
  reasonOf,
  split,
} from './links.ts';
import { List } from './lists.tsx';
import { currenciesOf, lastOf } from './rows.ts';

type MonthRow = RowOf<'/api/v1/delivery/cost'>;

const t = words.ci.delivery;
/** Names that are written of repositories that are not drawn. */
const namesShown = 5;

export function CiCostPage() {
  const state = usePageState();
  const { params, ready, covered } = state;
  const links = useTable('/api/v1/delivery/cost/links', params, ready);
  const months = useTable('/api/v1/delivery/cost', params, ready);
  const repos = useTable('/api/v1/delivery/cost/repositories', params, ready);
  const lines = useTable('/api/v1/delivery/cost/repositories/line', params, ready);
  const [measure, choose] = useState<Measure>('deployments');
  const [wanted, want] = useState('');
  const currencies = currenciesOf([...(months.data?.data ?? []), ...(repos.data?.data ?? [])]);
  const currency = currencies.includes(wanted) ? wanted : (currencies[0] ?? '');
  const own = <Row extends { currency: string | null }>(rows: readonly Row[] = []) =>
    rows.filter((row) => row.currency === currency);
  const ofMonths = own<MonthRow>(months.data?.data);
  const shared = { state, currency, measure };
  return (
    <>
      <Lead query={links} />
      <FilterBar state={state} applies={['repo', 'team']} meta={months.data?.meta} />
      {state.error && <Failure error={state.error} retry={state.retry} />}
      {covered && state.toNearest ? (
        <Outside state={state}>{words.outside.nothing(covered.from, covered.to)}</Outside>
      ) : months.data?.data.length === 0 && repos.data?.data.length === 0 ? (
        <Outside state={state}>{words.card.because(t.noCost, months.data.meta.reason_empty)}</Outside>
      ) : (
        <>
          {ofMonths.length > 0 && ofMonths.every(({ deployments }) => deployments == null) && (
            <p className="lead">{t.noDelivery}</p>
          )}
          <Tiles query={months} rows={ofMonths} currency={currency} metric={state.metric} />
          <div className="cards">
            <Repositories
              {...shared}
              query={both(repos, lines)}
              rows={own<RepoRow>(repos.data?.data)}
              lines={own<LineRow>(lines.data?.data).filter((row) => row.measure === measure)}
              link={own<LinkRow>(links.data?.data).find(
                (row) => row.over === 'repositories' && row.measure === measure,
              )}
              controls={
                <div className="controls">
                  <Choice
                    name={t.measure}
                    values={measures}
                    value={measure}
                    text={(one) => t.measures[one]}
                    choose={choose}
                  />
                  {currencies.length > 1 && (
                    <Choice
                      name={t.currency}
                      values={currencies}
                      value={currency}
                      text={String}
                      choose={want}
                    />
                  )}
                </div>
              }
            />
            <Links {...shared} query={links} rows={own<LinkRow>(links.data?.data)} />
            <List
              title={t.months.title}
              region={t.months.region}
              query={months}
              finding={monthOf(lastOf(ofMonths), currency)}
              none={t.noCost}
              widen={state.widen}
              rows={[...ofMonths].reverse()}
              columns={[
                { title: words.month, value: (row) => row.month, head: true },
                ...figures(currency),
                amount<MonthRow>(t.cloud, currency, (row) => row.cloud_cost),
                { title: t.perThousand(currency), value: (row) => row.deployments_per_1k_cost },
                { title: words.complete, value: (row) => row.complete },
              ]}
            />
          </div>
        </>
      )}
    </>
  );
}

interface ChoiceProps<Value extends string> {
  name: string;
  values: readonly Value[];
  value: Value;
  text: (value: Value) => string;
  choose: (value: Value) => void;
}

function Choice<Value extends string>({ name, values, value, text, choose }: ChoiceProps<Value>) {
  return (
    <label>
      {name}
      <select value={value} onChange={(event) => choose(event.target.value as Value)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {text(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function amount<Row>(
  title: string,
  currency: string,
  value: (row: Row) => string | null | undefined,
): Column<Row> {
  return { title, number: true, value, text: (row) => exactMoney(value(row), currency) };
}

/** What months and repositories have in common. */
type Figures = { [Name in Measure]?: number | null } & {
  ci_cost?: string | null;
  cost_per_change?: string | null;
};

function figures(currency: string): Column<Figures>[] {
  return [
    amount(words.ci.tiles.cost, currency, (row) => row.ci_cost),
    ...measures.map((measure) => ({
      title: t.measures[measure],
      value: (row: Figures) => row[measure],
      text: (row: Figures) => formats[measure](row[measure] ?? 0),
    })),
    amount(t.perChange, currency, (row) => row.cost_per_change),
  ];
}

const formats: Record<Measure, (value: number) => string> = {
  deployments: count,
  lead_p50_days: decimal,
  change_failure_rate: percent,
};

function monthOf(row: MonthRow | undefined, currency: string): string {
  if (!row) return t.months.none;
  return t.months.finding(
    row.month,
    exactMoney(row.ci_cost, currency),
    row.deployments == null ? words.card.missing : words.dora.tiles.ofDeployments(count(row.deployments)),
    row.cost_per_change == null ? '' : exactMoney(row.cost_per_change, currency),
  );
}

interface TilesProps {
  query: Loading;
  rows: readonly MonthRow[];
  currency: string;
  metric: PageState['metric'];
}

function Tiles({ query, rows, currency, metric }: TilesProps) {
  const last = lastOf(rows);
  const complete = rows.filter((row) => row.complete);
  const tile = (
    about: string,
    title: string,
    text: string | null | undefined,
    of: (row: MonthRow) => unknown,
  ) => (
    <Tile
      query={query}
      title={title}
      metric={metric(about)}
      unit={last ? t.month(last.month) : words.cloud.tiles.lastMonth}
      value={text ?? null}
      reason={last ? words.card.missing : words.cloud.tiles.noMonth}
      spark={complete.map((row) => (of(row) == null ? null : Number(of(row))))}
    />
  );
  return (
    <>
      <h2 className="unseen">{words.tiles.label}</h2>
      <ul className="tiles plain">
        {tile('ci_cost', words.ci.tiles.cost, last && money(last.ci_cost, currency), (row) => row.ci_cost)}
        {tile(
          'ci_cost_per_change',
          t.perChange,
          last?.cost_per_change && exactMoney(last.cost_per_change, currency),
          (row) => row.cost_per_change,
        )}
        {tile(
          'ci_deployments_per_cost',
          t.perThousand(currency),
          last?.deployments_per_1k_cost == null ? null : tenthAtMost(last.deployments_per_1k_cost),
          (row) => row.deployments_per_1k_cost,
        )}
      </ul>
    </>
  );
}

interface Shown<Row> {
  state: PageState;
  query: Loading;
  rows: readonly Row[];
  currency: string;
  measure: Measure;
}

/** Each repository's cost and delivery: as points, and in a list. */
function Repositories(
  props: Shown<RepoRow> & {
    link: LinkRow | undefined;
    lines: readonly LineRow[];
    controls: React.ReactNode;
  },
) {
  const { state, query, rows, currency, measure, link, lines, controls } = props;
  // The most expensive first, in the list, the table of the chart and the file.
  const ranked = [...rows].sort((a, b) => Number(b.ci_cost) - Number(a.ci_cost));
  const [first] = ranked;
  const { known, unknown } = split(ranked, measure);
  const name = t.measures[measure];
  const y: Axis = {
    name,
    short: measure === 'change_failure_rate' ? percent : String,
    format: formats[measure],
  };
  // Between two whole numbers a line says something, too.
  const onLine = measure === 'deployments' ? decimal : formats[measure];
  const x: Axis = {
    name: words.ci.tiles.cost,
    short: (value) => compactMoney(value, currency),
    format: (value) => exactMoney(String(value), currency),
  };
  const columns: Column<RepoRow>[] = [
    { title: words.filters.repo, value: ({ repo }) => repo || words.ci.pareto.none, head: true },
    ...figures(currency),
  ];
  const fitted: Column<RepoRow>[] =
    lines.length > 0
      ? [
          [t.scatter.line, 'at'] as const,
          [t.scatter.ends[0], 'low'] as const,
          [t.scatter.ends[1], 'high'] as const,
        ].map(([title, of]) => ({
          title,
          value: (row) => lineOf(row, lines)?.[of],
          text: (row) => onLine(lineOf(row, lines)?.[of] ?? 0),
        }))
      : [];
  return (
    <>
      <Card<RepoRow>
        title={t.scatter.title}
        query={query}
        finding={known.length > 0 ? linkOf(link) : t.scatter.none}
        empty={rows.length > 0 ? null : t.noCost}
        controls={controls}
        widen={state.widen}
        height={360}
        table={{ rows: known, columns: [...columns, ...fitted] }}
      >
        {() => (
          <>
            {known.length > 0 && (
              <>
                <p className="quiet">
                  {t.scatter.axes(name, currency)} {lines.length > 0 && t.scatter.fitted}
                </p>
                <Scatter
                  name={t.scatter.chart(name)}
                  points={known.map((row) => ({
                    name: row.repo || words.ci.pareto.none,
                    x: Number(row.ci_cost),
                    y: row[measure] ?? 0,
                    line: lineOf(row, lines),
                  }))}
                  said={{
                    name: t.scatter.line,
                    text: ({ at, low, high }) => t.scatter.between(onLine(at), onLine(low), onLine(high)),
                  }}
                  x={x}
                  y={y}
                />
              </>
            )}
            {unknown.length > 0 && (
              <p className="quiet">
                {t.unknown(unknown.slice(0, namesShown).join(', '), unknown.length - namesShown)}
              </p>
            )}
          </>
        )}
      </Card>
      <List
        title={t.repositories.title}
        region={t.repositories.region}
        query={query}
        finding={
          first &&
          t.repositories.finding(first.repo || words.ci.pareto.none, exactMoney(first.ci_cost, currency))
        }
        none={t.noCost}
        widen={state.widen}
        rows={ranked}
        columns={columns}
      />
    </>
  );
}

/** How strongly cost and delivery go together over months, with intervals. */
function Links({ state, query, rows, currency }: Shown<LinkRow>) {
  const { links } = t;
  const own = rows.filter((row) => row.over === 'months');
  return (
    <List
      title={links.title}
      region={links.region}
      query={query}
      finding={`${links.finding(currency, links.months(Math.max(0, ...own.map((row) => row.pairs ?? 0))))} ${t.noLink}`}
      none={t.noCost}
      widen={state.widen}
      rows={own}
      columns={[
        {
          title: t.measure,
          value: ({ measure }) => t.measures[measure as Measure] ?? measure,
          head: true,
        },
        { title: links.lag, value: (row) => row.lag_months },
        { title: links.pairs, value: (row) => row.pairs },
        ...links.columns.flatMap(([column, name]) => [
          link(name, (row) => row[column], reasonOf),
          link(links.low(name), (row) => row[`${column}_low`]),
          link(links.high(name), (row) => row[`${column}_high`]),
        ]),
      ]}
    />
  );
}

function link(
  title: string,
  value: (row: LinkRow) => number | null | undefined,
  none?: (row: LinkRow) => string,
): Column<LinkRow> {
  return { title, value, text: (row) => hundredths(value(row)), number: true, ...(none && { none }) };
}
