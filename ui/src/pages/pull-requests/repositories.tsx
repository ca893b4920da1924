import { type RowOf, useTable } from '../../api/client.ts';
import { count, hundredths } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/pull-requests/change-requests'>;

interface Repository {
  name: string;
  opened: number;
  requests: number;
  /** Change requests per pull request. */
  each: number;
}

const t = words.pullRequests.repositories;

/** Repositories by change requests per pull request: a table with bars, since colours for forty would tell nothing. */
export function Repositories({ state }: { state: PageState }) {
  const { params, ready, widen } = state;
  const query = useTable('/api/v1/pull-requests/change-requests', params, ready);
  const rows = repositoriesOf(query.data?.data ?? []);
  const [first] = rows;
  const table = { rows, columns: columnsOf(first?.each ?? 0) };
  return (
    <Card<Repository>
      title={t.title}
      query={query}
      finding={
        first && first.requests > 0
          ? t.finding(first.name, count(first.requests), count(first.opened))
          : t.none
      }
      empty={first ? null : words.pullRequests.requests.empty}
      widen={widen}
      half
      tabular
      table={table}
    >
      {() => <DataTable name={t.region} caption={t.caption} {...table} />}
    </Card>
  );
}

/**
 * Sums of the weeks that the chart above shows. The server's own table of repositories is over all time, whatever
 * period is asked for.
 */
function repositoriesOf(rows: readonly Row[]): Repository[] {
  const found = new Map<string, Repository>();
  for (const { repo, pr_count, cr_total } of rows) {
    if (!repo || repo === 'ALL' || !pr_count) continue;
    const sum = found.get(repo) ?? { name: repo, opened: 0, requests: 0, each: 0 };
    sum.opened += pr_count;
    sum.requests += cr_total ?? 0;
    sum.each = sum.requests / sum.opened;
    found.set(repo, sum);
  }
  return [...found.values()].sort((a, b) => b.each - a.each || a.name.localeCompare(b.name));
}

function columnsOf(most: number): Column<Repository>[] {
  return [
    { title: t.repository, value: ({ name }) => name, head: true },
    {
      title: t.each,
      value: ({ each }) => each,
      text: ({ each }) => (
        <span className="bar-cell">
          <span style={{ width: `${most > 0 ? (each / most) * 100 : 0}%` }} />
          {hundredths(each)}
        </span>
      ),
    },
    { title: t.requests, value: ({ requests }) => requests, text: ({ requests }) => count(requests) },
    { title: t.opened, value: ({ opened }) => opened, text: ({ opened }) => count(opened) },
  ];
}
