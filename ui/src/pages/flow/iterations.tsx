import { type RowOf, useTable } from '../../api/client.ts';
import { date } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { Evidence } from '../../parts/evidence.tsx';
import { Legend } from '../../parts/legend.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';

type Row = RowOf<'/api/v1/delivery/spillover'>;

const t = words.flow.iterations;
const few = 6;

/** What became of it, the best first. */
const outcomes = [
  { name: t.done, tone: 'g0', of: (row: Row) => row.done_in_it },
  { name: t.carried, tone: 'worse', of: (row: Row) => row.carried_over },
  { name: t.removed, tone: 'b3', of: (row: Row) => row.removed },
] as const;

/** What was planned for each iteration, done in it and carried over, the newest first; nothing where nobody plans in any. */
export function Iterations({ state }: { state: PageState }) {
  const query = useTable('/api/v1/delivery/spillover', state.params, state.ready);
  const rows = [...(query.data?.data ?? [])].reverse();
  const some = useSome(rows, t, few);
  if (rows.length === 0) return null;
  const columns: Column<Row>[] = [
    { title: t.iteration, value: (row) => row.iteration, head: true, text: nameOf },
    { title: t.until, value: (row) => row.due_on, text: (row) => date(row.due_on ?? '', 'UTC') },
    { title: t.planned, value: (row) => row.planned_at_start },
    { title: t.added, value: (row) => row.added_later },
    ...outcomes.map(({ name, of }) => ({ title: name, value: of })),
  ];
  const issues = (row: Row) => (
    <Evidence
      path="/api/v1/delivery/spillover/evidence"
      params={{ ...state.params, iteration: row.iteration_id }}
      title={t.title}
      label={row.iteration ?? ''}
    />
  );
  return (
    <Card<Row>
      title={t.title}
      query={query}
      tabular
      legend={<Legend items={outcomes.map(({ name, tone }) => ({ shape: 'square', tone, text: name }))} />}
      table={{ rows, columns: [...columns, { title: words.complete, value: (row) => row.complete }] }}
    >
      {() => (
        <>
          <p className="quiet">{t.now}</p>
          <DataTable
            name={words.card.tableOf(t.title)}
            caption={t.order}
            rows={some.rows}
            columns={[
              ...columns,
              {
                title: t.share,
                value: (row) => row.iteration_id,
                text: (row) => <Shares row={row} />,
                number: false,
              },
              { title: t.issues, value: (row) => row.iteration_id, text: issues, number: false },
            ]}
          />
          {some.more}
        </>
      )}
    </Card>
  );
}

function nameOf(row: Row) {
  return <span className="prose">{row.iteration}</span>;
}

/** What became of the issues of an iteration, as parts of a bar. */
function Shares({ row }: { row: Row }) {
  const all = (row.planned_at_start ?? 0) + (row.added_later ?? 0);
  let x = 0;
  return (
    <svg width="84" height="12" viewBox="0 0 84 12" aria-hidden="true">
      <rect className="track" width="84" height="12" rx="2" />
      {outcomes.map(({ name, tone, of }) => {
        const width = all > 0 ? (84 * (of(row) ?? 0)) / all : 0;
        x += width;
        return <rect key={name} className={`fill ${tone}`} x={x - width} width={width} height="12" />;
      })}
    </svg>
  );
}
