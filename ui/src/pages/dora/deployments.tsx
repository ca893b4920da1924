import { count } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { labelOf, useCounts } from '../../parts/counts.ts';
import { CountsCard } from '../../parts/counts-card.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { daysOf } from '../../period.ts';
import { words } from '../../words.ts';
import { all, emptyOf, isUnrecorded, type KeysRow } from './keys.ts';

type Row = Exclude<KeysRow, { date: string }>;

const t = words.dora.deployments;

/** The control chart of deployments of all services: by week, or by month where few are deployed. */
export function Deployments({ state }: { state: PageState }) {
  const { params, metric, widen } = state;
  const counts = useCounts<Row>('/api/v1/delivery/dora', state, (row) => row.service === all, [
    'week',
    'month',
  ]);
  const { rows } = counts;
  return (
    <CountsCard<Row>
      title={t.title}
      metric={metric('deployment_frequency')}
      counts={counts}
      value={(row) => row.deployments}
      says={t}
      columns={[
        { title: t.failed, value: (row) => row.failed },
        { title: t.rollbacks, value: (row) => row.rollbacks },
        { title: t.redeploys, value: (row) => row.redeploys },
        { title: t.attempts, value: (row) => row.attempts_failed },
      ]}
      finding={findingOf(rows)}
      empty={rows.some((row) => row.deployments) ? null : emptyOf(rows, words.dora.empty)}
      widen={widen}
      behind={(label) => (
        <Evidence
          path="/api/v1/delivery/dora/evidence"
          params={{ ...params, ...(counts.by === 'week' ? { week: label } : daysOf(label)) }}
          title={t.title}
          label={label}
        />
      )}
    />
  );
}

/** The newest complete period, and from when on nothing is known. */
function findingOf(rows: readonly Row[]): string | undefined {
  const last = rows.findLast(({ complete }) => complete);
  const unrecorded = rows.find(isUnrecorded);
  const deployments = words.dora.tiles.ofDeployments(count(last?.deployments));
  const said = [
    ...(last ? [t.finding(labelOf(last), deployments, count(last.failed))] : []),
    ...(unrecorded ? [t.unrecorded(labelOf(unrecorded))] : []),
  ];
  return said.length > 0 ? said.join(' ') : undefined;
}
