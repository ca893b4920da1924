import type { RowOf } from '../../api/client.ts';
import { ControlChart, Signals } from '../../charts/control.tsx';
import { hundredths, nothing, tenthAtMost } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type CountRow, labelOf, pointOf, useCounts } from '../../parts/counts.ts';
import type { Column } from '../../parts/data-table.tsx';
import { Legend, limitKeys } from '../../parts/legend.tsx';
import { isWeekly } from '../../period.ts';
import { words } from '../../words.ts';
import { ofAll } from './weeks.ts';

type Row = CountRow<'/api/v1/pull-requests/change-requests'>;

const t = words.pullRequests.requests;

/** Change requests that reviewers submitted in each week; by month or quarter where there are few. */
export function ChangeRequests({ state }: { state: PageState }) {
  const { metric, widen } = state;
  const { query, rows, by } = useCounts<Row>(
    '/api/v1/pull-requests/change-requests',
    { ...state, params: ofAll(state.params) },
    ({ repo }) => repo === 'ALL',
  );
  const points = rows.map((row) => pointOf(row, row.requested));
  const format = (value: number | null) => (value === null ? nothing : tenthAtMost(value));
  return (
    <Card<Row>
      title={t.title}
      metric={metric('change_requests_per_pr')}
      query={query}
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
        rows,
        columns: [
          { title: words.periods[by], value: labelOf, head: true },
          { title: t.line, value: (row) => row.requested },
          { title: words.control.average, value: (row) => row.center },
          { title: words.control.lcl, value: (row) => row.lcl },
          { title: words.control.ucl, value: (row) => row.ucl },
          { title: words.signals, value: (row) => row.signals || null },
          ...(by === 'week' ? ofWeeks : []),
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

type WeekRow = Extract<RowOf<'/api/v1/pull-requests/change-requests'>, { week: number }>;

/** What only weeks have: the pull requests that were opened in them. */
const ofWeeks: Column<Row>[] = [
  { title: t.opened, value: ofWeek((row) => row.pr_count) },
  { title: t.theirs, value: ofWeek((row) => row.cr_total) },
  {
    title: t.mean,
    value: ofWeek((row) => row.avg),
    text: (row) => hundredths(ofWeek(({ avg }) => avg)(row)),
  },
  { title: t.median, value: ofWeek((row) => row.median) },
  { title: t.p90, value: ofWeek((row) => row.p90) },
];

function ofWeek(value: (row: WeekRow) => number | null | undefined) {
  return (row: Row) => (isWeekly(row) ? value(row as WeekRow) : null);
}
