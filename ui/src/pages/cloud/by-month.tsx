import { Bars, type Series } from '../../charts/bars.tsx';
import { compactMoney, exactMoney, money, nothing } from '../../format.ts';
import { compare } from '../../money.ts';
import { Card, type Loading } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Legend, type LegendItem } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { drawn, type Layer, lastFull, type Spending } from './bills.ts';
import { providerName } from './provider.ts';
import { Marks, signalKeys, signalNote, signalOf } from './signals.tsx';
import { otherTone, type Tones } from './tones.ts';

const t = words.cloud.byMonth;

interface ByMonthProps {
  spending: Spending;
  tones: Tones;
  query: Loading;
  half: boolean;
}

/** A layer of the stack, with its exact amounts. */
type Toned = Layer & { tone: string };

/** The bills of one currency, stacked by group. */
export function ByMonth({ spending, tones, query, half }: ByMonthProps) {
  const { currency, providers, months, totals, bills, complete, missing } = spending;
  const title = t.title(providers.map(providerName).join(', '), currency);
  const layers = layersOf(spending, tones);
  const series: Series[] = layers.map(({ name, tone, amounts }) => ({
    key: name,
    name,
    tone,
    values: drawn(amounts),
  }));
  const heights = months.map((_, at) =>
    layers.reduce((sum, { amounts }) => sum + Math.max(0, Number(amounts[at] ?? 0)), 0),
  );
  const gaps = missing.map((some) => some.length > 0);
  const signals = bills.map(signalOf);
  const note = (at: number) =>
    [
      missing[at]?.length ? t.noBill(missing[at].map(providerName).join(', ')) : undefined,
      signalNote(bills[at] ?? [], currency),
    ]
      .filter(Boolean)
      .join('; ') || undefined;
  return (
    <Card<number>
      title={title}
      query={query}
      half={half}
      finding={largest(spending)}
      legend={
        <Legend
          items={[...keys(layers, complete.includes(false), gaps.includes(true)), ...signalKeys(signals)]}
        />
      }
      table={{ rows: months.map((_, at) => at), columns: columns(spending, layers) }}
    >
      {() => (
        <>
          <Bars
            name={title}
            labels={months}
            series={series}
            whole={{ name: words.total, values: drawn(totals) }}
            unit={words.cloud.billed}
            format={(value) => (value === null ? nothing : exactMoney(String(value), currency))}
            axis={(value) => compactMoney(value, currency)}
            totals={(value) => compactMoney(value, currency)}
            partial={(at) => bills[at]?.some((row) => row.complete === false) ?? false}
            gap={(at) => gaps[at] ?? false}
            note={note}
            over={(plot) => (
              <Marks plot={plot} labels={months} signals={signals} heights={heights} above={22} />
            )}
          />
          {spending.rest?.some((amount) => amount?.startsWith('-')) && (
            <p className="quiet">{words.cloud.belowZero}</p>
          )}
          <Gaps spending={spending} />
        </>
      )}
    </Card>
  );
}

/** The largest groups, largest at the foot, and the rest of the bill. */
function layersOf({ layers, rest }: Spending, tones: Tones): Toned[] {
  const isTaken = layers.some((layer) => layer.name === words.cloud.other);
  return [
    ...layers.map((layer) => ({ ...layer, tone: tones.get(layer.name) ?? otherTone })),
    ...(rest
      ? [{ name: isTaken ? words.cloud.allElse : words.cloud.other, tone: otherTone, amounts: rest }]
      : []),
  ];
}

function keys(layers: readonly Toned[], open: boolean, gap: boolean): LegendItem[] {
  const items: LegendItem[] = layers.map(({ name, tone }) => ({ shape: 'square', tone, text: name }));
  if (open) items.push({ shape: 'partial', tone: otherTone, text: words.cloud.notComplete });
  if (gap) items.push({ shape: 'hatched', tone: 'ink', text: words.card.missing });
  return items;
}

function columns({ currency, months, totals, complete }: Spending, layers: readonly Layer[]) {
  const amounts = (title: string, of: readonly (string | null)[]): Column<number> => ({
    title,
    number: true,
    value: (at) => of[at] ?? null,
    text: (at) => exactMoney(of[at], currency),
  });
  const all: Column<number>[] = [
    { title: words.month, value: (at) => months[at] ?? null, head: true },
    amounts(`${words.total}, ${currency}`, totals),
    ...layers.map((layer) => amounts(layer.name, layer.amounts)),
    { title: words.complete, value: (at) => (totals[at] == null ? null : complete[at]) },
  ];
  return all;
}

/** "Compute is the largest group: €4,631 in 2026-09." Nothing where no month is full. */
function largest(spending: Spending): string {
  const at = lastFull(spending);
  const billed = spending.groups.map(({ name, rows }) => ({ name, cost: rows[at]?.cost ?? '0' }));
  const [first] = billed.sort((a, b) => compare(b.cost, a.cost));
  return first && at >= 0
    ? t.largest(first.name, money(first.cost, spending.currency), spending.months[at] ?? '')
    : '';
}

/** Months in which a provider has no bill, and what to do about it. */
function Gaps({ spending: { missing, months, providers } }: { spending: Spending }) {
  const lines = providers.flatMap((provider) => {
    const without = months.filter((_, at) => missing[at]?.includes(provider));
    return without.length > 0 ? [t.gap(providerName(provider), without)] : [];
  });
  return lines.map((line) => (
    <p className="quiet" key={line}>
      {line}
    </p>
  ));
}
