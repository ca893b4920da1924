import { useTable } from '../../api/client.ts';
import { FilterBar } from '../../layout/filter-bar.tsx';
import { usePageState } from '../../layout/page-state.tsx';
import { Failure } from '../../parts/card.tsx';
import { Outside } from '../../parts/outside.tsx';
import { words } from '../../words.ts';
import { Aging } from './aging.tsx';
import { CumulativeFlow } from './cumulative.tsx';
import { Forecast } from './forecast.tsx';
import { RedBin } from './red-bin.tsx';
import { Stocks } from './stocks.tsx';
import { Throughput } from './throughput.tsx';
import { Tiles } from './tiles.tsx';
import { Times } from './times.tsx';

export function FlowPage() {
  const state = usePageState();
  const throughput = useTable('/api/v1/flow/throughput', state.params, state.ready);
  const meta = throughput.data?.meta;
  const something = throughput.data?.data.some((row) => row.throughput);
  const finding = something && !throughput.error ? meta?.finding : undefined;
  return (
    <>
      {finding && <p className="lead">{finding}</p>}
      <FilterBar state={state} applies={['project', 'repo', 'team', 'type']} by meta={meta} />
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
            <Aging state={state} />
            <CumulativeFlow state={state} />
            <Forecast state={state} />
          </div>
        </>
      )}
    </>
  );
}
