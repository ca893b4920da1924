import type { RowOf } from '../../api/client.ts';
import { hundredths } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { type CountRow, useCounts } from '../../parts/counts.ts';
import { CountsCard } from '../../parts/counts-card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { isWeekly } from '../../period.ts';
import { words } from '../../words.ts';
import { ofAll } from './weeks.ts';

type Row = CountRow<'/api/v1/pull-requests/change-requests'>;

const t = words.pullRequests.requests;

/** Change requests that reviewers submitted in each week; by month or quarter where there are few. */
export function ChangeRequests({ state }: { state: PageState }) {
  const { metric, widen } = state;
  const counts = useCounts<Row>(
    '/api/v1/pull-requests/change-requests',
    { ...state, params: ofAll(state.params) },
    ({ repo }) => repo === 'ALL',
  );
  return (
    <CountsCard<Row>
      title={t.title}
      metric={metric('change_requests_per_pr')}
      counts={counts}
      value={({ requested }) => requested}
      says={t}
      columns={counts.by === 'week' ? ofWeeks : []}
      empty={counts.rows.some(({ requested }) => requested != null) ? null : t.empty}
      widen={widen}
    />
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
