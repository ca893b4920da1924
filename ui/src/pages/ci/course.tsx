import type { ReactNode } from 'react';
import { useTable } from '../../api/client.ts';
import { type Percentile, Percentiles } from '../../charts/percentiles.tsx';
import { count, decimal, percent } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { labelOf } from '../../parts/counts.ts';
import type { Column } from '../../parts/data-table.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Grain } from '../../parts/grain.tsx';
import { Legend } from '../../parts/legend.tsx';
import { words } from '../../words.ts';
import { ofAll } from '../pull-requests/weeks.ts';
import { decided, lastOf, overall, type RunsRow } from './rows.ts';

const t = words.ci;

type Value = (row: RunsRow) => number | null | undefined;

interface CourseProps {
  state: PageState;
  says: { title: string; chart: string };
  unit: string;
  lines: readonly (Pick<Percentile, 'name' | 'weight'> & { legend?: string; value: Value })[];
  format: (value: number) => string;
  finding: (row: RunsRow) => string;
  /** Columns of the table before those of the lines. */
  columns?: readonly Column<RunsRow>[];
  /** Where the scale begins is near the lowest figure, and it ends with 1. */
  shares?: boolean;
}

/** Runs over all workflows, by week or month. Cards that ask for the same share one request. */
function Course({ state, says, unit, lines, format, finding, columns = [], shares = false }: CourseProps) {
  const { params, ready, filters, change } = state;
  const by = filters.by ?? 'week';
  const query = useTable(
    '/api/v1/ci/reliability',
    { ...ofAll(params), ...(by === 'month' && { by }) },
    ready,
  );
  const rows = overall<RunsRow>(query.data?.data);
  const last = lastOf(rows);
  const drawn = lines.map((line) => ({ ...line, values: rows.map((row) => line.value(row) ?? null) }));
  const known = drawn.flatMap(({ values }) => values.filter((value) => value !== null));
  const said = (value: number | null) => (value === null ? words.card.missing : format(value));
  return (
    <Card<RunsRow>
      title={says.title}
      query={query}
      half={!shares}
      finding={last && finding(last)}
      empty={known.length > 0 ? null : t.empty}
      widen={state.widen}
      controls={
        <div className="controls">
          <Grain by={by} choose={(by) => change({ by: by === 'month' ? by : undefined })} />
        </div>
      }
      legend={
        <Legend
          items={[
            ...lines.map(({ name, weight, legend = name }) => ({
              shape: weight === 'dashed' ? ('dashed' as const) : ('line' as const),
              tone: `g0 ${weight}`,
              text: legend,
            })),
            { shape: 'ring', tone: 'g0', text: words.control.notComplete },
          ]}
        />
      }
      table={{
        rows,
        columns: [
          { title: words[by], value: labelOf, head: true },
          { title: t.runs, value: (row) => row.runs },
          ...columns,
          ...lines.map(({ name, value }) => ({
            title: name,
            value,
            text: (row: RunsRow) => said(value(row) ?? null),
          })),
          { title: words.complete, value: (row) => row.complete },
        ],
      }}
    >
      {() => (
        <Percentiles
          name={says.chart}
          labels={rows.map(labelOf)}
          lines={drawn}
          {...(shares && { top: 1, bottom: Math.floor(Math.min(...known) * 9.99) / 10, axis: percent })}
          format={said}
          unit={unit}
          basis={(index) => [t.runs, count(rows[index]?.runs)]}
          behind={(index) => {
            const row = rows[index];
            return row && <Runs state={state} title={says.title} by={by} label={labelOf(row)} />;
          }}
          partial={(index) => rows[index]?.complete === false}
        />
      )}
    </Card>
  );
}

interface RunsProps {
  state: PageState;
  title: string;
  by: 'week' | 'month';
  /** Of the period. */
  label: string;
  /** Only runs of this. */
  of?: { repo: string; workflow: string };
}

/** The runs behind a figure. */
export function Runs({ state, title, by, label, of }: RunsProps): ReactNode {
  return (
    <Evidence
      path="/api/v1/ci/reliability/evidence"
      params={{ ...state.params, ...of, [by]: label }}
      title={title}
      label={of ? `${of.workflow}, ${label}` : label}
      {...(of && { rows: words.ci.rows.runs })}
    />
  );
}

/** How many runs succeed, and how many do at once. */
export function Success({ state }: { state: PageState }): ReactNode {
  const { rates } = t;
  return (
    <Course
      state={state}
      says={rates}
      unit={rates.unit}
      shares
      lines={[
        { name: rates.success, weight: 'bold', value: (row) => row.success_rate },
        { name: rates.firstTry, weight: 'thin', value: (row) => row.first_try_rate },
      ]}
      format={percent}
      finding={(row) =>
        rates.finding(labelOf(row), share(row.success_rate), decided(row), share(row.first_try_rate))
      }
      columns={rates.columns.map(([column, title]) => ({ title, value: (row) => row[column] }))}
    />
  );
}

const share = (value: number | null | undefined) => (value == null ? words.card.missing : percent(value));

/** How long runs take, and how long they wait before. */
export function Times({ state }: { state: PageState }): ReactNode {
  return (
    [
      [t.duration, 'duration_p50_min', 'duration_p95_min'],
      [t.wait, 'queue_p50_min', 'queue_p95_min'],
    ] as const
  ).map(([says, p50, p95]) => (
    <Course
      key={p50}
      state={state}
      says={says}
      unit={t.minutes}
      lines={[
        { name: 'p50', weight: 'bold', legend: words.flow.times.p50, value: (row) => row[p50] },
        { name: 'p95', weight: 'dashed', legend: words.flow.times.p95, value: (row) => row[p95] },
      ]}
      format={decimal}
      finding={(row) =>
        says.finding(labelOf(row), decimal(row[p50]), row[p95] == null ? '' : decimal(row[p95]))
      }
    />
  ));
}
