import { useState } from 'react';
import { type RowOf, useTable } from '../../api/client.ts';
import { count, decimal, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { both, Card } from '../../parts/card.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';
import { Heat } from './heat.tsx';
import { all, type MonthRow, useMonths } from './keys.ts';
import { type Line, linesOf } from './lines.ts';

const t = words.dora.services;
/** The newest so many months are columns. */
const columns = 12;
/** Services that are shown before all are asked for. */
const shownFirst = 20;

type TeamRow = RowOf<'/api/v1/delivery/dora/teams'>;
/** Figures that rows of services and of teams have in common. */
type Figures = Pick<MonthRow & TeamRow, 'deployments' | 'lead_p50_days' | 'failed' | 'linked_share'>;

const measures = {
  deployments: { value: (row: Figures) => row.deployments ?? null, text: count },
  lead: { value: (row: Figures) => row.lead_p50_days ?? null, text: decimal },
  failed: { value: (row: Figures) => row.failed ?? null, text: count },
  linked: { value: (row: Figures) => row.linked_share ?? null, text: percent },
} as const;
type Measure = keyof typeof measures;

/** Services by month, and above them teams where any are configured. */
export function Services({ state }: { state: PageState }) {
  const { params, ready, about } = state;
  const hasTeams = (about?.teams.length ?? 0) > 0;
  const { query, rows } = useMonths(state);
  const ofTeams = useTable('/api/v1/delivery/dora/teams', params, ready && hasTeams);
  const [measure, choose] = useState<Measure>('deployments');
  const { value, text } = measures[measure];
  const months = [...new Set(rows.map((row) => row.month))].sort().slice(-columns);
  const ofServices = rows.filter(({ service }) => service && service !== all);
  const services = linesOf(ofServices, months, ({ service }) => service ?? '', value);
  const teams = linesOf(ofTeams.data?.data ?? [], months, ({ team }) => team ?? '', value);
  const some = useSome(services, t, shownFirst);
  return (
    <Card<Line>
      title={hasTeams ? t.titleWithTeams : t.title}
      query={hasTeams ? both(query, ofTeams) : query}
      finding={t.finding(services.length, teams.length, months.length)}
      empty={services.length > 0 ? null : words.dora.empty}
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
        rows: [...teams.map((line) => ({ ...line, name: t.team(line.name) })), ...services],
        columns: [
          { title: teams.length > 0 ? t.either : t.service, value: ({ name }) => name, head: true },
          ...months.map((month, at) => ({
            title: month,
            value: (line: Line) => line.cells[at]?.value ?? null,
          })),
        ],
      }}
    >
      {() => (
        <>
          <Heat
            caption={t.caption(t.measures[measure])}
            region={t.region}
            head={teams.length > 0 ? t.either : t.service}
            months={months}
            groups={[
              ...(teams.length > 0 ? [{ title: t.teams, lines: teams }] : []),
              { title: t.services, lines: some.rows },
            ]}
            text={text}
          />
          {some.more}
        </>
      )}
    </Card>
  );
}
