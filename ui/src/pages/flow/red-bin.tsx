import { Bars, type Series } from '../../charts/bars.tsx';
import { count } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { both, Card } from '../../parts/card.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend } from '../../parts/legend.tsx';
import { NetFlow, netFlowColumns, netFlowOf } from '../../parts/net-flow.tsx';
import { words } from '../../words.ts';
import { partialKey, quarter, type StockWeek, useNetFlow, useStocks } from './stock-weeks.ts';

const t = words.flow.redBin;

/** What customers found is the darkest, and at the bottom. */
const sources = [
  {
    key: 'customer',
    name: t.customer,
    tone: 'b0',
    of: (week: StockWeek) => week.opened_bugs_customer_facing,
  },
  { key: 'internal', name: t.internal, tone: 'b1', of: (week: StockWeek) => week.opened_bugs_internal },
  {
    key: 'development',
    name: t.development,
    tone: 'b2',
    of: (week: StockWeek) => week.opened_bugs_dev_process,
  },
  { key: 'none', name: t.noSource, tone: 'b3', of: (week: StockWeek) => week.opened_bugs_without_source },
] as const;

/** Open bugs by where they were found. */
export function RedBin({ state }: { state: PageState }) {
  const { query, weeks } = useStocks(state);
  const flow = useNetFlow(state);
  const net = netFlowOf(flow.data?.data, 'red_bin');
  const labels = weeks.map((week) => week.label);
  const series: Series[] = sources.map(({ key, name, tone, of }) => ({
    key,
    name,
    tone,
    values: weeks.map((week) => of(week) ?? null),
  }));
  return (
    <Card<StockWeek>
      title={t.title}
      metric={state.metric('red_bin')}
      half
      query={both(query, flow)}
      finding={finding(weeks)}
      empty={weeks.some((week) => week.opened_bugs) ? null : t.empty}
      widen={state.widen}
      legend={
        <Legend
          items={[
            ...sources.map(({ name, tone }) => ({ shape: 'square' as const, tone, text: name })),
            ...partialKey(weeks),
          ]}
        />
      }
      table={{
        rows: weeks,
        columns: [
          { title: words.week, value: (week) => week.label, head: true },
          ...sources.map(({ name, of }) => ({ title: name, value: of })),
          { title: words.total, value: (week) => week.opened_bugs },
          ...netFlowColumns<StockWeek>(words.netFlow.bugs, flow.data?.data, 'red_bin'),
          { title: words.complete, value: (week) => week.complete },
        ],
      }}
    >
      {() => (
        <>
          <Bars
            name={t.chart}
            labels={labels}
            series={series}
            format={count}
            unit={t.unit}
            partial={(index) => weeks[index]?.complete === false}
            behind={(index) => (
              <Evidence
                path="/api/v1/flow/stocks/evidence"
                params={{ ...state.params, week: labels[index], step: 'red_bin' }}
                title={t.title}
                label={labels[index] ?? ''}
              />
            )}
          />
          <NetFlow of={words.netFlow.bugs} points={net} />
        </>
      )}
    </Card>
  );
}

function finding(weeks: readonly StockWeek[]): string | undefined {
  const now = weeks.at(-1);
  const before = weeks.at(-1 - quarter);
  if (now?.opened_bugs == null) return undefined;
  const unknown = now.opened_bugs_without_source ?? 0;
  const said = t.finding(now.opened_bugs, now.opened_bugs_customer_facing ?? 0, unknown, now.label);
  return before?.opened_bugs == null ? said : `${said} ${t.before(before.opened_bugs, before.label)}`;
}
