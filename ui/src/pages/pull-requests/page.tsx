import { useTable } from '../../api/client.ts';
import { date } from '../../format.ts';
import { FilterBar } from '../../layout/filter-bar.tsx';
import { type PageState, usePageState } from '../../layout/page-state.tsx';
import { Failure } from '../../parts/card.tsx';
import { Lead } from '../../parts/lead.tsx';
import { Outside } from '../../parts/outside.tsx';
import { words } from '../../words.ts';
import { ChangeRequests } from './change-requests.tsx';
import { Cycle } from './cycle.tsx';
import { Distribution } from './distribution.tsx';
import { Latency } from './latency.tsx';
import { OldestOpen } from './open.tsx';
import { Repositories } from './repositories.tsx';
import { Tiles } from './tiles.tsx';

export function PullRequestsPage() {
  const state = usePageState();
  const summary = useTable('/api/v1/pull-requests/summary', state.params, state.ready);
  return (
    <>
      <Lead query={summary} />
      <FilterBar state={state} applies={['repo', 'team']} meta={summary.data?.meta} />
      {state.error && <Failure error={state.error} retry={state.retry} />}
      <NotImported about={state.about} timezone={state.timezone} />
      {state.covered && state.toNearest ? (
        <Outside state={state}>{words.outside.nothing(state.covered.from, state.covered.to)}</Outside>
      ) : (
        <>
          <Tiles state={state} />
          <div className="cards">
            <Cycle state={state} />
            <ChangeRequests state={state} />
            <Repositories state={state} />
            <Distribution state={state} />
            <Latency state={state} />
            <OldestOpen state={state} />
          </div>
        </>
      )}
    </>
  );
}

/** Names the repositories whose pull requests could not be read: they are missing in every figure below. */
function NotImported({ about, timezone }: Pick<PageState, 'about' | 'timezone'>) {
  const failed =
    about?.sources.filter(({ scope, state }) => scope === 'pull_requests' && state !== 'ok') ?? [];
  if (failed.length === 0) return null;
  const names = failed.map(({ label, message, state, covered_to }) =>
    words.pullRequests.repository(label, covered_to && date(covered_to, timezone), message ?? state),
  );
  return <p className="lead">{words.pullRequests.notImported(names.join(', '))}</p>;
}
