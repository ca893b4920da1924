import { type RowOf, useTable } from '../../api/client.ts';
import { count, decimal } from '../../format.ts';
import type { PageState } from '../../layout/page-state.tsx';
import { Card } from '../../parts/card.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { safeLink } from '../../parts/evidence.tsx';
import { Legend } from '../../parts/legend.tsx';
import { useSome } from '../../parts/some.tsx';
import { words } from '../../words.ts';
import { stepName } from './stock-weeks.ts';

type Row = RowOf<'/api/v1/flow/aging'>;

const t = words.flow.aging;
const few = 15;

/** What is started and not done today, against what was finished before, oldest first. */
export function Aging({ state }: { state: PageState }) {
  const query = useTable('/api/v1/flow/aging', state.params, state.ready);
  const rows = [...(query.data?.data ?? [])].sort((a, b) => (b.age_days ?? 0) - (a.age_days ?? 0));
  const some = useSome(rows, t, few);
  const columns = columnsOf(rows);
  const back = rows.filter(({ step }) => step === 'ready' || step === 'backlog').length;
  return (
    <Card<Row>
      title={t.title}
      metric={state.metric('aging_wip')}
      query={query}
      tabular
      empty={rows.length > 0 ? null : t.empty}
      widen={state.widen}
      legend={
        <Legend
          items={[
            { shape: 'diamond', tone: 'worse', text: t.flag },
            { shape: 'square', tone: 'g0', text: t.usual },
          ]}
        />
      }
      table={{ rows, columns: [...columns, { title: t.aboveP85, value: (row) => row.above_p85 }] }}
    >
      {() => (
        <>
          <p className="quiet">
            {t.now} {back > 0 && t.back(count(back))}
          </p>
          <DataTable
            name={words.card.tableOf(t.title)}
            caption={t.order}
            rows={some.rows}
            columns={columns}
          />
          {some.more}
        </>
      )}
    </Card>
  );
}

function columnsOf(rows: readonly Row[]): Column<Row>[] {
  const boards = new Set(rows.map((row) => row.project_id));
  return [
    { title: words.columns.id ?? '', value: (row) => row.id, head: true, link: (row) => safeLink(row.url) },
    { title: t.name, value: (row) => row.name, text: (row) => <span className="prose">{row.name}</span> },
    { title: t.step, value: (row) => row.step, text: (row) => stepName(row.step ?? '') },
    {
      title: t.age,
      value: (row) => row.age_days,
      text: (row) => (row.age_days == null ? t.ageLost : decimal(row.age_days)),
    },
    { title: t.daysInStep, value: (row) => row.days_in_step, text: (row) => decimal(row.days_in_step) },
    {
      title: t.sooner,
      value: (row) => row.left_sooner_share,
      text: (row) => <Sooner row={row} />,
      number: false,
    },
    ...(boards.size > 1 ? [{ title: t.board, value: (row: Row) => row.project_name }] : []),
  ];
}

/** How many of the finished items left the step sooner, as a bar and in words. */
function Sooner({ row }: { row: Row }) {
  const share = row.left_sooner_share;
  if (share == null) return <span className="quiet">{t.tooFew}</span>;
  const tone = row.above_p85 ? 'worse' : 'g0';
  return (
    <span className="sooner">
      <svg width="84" height="12" viewBox="0 0 84 12" aria-hidden="true">
        <rect className="track" width="84" height="12" rx="2" />
        <rect className={`fill ${tone}`} width={84 * share} height="12" rx="2" />
      </svg>
      {t.ofFinished(count(share * 100))}
      {row.above_p85 && (
        <strong>
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path className="fill worse" d="M6 1l5 5-5 5-5-5z" />
          </svg>{' '}
          {t.flagged}
        </strong>
      )}
    </span>
  );
}
