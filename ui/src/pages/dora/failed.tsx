import { type RowOf, useTable } from '../../api/client.ts';
import { date, decimal } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { safeLink } from '../../parts/evidence.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';
import { useEmpty } from './keys.ts';

type Row = RowOf<'/api/v1/delivery/deployments'>;

const t = words.dora.failed;
const hour = 3_600_000;

/** Deployments that failed, the newest first: why, and when users were served again. */
export function Failed({ state }: { state: PageState }) {
  const { params, ready, timezone, widen } = state;
  const query = useTable('/api/v1/delivery/deployments', params, ready);
  const empty = useEmpty(state, words.dora.empty);
  const all = query.data?.data ?? [];
  const rows = all.filter((row) => row.failed).sort((one, other) => endOf(other).localeCompare(endOf(one)));
  const counted = all.filter((row) => row.counted).length;
  const open = rows.filter((row) => !row.recovered_at).length;
  const some = useSome(rows, words.dora);
  const columns = columnsOf(timezone);
  return (
    <Card<Row>
      title={t.title}
      metric={state.metric('change_failure_rate')}
      query={query}
      finding={t.finding(rows.length, counted, open)}
      empty={all.length > 0 ? null : empty}
      widen={widen}
      tabular
      height={360}
      table={{ rows, columns }}
    >
      {() =>
        rows.length > 0 && (
          <>
            <DataTable name={t.region} caption={t.region} columns={columns} rows={some.rows} />
            {some.more}
          </>
        )
      }
    </Card>
  );
}

function columnsOf(timezone: string): Column<Row>[] {
  return [
    {
      title: t.when,
      value: endOf,
      text: (row) => date(endOf(row), timezone),
      head: true,
      link: ({ url }) => safeLink(url),
    },
    { title: t.service, value: ({ service }) => service },
    { title: t.commit, value: ({ sha }) => sha, text: ({ sha }) => <code>{sha?.slice(0, 8)}</code> },
    {
      title: t.causes,
      value: ({ causes }) => causes,
      text: ({ causes }) =>
        (causes ?? '')
          .split(';')
          .map((cause) => t.cause[cause] ?? cause)
          .join(', '),
    },
    {
      title: t.recovered,
      value: hoursOf,
      text: (row) => decimal(hoursOf(row)),
    },
    { title: t.changes, value: ({ changes }) => changes },
  ];
}

function endOf({ succeeded_at, finished_at }: Row): string {
  return succeeded_at ?? finished_at ?? '';
}

function hoursOf({ succeeded_at, recovered_at }: Row): number | null {
  return succeeded_at && recovered_at ? (Date.parse(recovered_at) - Date.parse(succeeded_at)) / hour : null;
}
