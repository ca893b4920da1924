import { type RowOf, useTable } from '../../api/client.ts';
import { date } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { safeLink } from '../../parts/evidence.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/pull-requests/open'>;

const t = words.pullRequests.open;
const shownFirst = 15;
const day = 86_400_000;

/** What is open now, oldest first. */
export function OldestOpen({ state }: { state: PageState }) {
  const { params, ready, metric, timezone, widen } = state;
  const query = useTable('/api/v1/pull-requests/open', params, ready);
  const rows = query.data?.data ?? [];
  const some = useSome(rows, t, shownFirst);
  const columns = columnsOf(query.data?.meta.as_of ?? null, timezone);
  return (
    <Card<Row>
      title={t.title}
      metric={metric('open_prs')}
      query={query}
      empty={rows.length > 0 ? null : t.empty}
      widen={widen}
      tabular
      height={480}
      table={{ rows, columns }}
    >
      {() => (
        <>
          <p className="quiet">{t.now}</p>
          <DataTable name={t.region} caption={t.region} columns={columns} rows={some.rows} />
          {some.more}
        </>
      )}
    </Card>
  );
}

function columnsOf(asOf: string | null, timezone: string): Column<Row>[] {
  return [
    { title: t.id, value: ({ id }) => id, head: true, link: ({ url }) => safeLink(url) },
    {
      title: t.name,
      value: ({ title }) => title,
      text: ({ title }) => <span className="prose">{title}</span>,
    },
    { title: t.age, value: ({ age_days }) => age_days },
    { title: t.stage, value: ({ stage }) => (stage ? (t.stages[stage] ?? stage) : null) },
    {
      title: t.since,
      value: ({ waiting_since }) => waiting_since,
      text: ({ waiting_since }) => (waiting_since ? date(waiting_since, timezone) : null),
    },
    { title: t.waiting, value: ({ waiting_since }) => daysBetween(waiting_since, asOf) },
    { title: t.size, value: ({ size }) => (size ? (words.pullRequests.latency.sizes[size] ?? size) : null) },
    { title: t.draft, value: ({ draft }) => draft },
  ];
}

function daysBetween(from: string | undefined, to: string | null): number | null {
  return from && to ? (Date.parse(to) - Date.parse(from)) / day : null;
}
