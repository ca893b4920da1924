import { useState } from 'react';
import { count, decimal, nothing, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';
import { all, type MonthRow, useMonths } from './keys.ts';

const t = words.dora.services;
/** The newest so many months are columns. */
const columns = 12;
/** Services that are shown before all are asked for. */
const shownFirst = 20;

const measures = {
  deployments: { value: (row: MonthRow) => row.deployments ?? null, text: count },
  lead: { value: (row: MonthRow) => row.lead_p50_days ?? null, text: decimal },
  failed: { value: (row: MonthRow) => row.failed ?? null, text: count },
  linked: { value: (row: MonthRow) => row.linked_share ?? null, text: percent },
} as const;
type Measure = keyof typeof measures;

interface Line {
  service: string;
  /** One for each month; absent before the first deployment, null where there is no figure. */
  cells: (number | null | undefined)[];
}

/** Services by month: a table whose cells are coloured by one figure, and say it. */
export function Services({ state }: { state: PageState }) {
  const { query, rows } = useMonths(state);
  const [measure, choose] = useState<Measure>('deployments');
  const { value, text } = measures[measure];
  const months = [...new Set(rows.map((row) => row.month))].sort().slice(-columns);
  const lines = linesOf(rows, months, value);
  const most = Math.max(...lines.flatMap(({ cells }) => cells.map((cell) => cell ?? 0)), 0);
  const some = useSome(lines, t, shownFirst);
  return (
    <Card<Line>
      title={t.title}
      query={query}
      finding={t.finding(lines.length, months.length)}
      empty={lines.length > 0 ? null : words.dora.empty}
      widen={state.widen}
      tabular
      height={360}
      controls={
        <label className="controls">
          {t.measure}
          <select value={measure} onChange={(event) => choose(event.target.value as Measure)}>
            {(Object.keys(measures) as Measure[]).map((name) => (
              <option key={name} value={name}>
                {t.measures[name]}
              </option>
            ))}
          </select>
        </label>
      }
      table={{
        rows: lines,
        columns: [
          { title: t.service, value: (line) => line.service, head: true },
          ...months.map((month, at) => ({ title: month, value: (line: Line) => line.cells[at] ?? null })),
        ],
      }}
    >
      {() => (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <section className="table heat" aria-label={t.region} tabIndex={0}>
            <table>
              <caption>{t.caption(t.measures[measure])}</caption>
              <thead>
                <tr>
                  <th scope="col">{t.service}</th>
                  {months.map((month) => (
                    <th key={month} scope="col" className="number">
                      {month}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {some.rows.map(({ service, cells }) => (
                  <tr key={service}>
                    <th scope="row">{service}</th>
                    {cells.map((cell, at) => (
                      <td
                        key={months[at]}
                        className={`number ${cell == null ? 'none' : `h${shade(cell, most)}`}`}
                      >
                        {cell == null ? (
                          <>
                            <span aria-hidden="true">{nothing}</span>
                            <span className="unseen">
                              {cell === undefined ? t.before : words.card.missing}
                            </span>
                          </>
                        ) : (
                          text(cell)
                        )}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          {some.more}
        </>
      )}
    </Card>
  );
}

/** Services in order of their newest figures, the most first. */
function linesOf(
  rows: readonly MonthRow[],
  months: readonly string[],
  value: (row: MonthRow) => number | null,
): Line[] {
  const services = new Map<string, Line>();
  for (const row of rows) {
    const place = months.indexOf(row.month);
    const { service } = row;
    if (!service || service === all || place < 0) continue;
    const line = services.get(service) ?? {
      service,
      cells: months.map(() => undefined),
    };
    line.cells[place] = value(row);
    services.set(service, line);
  }
  const weight = ({ cells }: Line) => cells.reduce<number>((sum, cell) => sum + (cell ?? 0), 0);
  return [...services.values()].sort(
    (one, other) => weight(other) - weight(one) || one.service.localeCompare(other.service),
  );
}

/** From 0 for nothing to 5 for the most. */
function shade(value: number, most: number): number {
  if (value <= 0 || most <= 0) return 0;
  return Math.max(1, Math.ceil((value / most) * 5));
}
