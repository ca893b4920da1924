import { useTable } from '../../api/client.ts';
import { count, date, decimal, exactMoney, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { both, Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { safeLink } from '../../parts/evidence.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';
import { Runs } from './course.tsx';
import { Jobs } from './money.tsx';
import { fifthOf, type MonthRow, workflowsOf } from './rows.ts';

const t = words.ci;
const repository = words.filters.repo;
/** Rows that are shown before all are asked for. */
const first = 9;

interface ListProps<Row>
  extends Omit<Parameters<typeof Card<Row>>[0], 'table' | 'tabular' | 'children' | 'empty'> {
  region: string;
  /** What is said where there are no rows. */
  none: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
}

/** A card that is a table: its first rows, and the others on demand. */
export function List<Row>({ region, none, rows, columns, ...props }: ListProps<Row>) {
  const some = useSome(rows, words.dora, first);
  return (
    <Card<Row>
      {...props}
      empty={rows.length > 0 ? null : none}
      tabular
      height={300}
      table={{ rows, columns }}
    >
      {() => (
        <>
          <DataTable name={region} caption={region} columns={columns} rows={some.rows} />
          {some.more}
        </>
      )}
    </Card>
  );
}

/** Jobs that failed and then succeeded with nothing changed. */
export function Flaky({ state }: { state: PageState }) {
  const query = useTable('/api/v1/ci/flaky-jobs', state.params, state.ready);
  const rows = query.data?.data ?? [];
  const [worst] = rows;
  return (
    <List
      title={t.flaky.title}
      region={t.flaky.region}
      query={query}
      finding={
        worst &&
        t.flaky.finding(
          worst.name ?? '',
          worst.repo ?? '',
          t.flaky.commits(count(worst.times)),
          decimal(worst.wasted_minutes),
        )
      }
      none={t.flaky.empty}
      widen={state.widen}
      rows={rows}
      columns={[
        { title: t.flaky.job, value: ({ name }) => name, head: true, link: ({ url }) => safeLink(url) },
        { title: t.flaky.times, value: ({ times }) => times },
        { title: t.flaky.wasted, value: (row) => row.wasted_minutes },
        { title: repository, value: ({ repo }) => repo },
        { title: t.workflow, value: ({ workflow }) => workflow },
        {
          title: t.flaky.last,
          value: (row) => row.last_at,
          text: ({ last_at }) => date(last_at ?? '', state.timezone),
        },
      ]}
    />
  );
}

/** Which repositories cost most, in one currency. */
export function Pareto({
  state,
  query,
  currency,
}: {
  state: PageState;
  query: ParetoQuery;
  currency: string;
}) {
  const rows = (query.data?.data ?? []).filter((row) => row.currency === currency);
  return (
    <List
      title={t.pareto.title(currency)}
      region={t.pareto.region(currency)}
      query={query}
      finding={fifthOf(rows) ?? t.noCost}
      none={t.noCost}
      widen={state.widen}
      rows={rows}
      columns={[
        { title: t.pareto.rank, value: ({ rank }) => rank },
        { title: repository, value: ({ repo }) => repo || t.pareto.none, head: true },
        {
          title: t.cost(currency),
          number: true,
          value: ({ cost }) => cost,
          text: ({ cost }) => exactMoney(cost, currency),
        },
        {
          title: t.pareto.share,
          value: ({ share }) => share,
          text: ({ share }) => (
            <span className="bar-cell">
              <span style={{ width: `${((share ?? 0) / (rows[0]?.share || 1)) * 100}%` }} />
              {percent(share ?? 0)}
            </span>
          ),
        },
        {
          title: t.pareto.cumulative,
          value: (row) => row.cumulative_share,
          text: (row) => percent(row.cumulative_share ?? 0),
        },
      ]}
    />
  );
}

type ParetoQuery = ReturnType<typeof useTable<'/api/v1/ci/cost/repositories'>>;

/** Each workflow in one month. */
export function Workflows({
  state,
  month,
  currencies,
}: {
  state: PageState;
  month: string;
  currencies: string[];
}) {
  const params = { ...state.params, from: `${month}-01`, by: 'month' };
  const runs = useTable('/api/v1/ci/reliability', params, state.ready);
  const costs = useTable('/api/v1/ci/cost', params, state.ready);
  const rows = workflowsOf(
    month,
    (runs.data?.data ?? []) as readonly MonthRow[],
    costs.data?.data ?? [],
    currencies,
  );
  const [most] = rows;
  const [currency = ''] = currencies;
  const paid = most?.costs.get(currency);
  const share = (title: string, column: 'success_rate' | 'first_try_rate') => ({
    title,
    value: ({ row }: (typeof rows)[0]) => row[column],
    text: ({ row }: (typeof rows)[0]) => percent(row[column] ?? 0),
  });
  return (
    <List
      title={t.workflows.title}
      region={t.workflows.region}
      query={both(runs, costs)}
      finding={
        most &&
        t.workflows.finding(
          month,
          most.row.workflow ?? '',
          most.row.repo ?? '',
          count(most.row.runs),
          Number(paid) > 0 ? exactMoney(paid, currency) : '',
        )
      }
      none={t.empty}
      widen={state.widen}
      rows={rows}
      columns={[
        { title: t.workflow, value: ({ row }) => row.workflow, head: true },
        { title: repository, value: ({ row }) => row.repo },
        ...currencies.map((currency) => ({
          title: t.cost(currency),
          number: true,
          value: ({ costs }: (typeof rows)[0]) => costs.get(currency) ?? null,
          text: ({ costs }: (typeof rows)[0]) => exactMoney(costs.get(currency), currency),
        })),
        { title: t.runs, value: ({ row }) => row.runs },
        share(t.tiles.success, 'success_rate'),
        share(t.tiles.firstTry, 'first_try_rate'),
        { title: `${t.duration.title}, p50`, value: ({ row }) => row.duration_p50_min },
        {
          title: t.behind,
          value: ({ row }) => row.workflow,
          onPage: true,
          number: false,
          text: ({ row }) => {
            const of = { repo: row.repo ?? '', workflow: row.workflow ?? '' };
            return (
              <>
                <Runs state={state} title={t.workflows.title} by="month" label={month} of={of} />
                <Jobs state={state} title={t.money.jobs} month={month} of={of} />
              </>
            );
          },
        },
      ]}
    />
  );
}
