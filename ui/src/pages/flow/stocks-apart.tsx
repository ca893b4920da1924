import type { Series } from '../../charts/bars.tsx';
import { most } from '../../charts/lines.ts';
import { Multiples } from '../../charts/multiples.tsx';
import { Stack } from '../../charts/stack.tsx';
import { count, signed } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { words } from '../../words.ts';
import { changeOf, quarter, type StockWeek } from './stock-weeks.ts';

const t = words.flow.stocks;

interface SmallStocksProps {
  state: PageState;
  weeks: readonly StockWeek[];
  layers: readonly Series[];
}

/** Each step by itself. On one scale the backlog would press the others flat, so each has its own. */
export function SmallStocks({ state, weeks, layers }: SmallStocksProps) {
  const labels = weeks.map((week) => week.label);
  return (
    <Multiples items={layers} keyOf={(layer) => layer.key} wide>
      {(layer) => (
        <Stack
          name={t.chartOf(layer.name)}
          labels={labels}
          layers={[layer]}
          height={200}
          top={most(layer.values, 5) * 1.05}
          format={count}
          unit={t.unit}
          heading={{ strong: layer.name, text: present(layer, labels) }}
          narrowAxis
          partial={(index) => weeks[index]?.complete === false}
          behind={(index) => {
            const week = labels[index] ?? '';
            return (
              <StocksBehind state={state} week={week} step={layer.key} label={`${layer.name}, ${week}`} />
            );
          }}
        />
      )}
    </Multiples>
  );
}

function present({ values }: Series, labels: readonly string[]): string {
  const change = changeOf(values);
  const since = labels.at(-1 - quarter);
  const now = t.now(count(values.at(-1)));
  return change === null || !since ? now : `${now}, ${t.since(signed(change), since)}`;
}

interface StocksBehindProps {
  state: PageState;
  week: string;
  step?: string;
  label: string;
}

/** The open items of a week, or of one of its steps. */
export function StocksBehind({ state, week, step, label }: StocksBehindProps) {
  return (
    <Evidence
      path="/api/v1/flow/stocks/evidence"
      params={{ ...state.params, week, step }}
      title={t.title}
      label={label}
    />
  );
}
