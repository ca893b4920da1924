import { type RowOf, useTable } from '../../api/client.ts';
import { count, decimal, hundredths } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { beforeOf, changeOf, weekOf } from '../../parts/change.ts';
import { netFlowOf, weekOfNetFlow } from '../../parts/net-flow.tsx';
import { Tile } from '../../parts/tile.tsx';
import { words } from '../../words.ts';
import { useCourses } from './courses.ts';

type SummaryRow = RowOf<'/api/v1/pull-requests/summary'>;

const t = words.pullRequests.tiles;

/** The four key figures, with the course of their weeks where the page has one. */
export function Tiles({ state }: { state: PageState }) {
  const { params, ready, metric } = state;
  const query = useTable('/api/v1/pull-requests/summary', params, ready);
  const course = useCourses(state);
  const flow = useTable('/api/v1/pull-requests/net-flow', params, ready);
  const row = (name: string) => query.data?.data.find((row) => row.metric === name);
  const [cycle, review] = [row('pr_cycle_time'), row('time_to_first_review')];
  const [requests, open] = [row('change_requests_per_pr'), row('open_prs')];
  const before = beforeOf(state);
  const change = (row: SummaryRow | undefined, against = before) => changeOf(row, against);
  const shared = {
    query,
    reason: words.card.because(words.pullRequests.empty, query.data?.meta.reason_empty ?? null),
  };
  return (
    <>
      <h2 className="unseen">{words.tiles.label}</h2>
      <ul className="tiles">
        <Tile
          {...shared}
          title={t.cycle}
          unit={t.units.cycle}
          metric={metric('pr_cycle_time')}
          value={shown(cycle?.value, decimal)}
          spark={course.cycle.map(({ value }) => value)}
          change={change(cycle)}
          week={weekOf(cycle, course.cycle, decimal)}
          basis={basisOf(cycle, t.days)}
        />
        <Tile
          {...shared}
          title={t.review}
          unit={t.units.review}
          metric={metric('time_to_first_review')}
          value={shown(review?.value, decimal)}
          spark={course.review.map(({ value }) => value)}
          change={change(review)}
          week={weekOf(review, course.review, decimal)}
          basis={basisOf(review, t.hours)}
        />
        <Tile
          {...shared}
          title={t.requests}
          unit={t.units.requests}
          metric={metric('change_requests_per_pr')}
          value={shown(requests?.value, hundredths)}
          spark={course.requests.map(({ value }) => value)}
          change={change(requests)}
          week={weekOf(requests, course.requests, hundredths)}
          basis={basisOf(requests, '')}
        />
        <Tile
          {...shared}
          title={t.open}
          unit={t.units.open}
          metric={metric('open_prs')}
          value={shown(open?.value, count)}
          reason={t.beforeData}
          change={change(open, words.tiles.weeksAgo)}
          week={weekOfNetFlow(netFlowOf(flow.data?.data, 'open_prs'))}
        />
      </ul>
    </>
  );
}

function shown(value: number | null | undefined, format: (value: number) => string): string | null {
  return value == null ? null : format(value);
}

/** `85 % within 3.9 days · 1,204 pull requests` */
function basisOf(row: SummaryRow | undefined, unit: string): string {
  return [
    ...(row?.p85 != null && unit ? [t.within(decimal(row.p85), unit)] : []),
    ...(row?.n != null ? [words.pullRequests.pullRequests(count(row.n))] : []),
  ].join(' · ');
}
