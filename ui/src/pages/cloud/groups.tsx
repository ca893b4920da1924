import { Bars } from '../../charts/bars.tsx';
import { most } from '../../charts/lines.ts';
import { Multiples } from '../../charts/multiples.tsx';
import { changePercent, compactMoney, exactMoney, money, nothing } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card, type Loading } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { type Bill, drawn, type Group, lastFull, type ServiceRow, type Spending } from './bills.ts';
import { Marks, signalKeys, signalNote, signalOf } from './signals.tsx';
import { otherTone, type Tones } from './tones.ts';

const t = words.cloud.groups;
type Row = Bill<ServiceRow>;

interface GroupsProps {
  spending: Spending;
  tones: Tones;
  query: Loading;
  metric: PageState['metric'];
}

/** A small chart for each group of one currency, all on one scale. */
export function Groups({ spending, tones, query, metric }: GroupsProps) {
  const { currency, groups } = spending;
  const rows = groups.flatMap((group) => group.rows.filter((row) => row !== undefined));
  const named = rows.some((row) => row.group != null);
  const top = most(
    rows.map((row) => Number(row.cost)),
    0,
  );
  const highest = rows.find((row) => Number(row.cost) === top);
  const keys = signalKeys(rows.map((row) => signalOf([row])));
  return (
    <Card<Row>
      title={t.title(named, currency)}
      metric={metric('cloud_spending')}
      query={query}
      finding={t.scale(money(highest?.cost, currency))}
      legend={keys.length > 0 && <Legend items={keys} />}
      table={{ rows, columns: columns(currency) }}
    >
      {() => (
        <Multiples items={groups} keyOf={(group) => group.name} toggle={t.toggle}>
          {(group) => <Small group={group} spending={spending} tones={tones} top={top} />}
        </Multiples>
      )}
    </Card>
  );
}

function Small(props: { group: Group; spending: Spending; tones: Tones; top: number }) {
  const { group, spending, tones, top } = props;
  const { currency, months } = spending;
  const { name, rows } = group;
  const values = drawn(rows.map((row) => row?.cost));
  return (
    <Bars
      name={t.chart(name, currency)}
      heading={{ strong: shortened(name), text: latest(group, spending) }}
      labels={months}
      series={[{ key: name, name, tone: tones.get(name) ?? otherTone, values }]}
      unit={words.cloud.billed}
      top={top}
      height={190}
      format={(value) => (value === null ? nothing : exactMoney(String(value), currency))}
      axis={(value) => compactMoney(value, currency)}
      partial={(at) => rows[at]?.complete === false}
      note={(at) => signalNote([rows[at]], currency)}
      over={(plot) => (
        <Marks
          plot={plot}
          labels={months}
          signals={rows.map((row) => signalOf([row]))}
          heights={values}
          above={8}
        />
      )}
    />
  );
}

/** "€4,631 +2 %" in the last full month. */
function latest({ rows }: Group, spending: Spending): string {
  const at = lastFull(spending);
  const row = rows[at];
  if (!row) return t.noBill(spending.months[at] ?? '');
  const change = row.change_percent == null ? '' : ` ${changePercent(row.change_percent)}`;
  return `${money(row.cost, spending.currency)}${change}`;
}

/** A name that fits over a small chart; the table has all of it. */
function shortened(name: string): string {
  return name.length > 30 ? `${name.slice(0, 29)}…` : name;
}

function columns(currency: string): Column<Row>[] {
  const amount = (title: string, of: (row: Row) => string | null | undefined): Column<Row> => ({
    title,
    number: true,
    value: of,
    text: (row) => exactMoney(of(row), currency),
  });
  const limit = (title: string, of: (row: Row) => number | null | undefined): Column<Row> => ({
    title,
    value: of,
    text: (row) => exactMoney(of(row)?.toFixed(2), currency),
  });
  return [
    { title: t.columns.group, value: (row) => row.group ?? row.service, head: true },
    { title: t.columns.provider, value: (row) => row.provider },
    { title: words.month, value: (row) => row.month, head: true },
    amount(`${t.columns.cost}, ${currency}`, (row) => row.cost),
    amount(t.columns.change, (row) => row.change),
    { title: t.columns.changePercent, value: (row) => row.change_percent },
    amount(t.columns.runRate, (row) => row.run_rate),
    limit(words.control.average, (row) => row.center),
    limit(words.control.lcl, (row) => row.lcl),
    limit(words.control.ucl, (row) => row.ucl),
    { title: words.signals, value: (row) => row.signals || null },
    { title: words.complete, value: (row) => row.complete },
  ];
}
