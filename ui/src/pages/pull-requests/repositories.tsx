import { type RowOf, useTable } from '../../api/client.ts';
import { count, hundredths } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/pull-requests/change-requests/repositories'>;

const t = words.pullRequests.repositories;

/** Repositories by change requests per pull request: a table with bars, since colours for forty would tell nothing. */
export function Repositories({ state }: { state: PageState }) {
  const { params, ready, widen } = state;
  const query = useTable('/api/v1/pull-requests/change-requests/repositories', params, ready);
  const rows = [...(query.data?.data ?? [])].sort(
    (a, b) => (b.avg ?? 0) - (a.avg ?? 0) || (a.repo ?? '').localeCompare(b.repo ?? ''),
  );
  const [first] = rows;
  const table = { rows, columns: columnsOf(first?.avg ?? 0) };
  return (
    <Card<Row>
      title={t.title}
      query={query}
      finding={
        first && first.cr_total > 0
          ? t.finding(first.repo ?? '', count(first.cr_total), count(first.pr_count))
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

function columnsOf(most: number): Column<Row>[] {
  return [
    { title: t.repository, value: ({ repo }) => repo, head: true },
    {
      title: t.each,
      value: ({ avg }) => avg,
      text: ({ avg }) => (
        <span className="bar-cell">
          <span style={{ width: `${most > 0 ? ((avg ?? 0) / most) * 100 : 0}%` }} />
          {hundredths(avg)}
        </span>
      ),
    },
    { title: t.requests, value: ({ cr_total }) => cr_total, text: ({ cr_total }) => count(cr_total) },
    { title: t.opened, value: ({ pr_count }) => pr_count, text: ({ pr_count }) => count(pr_count) },
  ];
}
