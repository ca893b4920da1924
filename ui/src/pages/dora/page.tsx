import { useTable } from '../../api/client.ts';
import { FilterBar } from '../../layout/filter-bar.tsx';
import { usePageState } from '../../layout/page-state.tsx';
import { Failure } from '../../parts/card.tsx';
import { Lead } from '../../parts/lead.tsx';
import { Outside } from '../../parts/outside.tsx';
import { words } from '../../words.ts';
import { SlowestChanges, Undeployed } from './changes.tsx';
import { Deployments } from './deployments.tsx';
import { Failed } from './failed.tsx';
import { LeadTime } from './lead-time.tsx';
import { Services } from './services.tsx';
import { Tiles } from './tiles.tsx';

export function DoraPage() {
  const state = usePageState();
  const summary = useTable('/api/v1/delivery/summary', state.params, state.ready);
  return (
    <>
      <Lead query={summary} />
      <FilterBar state={state} applies={['repo', 'team', 'service']} meta={summary.data?.meta} />
      {state.error && <Failure error={state.error} retry={state.retry} />}
      {state.covered && state.toNearest ? (
        <Outside state={state}>{words.outside.nothing(state.covered.from, state.covered.to)}</Outside>
      ) : (
        <>
          <Tiles state={state} />
          <div className="cards">
            <Deployments state={state} />
            <LeadTime state={state} />
            <Services state={state} />
            <Failed state={state} />
            <SlowestChanges state={state} />
            <Undeployed state={state} />
          </div>
        </>
      )}
    </>
  );
}
