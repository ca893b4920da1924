import { ApiError, addressOf, type Schemas, useAnswer } from '../../api/client.ts';
import { lists } from '../../filters.ts';
import { Actions, Choice } from '../../layout/filter-bar.tsx';
import { type PageState, usePageState } from '../../layout/page-state.tsx';
import { ApiLink } from '../../parts/api-link.tsx';
import { Card, Failure, type Loading } from '../../parts/card.tsx';
import { lastOfMonth, nameOfMonth } from '../../period.ts';
import { words } from '../../words.ts';
import { Blocks, columnsOf } from './blocks.tsx';
import { Months, Weeks } from './charts.tsx';
import { partsOf, tonesOf } from './tables.ts';

type Report = Schemas['Report'];
type Section = Schemas['Section'];

const t = words.report;

export function ReportPage() {
  const state = usePageState();
  const { about, filters, change } = state;
  const isAny = about !== undefined && (about.as_of ?? about.cloud_as_of) !== null;
  const months = useAnswer<'/api/v1/reports'>(addressOf('/api/v1/reports'), isAny);
  const usual = months.data?.usual ?? months.data?.data[0];
  const month = filters.month ?? usual;
  const path = `/api/v1/reports/${month}`;
  const params = { team: filters.team };
  const isReady = isAny && month !== undefined;
  const report = useAnswer<'/api/v1/reports/{month}'>(addressOf(path, params), isReady);
  const error = state.error ?? months.error ?? report.error;
  const reason = error instanceof ApiError && error.status === 404 && error.message;
  const isNone = about !== undefined && (!isAny || (months.data !== undefined && month === undefined));
  const data = isReady ? report.data : undefined;
  return (
    <>
      <p className="lead">
        {data ? (
          <>
            <strong>{data.title}.</strong> {data.provisional} {data.scope}
          </>
        ) : (
          '\u00a0'
        )}
      </p>
      <section className="filters" aria-label={words.filters.label}>
        <label>
          {words.month}
          <select
            value={month ?? ''}
            onChange={({ target }) => change({ month: target.value === usual ? undefined : target.value })}
          >
            {[...new Set([...(months.data?.data ?? []), ...(month ? [month] : [])])].map((month) => (
              <option key={month} value={month}>
                {nameOfMonth(month)}
              </option>
            ))}
          </select>
        </label>
        {about && about.teams.length > 0 && (
          <Choice
            name={words.filters.team}
            options={about.teams.map((team) => [team, team] as const)}
            chosen={filters.team ?? []}
            choose={(team) => change({ team: team.length > 0 ? team : undefined })}
          />
        )}
        <Actions state={state} />
        <WithoutEffect state={state} />
        {data && (
          <ul className="files" aria-label={t.download}>
            {Object.entries(t.files).map(([file, name]) => (
              <li key={file}>
                <ApiLink path={`${path}/${file}`} params={params} file={`${month}-${file}`}>
                  {name}
                </ApiLink>
              </li>
            ))}
          </ul>
        )}
      </section>
      {reason ? (
        <section className="card empty" aria-label={t.missing}>
          <p>{reason}</p>
          {usual && (
            <button type="button" onClick={() => change({ month: undefined })}>
              {t.show(nameOfMonth(usual))}
            </button>
          )}
        </section>
      ) : error ? (
        <Failure
          error={error}
          retry={state.error ? state.retry : months.error ? months.refetch : report.refetch}
        />
      ) : isNone ? (
        <section className="card">
          <p className="empty">{t.nothing}</p>
        </section>
      ) : data ? (
        <Sections report={data} query={told(data, report, filters.team)} />
      ) : (
        <Card title={words.pages.report.name} query={{ ...report, data: undefined }} height={1400}>
          {() => null}
        </Card>
      )}
    </>
  );
}

/** What the address asks for and a report does not have. */
function WithoutEffect({ state: { filters, unknown } }: { state: PageState }) {
  const without = (['from', 'to', ...lists, 'by', 'ref'] as const)
    .filter((name) => name !== 'team' && filters[name])
    .map((name) => `${words.filters[name]} (${[filters[name]].flat().join(', ')})`);
  return (
    <>
      {without.length > 0 && <p className="note">{words.filters.inactive(without.join(', '))}</p>}
      {unknown.length > 0 && <p className="note">{words.filters.unknown(unknown.join(', '))}</p>}
    </>
  );
}

/** What the cards of a report need to know of it: pictures say its month, its teams and the time of its data. */
function told(report: Report, query: Omit<Loading, 'data'>, team: string[] | undefined): Loading {
  const { as_of, month } = report;
  const from = `${month}-01`;
  const applied = { from: [from], to: [lastOfMonth(from)], ...(team && { team }) };
  return {
    isPending: query.isPending,
    isFetching: query.isFetching,
    error: query.error,
    refetch: query.refetch,
    data: {
      meta: {
        as_of,
        coverage: null,
        filters: { applied, inactive: [] },
        finding: null,
        notices: [],
        reason_empty: null,
        timezone: 'UTC',
      },
    },
  };
}

function Sections({ report, query }: { report: Report; query: Loading }) {
  const stacks = report.sections.flatMap(({ blocks }) => blocks.filter((block) => block.kind === 'months'));
  const tones = tonesOf(stacks);
  const draw = (appendix: boolean) =>
    report.sections
      .filter((section) => section.appendix === appendix)
      .map((section) => (
        <SectionCards
          key={section.id}
          section={section}
          query={query}
          month={report.month_name}
          tones={tones}
        />
      ));
  return (
    <>
      <div className="cards report">{draw(false)}</div>
      <h2 className="appendix">{t.appendix}</h2>
      <div className="cards report">{draw(true)}</div>
    </>
  );
}

interface SectionProps {
  section: Section;
  query: Loading;
  month: string;
  tones: ReadonlyMap<string, string>;
}

/** The card of a section with its sentences and tables, and one for each picture. */
function SectionCards({ section, query, month, tones }: SectionProps) {
  const { written, drawn } = partsOf(section);
  const [table, other] = written.filter((block) => block.kind === 'table');
  return (
    <>
      {written.length > 0 && (
        <Card
          title={`${section.number}. ${section.title}`}
          query={query}
          tabular
          table={table && !other ? { rows: table.rows, columns: columnsOf(table) } : undefined}
        >
          {() => <Blocks blocks={written} ranked={section.number === 1} />}
        </Card>
      )}
      {drawn.map((chart, at) => {
        // Of an odd number the first one, which is the widest, stands alone.
        const half = at > 0 || drawn.length % 2 === 0;
        const all = { query, half };
        return chart.kind === 'chart' ? (
          <Weeks key={chart.title} chart={chart} month={month} {...all} />
        ) : (
          <Months key={chart.title} chart={chart} tones={tones} {...all} />
        );
      })}
    </>
  );
}
