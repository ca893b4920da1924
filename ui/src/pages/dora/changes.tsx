import { type RowOf, useTable } from '../../api/client.ts';
import { date, decimal } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { safeLink } from '../../parts/evidence.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';
import { nameOf, shortNameOf } from './change-name.ts';
import { useEmpty } from './keys.ts';

type Row = RowOf<'/api/v1/delivery/changes'>;

const t = words.dora.changes;

function useChanges({ params, ready }: PageState) {
  return useTable('/api/v1/delivery/changes', params, ready);
}

const identity: Column<Row>[] = [
  {
    title: t.id,
    value: nameOf,
    head: true,
    link: ({ url }) => safeLink(url),
  },
  { title: t.name, value: ({ title }) => title, text: ({ title }) => <span className="prose">{title}</span> },
];

/** What took longest from the first commit to users, with its stages. */
export function SlowestChanges({ state }: { state: PageState }) {
  const query = useChanges(state);
  const empty = useEmpty(state, words.dora.lead.empty);
  const rows = [...(query.data?.data ?? [])]
    .filter((row) => row.lead_days != null)
    .sort((one, other) => (other.lead_days ?? 0) - (one.lead_days ?? 0));
  const some = useSome(rows, words.dora);
  const columns: Column<Row>[] = [
    ...identity,
    { title: t.lead, value: (row) => row.lead_days },
    ...t.stages.map(([column, title]) => ({ title, value: (row: Row) => row[column] })),
    {
      title: t.how,
      value: ({ method }) => method,
      text: ({ method, confidence }) => t.methods(method ?? '', confidence ?? ''),
    },
  ];
  const [first] = rows;
  return (
    <Card<Row>
      title={t.slowest}
      metric={state.metric('lead_time_for_changes')}
      query={query}
      finding={first && t.finding(shortNameOf(first), decimal(first.lead_days), longestOf(first))}
      empty={first ? null : empty}
      widen={state.widen}
      tabular
      height={480}
      table={{ rows, columns }}
    >
      {() => (
        <>
          <DataTable name={t.slowestRegion} caption={t.slowestRegion} columns={columns} rows={some.rows} />
          {some.more}
        </>
      )}
    </Card>
  );
}

function longestOf(row: Row): string {
  const stages = t.stages.map(([column, title]) => ({ title, days: row[column] ?? 0 }));
  const longest = stages.sort((one, other) => other.days - one.days)[0];
  return longest && longest.days > 0 ? `${longest.title.toLowerCase()} ${decimal(longest.days)}` : '';
}

/** What only waits goes first: what else there is may never be deployed. */
function rankOf({ reason }: Row): number {
  const order = ['not_deployed', 'unknown', 'no_service', 'other_branch'];
  return order.indexOf(reason ?? '');
}

/** Held by the first deployment, or merged since none is recorded any more. */
function mayBeDeployed(reason: Row['reason']): boolean {
  return reason === 'before_first' || reason === 'not_recorded';
}

/** What is merged and not with users, each with the reason. */
export function Undeployed({ state }: { state: PageState }) {
  const query = useChanges(state);
  const all = query.data?.data ?? [];
  const unrecorded = all.filter(({ reason }) => reason === 'not_recorded').length;
  const rows = all
    .filter(({ deployment_id, reason }) => !deployment_id && !mayBeDeployed(reason))
    .sort(
      (one, other) =>
        rankOf(one) - rankOf(other) || (one.merged_at ?? '').localeCompare(other.merged_at ?? ''),
    );
  const some = useSome(rows, words.dora);
  const columns: Column<Row>[] = [
    ...identity,
    {
      title: t.merged,
      value: ({ merged_at }) => merged_at,
      text: ({ merged_at }) => (merged_at ? date(merged_at, state.timezone) : null),
    },
    {
      title: t.reason,
      value: ({ reason }) => reason,
      text: ({ reason }) => t.reasons[reason ?? ''] ?? reason,
    },
  ];
  return (
    <Card<Row>
      title={t.undeployed}
      query={query}
      finding={[
        t.undeployedFinding(
          rows.length,
          all.length,
          rows.filter(({ reason }) => reason === 'not_deployed').length,
        ),
        ...(unrecorded > 0 ? [t.unrecorded(unrecorded)] : []),
      ].join(' ')}
      empty={all.length > 0 ? null : words.dora.lead.empty}
      widen={state.widen}
      tabular
      height={360}
      table={{ rows, columns }}
    >
      {() =>
        rows.length > 0 && (
          <>
            <DataTable
              name={t.undeployedRegion}
              caption={t.undeployedRegion}
              columns={columns}
              rows={some.rows}
            />
            {some.more}
          </>
        )
      }
    </Card>
  );
}
