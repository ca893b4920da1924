import { FilterBar } from '../../layout/filter-bar.tsx';
import { usePageState } from '../../layout/page-state.tsx';
import { Failure } from '../../parts/card.tsx';
import { Lead } from '../../parts/lead.tsx';
import { Outside } from '../../parts/outside.tsx';
import { words } from '../../words.ts';
import { Aging } from './aging.tsx';
import { CumulativeFlow } from './cumulative.tsx';
import { Forecast } from './forecast.tsx';
import { Innovation } from './innovation.tsx';
import { Iterations } from './iterations.tsx';
import { RedBin } from './red-bin.tsx';
import { Stocks } from './stocks.tsx';
import { useSummary } from './summary.ts';
import { Throughput } from './throughput.tsx';
import { Tiles } from './tiles.tsx';
import { Times } from './times.tsx';

export function FlowPage() {
  const state = usePageState();
  const summary = useSummary(state);
  const meta = summary.data?.meta;
  return (
    <>
      <Lead query={summary} />
      <FilterBar state={state} applies={['project', 'repo', 'team', 'type']} meta={meta} />
      {state.error && <Failure error={state.error} retry={state.retry} />}
      {state.covered && state.toNearest ? (
        <Outside state={state}>{words.outside.nothing(state.covered.from, state.covered.to)}</Outside>
      ) : (
        <>
          <Tiles state={state} />
          <div className="cards">
            <Throughput state={state} />
            <Times state={state} />
            <Stocks state={state} />
            <RedBin state={state} />
            <Innovation state={state} />
            <Aging state={state} />
            <Iterations state={state} />
            <CumulativeFlow state={state} />
            <Forecast state={state} />
          </div>
        </>
      )}
    </>
  );
}
