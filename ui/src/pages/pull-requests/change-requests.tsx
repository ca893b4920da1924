import { type RowOf, useTable } from '../../api/client.ts';
import { ControlChart, type ControlPoint, lastWeekInWords, Signals } from '../../charts/control.tsx';
import { hundredths, nothing, tenthAtMost } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Legend, limitKeys } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { ofAll, overAll, type Week, weeksOf } from './weeks.ts';

type Row = RowOf<'/api/v1/pull-requests/change-requests'>;

const t = words.pullRequests.requests;

/** Change requests that reviewers submitted in each week. */
export function ChangeRequests({ state }: { state: PageState }) {
  const { params, ready, metric, widen } = state;
  const query = useTable('/api/v1/pull-requests/change-requests', ofAll(params), ready);
  const rows = overAll(query.data?.data);
  const weeks = weeksOf(query.data?.meta.periods ?? [], rows);
  const points = weeks.map(point);
  const format = (value: number | null) => (value === null ? nothing : tenthAtMost(value));
  return (
    <Card<Week<Row>>
      title={t.title}
      metric={metric('change_requests_per_pr')}
      query={query}
      otherwise={lastWeekInWords(points, t.unit, format)}
      empty={points.some(({ value }) => value !== null) ? null : t.empty}
      widen={widen}
      legend={
        <Legend
          items={[
            { shape: 'line', tone: 'g0', text: t.line },
            ...(points.some(({ ucl }) => ucl !== null) ? limitKeys : []),
            { shape: 'ring', tone: 'g0', text: words.control.notComplete },
          ]}
        />
      }
      table={{
        rows: weeks,
        columns: [
          { title: words.week, value: ({ label }) => label, head: true },
          { title: t.line, value: ({ row }) => row?.requested },
          { title: words.control.average, value: ({ row }) => row?.center },
          { title: words.control.lcl, value: ({ row }) => row?.lcl },
          { title: words.control.ucl, value: ({ row }) => row?.ucl },
          { title: words.signals, value: ({ row }) => row?.signals || null },
          { title: t.opened, value: ({ row }) => row?.pr_count },
          { title: t.theirs, value: ({ row }) => row?.cr_total },
          { title: t.mean, value: ({ row }) => row?.avg, text: ({ row }) => hundredths(row?.avg) },
          { title: t.median, value: ({ row }) => row?.median },
          { title: t.p90, value: ({ row }) => row?.p90 },
          { title: words.complete, value: ({ row }) => row?.complete },
        ],
      }}
    >
      {() => (
        <>
          <ControlChart name={t.chart} unit={t.unit} points={points} format={format} />
          <Signals points={points} format={format} />
        </>
      )}
    </Card>
  );
}

function point({ label, row }: Week<Row>): ControlPoint {
  return {
    label,
    value: row?.requested ?? null,
    center: row?.center ?? null,
    ucl: row?.ucl ?? null,
    lcl: row?.lcl ?? null,
    signals: row?.signals ?? '',
    noLimits: row?.no_limits ?? '',
    segment: row?.segment ?? null,
    complete: row?.complete ?? null,
  };
}
