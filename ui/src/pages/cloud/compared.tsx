import type { RowOf, useTable } from '../../api/client.ts';
import { Bars } from '../../charts/bars.tsx';
import { Multiples } from '../../charts/multiples.tsx';
import { compactMoney, exactMoney, money, nothing } from '../../format.ts';
import { Card } from '../../parts/card.tsx';
import { Legend, type LegendItem } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { type Bill, drawn, isBill, names } from './bills.ts';
import { otherTone, type Tones, tonesBeside } from './tones.ts';

type ComparedRow = RowOf<'/api/v1/cloud-spending/compared'>;
type Row = Bill<ComparedRow> & { comparison: string; group: string };
type Query = ReturnType<typeof useTable<'/api/v1/cloud-spending/compared'>>;

const t = words.cloud.compared;

/** Rows of comparisons that have a bill behind them. */
export function comparedRows(query: Query): Row[] {
  return (query.data?.data ?? []).filter(
    (row): row is Row => isBill(row) && row.comparison !== null && row.group !== null,
  );
}

interface ComparedProps {
  query: Query;
  /** The page's colours. */
  tones: Tones;
}

/** Groups that the organisation set against each other: a card for each comparison. */
export function Compared({ query, tones }: ComparedProps) {
  const rows = comparedRows(query);
  const comparisons = names(rows.map((row) => row.comparison));
  if (comparisons.length === 0) {
    const done = query.data && !query.error;
    return done ? (
      <p className="card quiet">{t.none}</p>
    ) : (
      <Card title={t.title} query={query}>
        {() => null}
      </Card>
    );
  }
  return comparisons.map((name) => (
    <Comparison
      key={name}
      name={name}
      rows={rows.filter((row) => row.comparison === name)}
      query={query}
      tones={tones}
      alone={comparisons.length === 1}
    />
  ));
}

interface ComparisonProps extends ComparedProps {
  name: string;
  rows: readonly Row[];
  alone: boolean;
}

function Comparison({ name, rows, query, tones, alone }: ComparisonProps) {
  const currencies = names(rows.map((row) => row.currency));
  const groups = [...new Set(rows.map((row) => row.group))];
  const own = tonesBeside(tones, groups);
  const several = currencies.length > 1;
  const finding = [alone && query.data?.meta.finding, several && t.apart(currencies.length)];
  const keys: LegendItem[] = groups.map((group) => ({
    shape: 'square',
    tone: own.get(group) ?? otherTone,
    text: group,
  }));
  if (rows.some((row) => row.complete === false)) {
    keys.push({ shape: 'partial', tone: otherTone, text: words.cloud.notComplete });
  }
  return (
    <Card<Row>
      title={name}
      query={query}
      half={!several && !alone}
      finding={finding.filter(Boolean).join(' ')}
      legend={<Legend items={keys} />}
      table={{
        rows,
        columns: [
          { title: words.month, value: (row) => row.month, head: true },
          { title: words.cloud.groups.columns.group, value: (row) => row.group },
          {
            title: words.cloud.groups.columns.cost,
            number: true,
            value: (row) => row.cost,
            text: (row) => exactMoney(row.cost, row.currency),
          },
          { title: t.currency, value: (row) => row.currency },
          {
            title: words.cloud.groups.columns.change,
            number: true,
            value: (row) => row.change,
            text: (row) => exactMoney(row.change, row.currency),
          },
          { title: words.cloud.groups.columns.changePercent, value: (row) => row.change_percent },
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <Multiples items={currencies} keyOf={(currency) => currency} wide>
          {(currency) => (
            <Panel
              name={several ? t.chart(name, currency) : name}
              currency={currency}
              months={query.data?.meta.periods ?? []}
              groups={groups}
              rows={rows.filter((row) => row.currency === currency)}
              tones={own}
              titled={several}
            />
          )}
        </Multiples>
      )}
    </Card>
  );
}

interface PanelProps {
  name: string;
  currency: string;
  months: readonly string[];
  groups: readonly string[];
  rows: readonly Row[];
  tones: Tones;
  /** Says which currency it is in. */
  titled: boolean;
}

function Panel({ name, currency, months, groups, rows, tones, titled }: PanelProps) {
  const byMonth = months.map((month) => rows.filter((row) => row.month === month));
  const own = groups.filter((group) => rows.some((row) => row.group === group));
  const full = byMonth.findLast((some) => some.length > 0 && some.every((row) => row.complete));
  const latest = own.flatMap((group) => full?.find((row) => row.group === group) ?? []);
  return (
    <Bars
      name={name}
      labels={months}
      grouped
      {...(titled && {
        heading: {
          strong: currency,
          text: latest[0]
            ? t.latest(latest.map((row) => money(row.cost, currency)).join(' / '), latest[0].month)
            : '',
        },
      })}
      series={own.map((group) => ({
        key: group,
        name: group,
        tone: tones.get(group) ?? otherTone,
        values: drawn(byMonth.map((some) => some.find((row) => row.group === group)?.cost)),
      }))}
      unit={words.cloud.billed}
      format={(value) => (value === null ? nothing : exactMoney(String(value), currency))}
      axis={(value) => compactMoney(value, currency)}
      partial={(at) => byMonth[at]?.some((row) => row.complete === false) ?? false}
    />
  );
}
