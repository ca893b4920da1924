import { ControlChart, Signals } from '../../charts/control.tsx';
import { count, nothing, tenthAtMost } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { labelOf, pointOf, useCounts } from '../../parts/counts.ts';
import { Legend, limitKeys } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { all, emptyOf, isUnrecorded, type KeysRow } from './keys.ts';

const t = words.dora.deployments;

/** The control chart of deployments of all services: by week, or by month where few are deployed. */
export function Deployments({ state }: { state: PageState }) {
  const { query, rows, by } = useCounts<Exclude<KeysRow, { date: string }>>(
    '/api/v1/delivery/dora',
    state,
    (row) => row.service === all,
    ['week', 'month'],
  );
  const points = rows.map((row) => pointOf(row, row.deployments));
  const last = rows.findLast(({ complete }) => complete);
  const firstUnrecorded = rows.find(isUnrecorded);
  const findings = [
    ...(last
      ? [
          t.finding(
            labelOf(last),
            words.dora.tiles.ofDeployments(count(last.deployments)),
            count(last.failed),
          ),
        ]
      : []),
    ...(firstUnrecorded ? [t.unrecorded(labelOf(firstUnrecorded))] : []),
  ];
  const format = (value: number | null) => (value === null ? nothing : tenthAtMost(value));
  return (
    <Card
      title={t.title}
      metric={state.metric('deployment_frequency')}
      query={query}
      finding={findings.length > 0 ? findings.join(' ') : undefined}
      empty={points.some((point) => point.value) ? null : emptyOf(rows, words.dora.empty)}
      widen={state.widen}
      legend={
        <Legend
          items={[
            { shape: 'line', tone: 'g0', text: t.line },
            ...limitKeys,
            { shape: 'ring', tone: 'g0', text: words.control.notComplete },
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words.periods[by], value: labelOf, head: true },
          { title: t.line, value: (row) => row.deployments },
          { title: words.control.average, value: (row) => row.center },
          { title: words.control.lcl, value: (row) => row.lcl },
          { title: words.control.ucl, value: (row) => row.ucl },
          { title: words.signals, value: (row) => row.signals || null },
          { title: t.failed, value: (row) => row.failed },
          { title: t.rollbacks, value: (row) => row.rollbacks },
          { title: t.redeploys, value: (row) => row.redeploys },
          { title: t.attempts, value: (row) => row.attempts_failed },
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <>
          <ControlChart name={t.chart} unit={t.unit} points={points} format={format} />
          {by !== 'week' && <p className="quiet">{words.control.rare[by]}</p>}
          <Signals points={points} format={format} />
        </>
      )}
    </Card>
  );
}
