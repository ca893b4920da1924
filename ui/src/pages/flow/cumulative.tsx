import { useTable } from '../../api/client.ts';
import type { Series } from '../../charts/bars.tsx';
import { Stack } from '../../charts/stack.tsx';
import { count } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { reached, type Step, type Week, weekly } from './cumulative-data.ts';
import { stepName, stockSteps } from './stock-weeks.ts';

const t = words.flow.cumulative;

/** How many items have reached each step: the thickness of a layer is what waits in it. */
export function CumulativeFlow({ state }: { state: PageState }) {
  const query = useTable('/api/v1/flow/cumulative-flow/totals', state.params, state.ready);
  const weeks = weekly(query.data?.data ?? []);
  // Done first: it is at the bottom, as production is among the stocks.
  const steps = [...reached].reverse();
  const layers: Series[] = steps.map((step, at) => ({
    key: step,
    name: stepName(step),
    tone: stockSteps.find((known) => known.step === step)?.tone ?? 'other',
    values: weeks.map((week) => inStep(week, step, steps[at - 1])),
  }));
  const start = begin(weeks);
  return (
    <Card<Week>
      title={t.title}
      half
      query={query}
      empty={weeks.some((week) => week.counts.backlog) ? null : t.empty}
      widen={state.widen}
      legend={
        <Legend
          items={layers.map(({ name, tone }) => ({ shape: 'square' as const, tone, text: name })).reverse()}
        />
      }
      table={{
        rows: weeks,
        columns: [
          { title: words.week, value: (week) => week.label, head: true },
          { title: t.date, value: (week) => week.day },
          ...reached.map((step) => ({
            title: step === 'done' ? stepName(step) : t.orLater(stepName(step)),
            value: (week: Week) => week.counts[step],
          })),
        ],
      }}
    >
      {() => (
        <>
          <Stack
            name={t.chart}
            labels={weeks.map((week) => week.label)}
            layers={layers}
            bottom={start}
            fine
            format={count}
            unit={t.unit}
            end={({ name, values }) => ({ strong: count(values.at(-1)), text: name })}
            endsWidth={126}
          />
          <p className="quiet">{start > 0 ? `${t.axis} ${t.layers}` : t.layers}</p>
        </>
      )}
    </Card>
  );
}

/** Neighbouring steps differ by what is in the earlier one. */
function inStep(week: Week, step: Step, later: Step | undefined): number | null {
  const here = week.counts[step];
  const beyond = later ? week.counts[later] : 0;
  return here === null || beyond === null ? null : here - beyond;
}

/** Where the scale begins: above 0 once most of the height would be what was done before the period. */
function begin(weeks: readonly Week[]): number {
  const done = weeks[0]?.counts.done ?? 0;
  return done > (weeks.at(-1)?.counts.backlog ?? 0) / 3 ? done : 0;
}
