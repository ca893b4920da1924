import type { useTable } from '../../api/client.ts';
import { Bars } from '../../charts/bars.tsx';
import { compactMoney, count, exactMoney, nothing, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import type { Column } from '../../parts/data-table.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { type CostRow, lastOf, wasted } from './rows.ts';

const t = words.ci.money;
const tones = ['g0', 'g1', 'g2', 'g3', 'g4'];

interface MoneyProps {
  state: PageState;
  query: ReturnType<typeof useTable<'/api/v1/ci/cost'>>;
  /** Of the currency, over everything. */
  rows: readonly CostRow[];
  currency: string;
}

/** What CI costs in one currency, and what for. */
export function Money({ state, query, rows, currency }: MoneyProps) {
  const months = query.data?.meta.periods ?? [];
  const found = new Map(rows.map((row) => [row.month, row]));
  const last = lastOf(rows);
  const amount = (title: string, value: Column<CostRow>['value']): Column<CostRow> => ({
    title,
    number: true,
    value,
    text: (row) => exactMoney(String(value(row)), currency),
  });
  return (
    <Card<CostRow>
      title={t.title(currency)}
      query={query}
      finding={last && findingOf(last, currency)}
      empty={rows.length > 0 ? null : words.ci.noCost}
      widen={state.widen}
      legend={
        <Legend
          items={[
            ...t.parts.map(([, text], at) => ({ shape: 'square' as const, tone: tones[at] ?? '', text })),
            { shape: 'partial', tone: 'g0', text: words.cloud.notComplete },
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words.month, value: (row) => row.month, head: true },
          amount(words.total, (row) => row.cost),
          ...t.parts.map(([part, name]) => amount(name, (row) => row[part])),
          { title: t.minutes, value: (row) => row.minutes },
          { title: t.withoutPrice, value: (row) => row.unpriced_minutes },
          { title: t.basis, value: (row) => row.basis },
          { title: t.over, value: (row) => row.bill_over_estimate },
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <>
          <Bars
            name={t.title(currency)}
            labels={months}
            series={t.parts.map(([key, name], at) => ({
              key,
              name,
              tone: tones[at] ?? '',
              values: months.map((month) => {
                const cost = found.get(month)?.[key];
                return cost == null ? null : Number(cost);
              }),
            }))}
            unit={t.unit}
            format={(value) => (value === null ? nothing : exactMoney(String(value), currency))}
            axis={(value) => compactMoney(value, currency)}
            end={({ name }) => ({ strong: name, text: '' })}
            partial={(at) => found.get(months[at] ?? '')?.complete === false}
            behind={(at) => {
              const month = months[at];
              return (
                month && found.has(month) && <Jobs state={state} title={t.title(currency)} month={month} />
              );
            }}
          />
          <p className="quiet">
            {t.note} {!!last?.unpriced_minutes && t.unpriced(count(last.unpriced_minutes), last.month)}
          </p>
        </>
      )}
    </Card>
  );
}

interface JobsProps {
  state: PageState;
  title: string;
  month: string;
  /** Only jobs of this. */
  of?: { repo: string; workflow: string };
}

/** The jobs behind what a month costs. */
export function Jobs({ state, title, month, of }: JobsProps) {
  return (
    <Evidence
      path="/api/v1/ci/cost/evidence"
      params={{ ...state.params, ...of, month }}
      title={title}
      label={of ? `${of.workflow}, ${month}` : month}
      {...(of && { rows: words.ci.rows.jobs })}
    />
  );
}

function findingOf(row: CostRow, currency: string): string {
  const parts = t.parts
    .slice(1)
    .map(([key, name]) => `${name.toLowerCase()} ${exactMoney(row[key], currency)}`);
  return t.finding(row.month, exactMoney(row.cost, currency), percent(wasted(row) ?? 0), parts.join(', '));
}
