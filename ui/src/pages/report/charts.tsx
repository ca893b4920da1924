import type { Schemas } from '../../api/client.ts';
import { Bars } from '../../charts/bars.tsx';
import { ControlChart } from '../../charts/control.tsx';
import { compactMoney, exactMoney, nothing } from '../../format.ts';
import { Card, type Loading } from '../../parts/card.tsx';
import { Legend, limitKeys } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { otherTone } from '../cloud/tones.ts';
import { formatOf, monthColumns, pointOf, type Stack, type Week, weekColumns } from './tables.ts';

const t = words.report;

interface DrawnProps<What> {
  chart: What;
  query: Loading;
  half: boolean;
}

/** The weeks of a measure with their limits, those of the month underlined. */
export function Weeks(props: DrawnProps<Schemas['ControlChart']> & { month: string }) {
  const { chart, query, half, month } = props;
  const { title, says, unit } = chart;
  const format = formatOf(unit);
  return (
    <Card<Week>
      title={title}
      query={query}
      half={half}
      finding={says}
      legend={
        <Legend
          items={[
            { shape: 'line', tone: 'g0', text: unit || t.value },
            ...(chart.points.some(({ ucl }) => ucl != null) ? limitKeys : []),
            { shape: 'line', tone: 'bold g0', text: t.weeks(month) },
          ]}
        />
      }
      table={{ rows: chart.points, columns: weekColumns(unit) }}
    >
      {() => (
        <ControlChart
          name={title}
          unit={unit}
          points={chart.points.map(pointOf)}
          height={260}
          format={(value) => (value === null ? nothing : format(value))}
        />
      )}
    </Card>
  );
}

/** Money by month, in parts. */
export function Months({
  chart,
  query,
  half,
  tones,
}: DrawnProps<Stack> & { tones: ReadonlyMap<string, string> }) {
  const { title, unit, months, parts, totals } = chart;
  const series = parts.map(({ name, values }) => ({
    key: name,
    name,
    tone: tones.get(name) ?? otherTone,
    values,
  }));
  const format = (value: number) => exactMoney(String(value), unit);
  return (
    <Card<number>
      title={title}
      query={query}
      half={half}
      height={260}
      legend={
        <Legend
          items={[
            ...series.map(({ name, tone }) => ({ shape: 'square', tone, text: name }) as const),
            ...(series.some(({ values }) => values.includes(null))
              ? [{ shape: 'hatched', tone: 'ink', text: words.card.missing } as const]
              : []),
          ]}
        />
      }
      table={{ rows: months.map((_, at) => at), columns: monthColumns(chart, format) }}
    >
      {() => (
        <Bars
          name={title}
          labels={months}
          series={series}
          unit={t.billed}
          format={(value) => (value === null ? nothing : format(value))}
          axis={(value) => compactMoney(value, unit)}
          gap={(at) => totals[at] === nothing}
        />
      )}
    </Card>
  );
}
