import { useId, useState } from 'react';
import { type Series, total } from '../../charts/bars.tsx';
import { Stack } from '../../charts/stack.tsx';
import { count, signed } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { both, Card } from '../../parts/card.tsx';
import { Legend } from '../../parts/legend.tsx';
import { NetFlow, netFlowColumns, netFlowOf } from '../../parts/net-flow.tsx';
import { words } from '../../words.ts';
import {
  changeOf,
  partialKey,
  quarter,
  type StockWeek,
  stepName,
  stockSteps,
  useNetFlow,
  useStocks,
} from './stock-weeks.ts';
import { SmallStocks, StocksBehind } from './stocks-apart.tsx';

const t = words.flow.stocks;

/** Open items by process step, production at the bottom. */
export function Stocks({ state }: { state: PageState }) {
  const { query, weeks } = useStocks(state);
  const flow = useNetFlow(state);
  const net = netFlowOf(flow.data?.data, 'wip');
  const [backlog, setBacklog] = useState(false);
  const [apart, setApart] = useState(false);
  const shown = stockSteps.filter((step) => backlog || step.step !== 'backlog');
  const layers: Series[] = shown.map(({ step, column, tone }) => ({
    key: step,
    name: stepName(step),
    tone,
    values: weeks.map((week) => week[column]),
  }));
  const labels = weeks.map((week) => week.label);
  const since = labels.at(-1 - quarter);
  const filled = weeks.some((week) => stockSteps.some((step) => week[step.column]));
  return (
    <Card<StockWeek>
      title={t.title}
      metric={state.metric('stocks')}
      query={both(query, flow)}
      finding={findingOf(layers, weeks)}
      empty={filled ? null : t.empty}
      widen={state.widen}
      height={380}
      controls={<Controls backlog={backlog} setBacklog={setBacklog} apart={apart} setApart={setApart} />}
      legend={
        <Legend
          items={[
            // Small charts carry their names themselves.
            ...(apart
              ? []
              : layers.map(({ name, tone }) => ({ shape: 'square' as const, tone, text: name })).reverse()),
            ...partialKey(weeks),
          ]}
        />
      }
      table={{
        rows: weeks,
        columns: [
          { title: words.week, value: (week) => week.label, head: true },
          ...stockSteps.map(({ step, column }) => ({
            title: stepName(step),
            value: (week: StockWeek) => week[column],
          })),
          { title: stepName('off_board'), value: (week) => week.off_board },
          ...netFlowColumns<StockWeek>(words.netFlow.wip, flow.data?.data, 'wip'),
          { title: words.complete, value: (week) => week.complete },
        ],
      }}
    >
      {() => (
        <>
          {apart ? (
            <SmallStocks state={state} weeks={weeks} layers={[...layers].reverse()} />
          ) : (
            <Stack
              name={t.chart}
              labels={labels}
              layers={layers}
              height={360}
              format={count}
              unit={t.unit}
              end={ending}
              partial={(index) => weeks[index]?.complete === false}
              behind={(index) => (
                <StocksBehind
                  state={state}
                  week={labels[index] ?? ''}
                  label={backlog ? (labels[index] ?? '') : t.withBacklog(labels[index] ?? '')}
                />
              )}
            />
          )}
          {apart ? (
            <p className="quiet">{t.ownScale}</p>
          ) : (
            since && <p className="quiet">{t.against(since)}</p>
          )}
          <NetFlow of={words.netFlow.wip} points={net} />
        </>
      )}
    </Card>
  );
}

/** About the layers that are drawn: how many items, what became of them over a quarter, and what grew most. */
function findingOf(layers: readonly Series[], weeks: readonly StockWeek[]): string | undefined {
  const week = weeks.at(-1);
  const since = weeks.at(-1 - quarter)?.label;
  const now = total(layers, weeks.length - 1);
  if (!week || now === null) return undefined;
  const names = [layers.at(-1), layers[0]].map((layer) => layer?.name.toLowerCase() ?? '');
  const said = t.finding(count(now), names[0] ?? '', names[1] ?? '', week.label, week.complete === false);
  const grown = layers
    .map((layer) => ({ layer, change: changeOf(layer.values) ?? 0 }))
    .sort((a, b) => b.change - a.change)[0];
  const whole = changeOf(weeks.map((_, at) => total(layers, at)));
  if (whole === null || !since) return `${said}.`;
  const { name, values } = grown?.layer ?? { name: '', values: [] };
  const most =
    grown && grown.change > 0
      ? ` ${t.grew(name.toLowerCase(), count(values.at(-1 - quarter)), count(values.at(-1)))}`
      : '';
  return `${said}, ${t.since(signed(whole), since)}.${most}`;
}

interface ControlsProps {
  backlog: boolean;
  setBacklog: (value: boolean) => void;
  apart: boolean;
  setApart: (value: boolean) => void;
}

function Controls({ backlog, setBacklog, apart, setApart }: ControlsProps) {
  const group = useId();
  return (
    <fieldset className="controls" aria-label={t.view}>
      {([false, true] as const).map((value) => (
        <label key={String(value)}>
          <input type="radio" name={group} checked={apart === value} onChange={() => setApart(value)} />
          {value ? t.apart : t.together}
        </label>
      ))}
      <label>
        <input type="checkbox" checked={backlog} onChange={(event) => setBacklog(event.target.checked)} />
        {t.backlog}
      </label>
    </fieldset>
  );
}

/** Items now, the step, and the change over a quarter where the period reaches back that far. */
function ending({ name, values }: Series): { strong: string; text: string } {
  const change = changeOf(values);
  return {
    strong: count(values.at(-1)),
    text: change === null ? name : `${name} ${signed(change)}`,
  };
}
