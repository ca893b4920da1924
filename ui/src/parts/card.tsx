import { type ReactNode, useId, useRef, useState } from 'react';
import { ApiError, isPassing, type Meta, type Metric, useAbout } from '../api/client.ts';
import { usePresence } from '../api/presence.ts';
import { basisOf } from '../export/basis.ts';
import { csvOf, download, fileName } from '../export/csv.ts';
import { pictureOf } from '../export/png.ts';
import { words } from '../words.ts';
import { About } from './about.tsx';
import { DataTable, type TableProps } from './data-table.tsx';

/** What a card says besides its rows. */
export type Told = Pick<
  Meta,
  'as_of' | 'coverage' | 'filters' | 'finding' | 'notices' | 'reason_empty' | 'timezone'
>;

/** What a card needs to know of a request; what the query library gives has it. */
export interface Loading {
  isPending: boolean;
  isFetching: boolean;
  error: Error | null;
  data?: { meta: Told } | undefined;
  refetch: () => unknown;
}

/** Of a card that needs two requests: it is about the rows of the first one, and waits for both. */
export function both(first: Loading, second: Loading): Loading {
  return {
    isPending: first.isPending || second.isPending,
    isFetching: first.isFetching || second.isFetching,
    error: first.error ?? second.error,
    data: second.data && first.data,
    refetch: () => [first.refetch(), second.refetch()],
  };
}

interface CardProps<Row> {
  title: string;
  /** Explained behind an (i). */
  metric?: Metric | undefined;
  query: Loading;
  /** Instead of the server's sentence. */
  finding?: ReactNode;
  legend?: ReactNode;
  controls?: ReactNode;
  table?: Omit<TableProps<Row>, 'name' | 'caption'> | undefined;
  /** In place of the chart; `null` where there is something to draw. */
  empty?: string | null;
  /** A way out where there is nothing to show. */
  widen?: (() => void) | undefined;
  /** Pixels that the chart takes, kept free while it loads. */
  height?: number;
  /** Half of the width, where there is room. */
  half?: boolean;
  /** The table is what the card draws: it is not repeated below, and there is no picture. */
  tabular?: boolean;
  /** Drawn once there is an answer. */
  children: () => ReactNode;
}

/** Title, one sentence, legend, chart, figures: and what there is to say when one of them is missing. */
export function Card<Row>(props: CardProps<Row>) {
  const { title, metric, query, legend, controls, table, empty = null, height = 300, half = false } = props;
  const { widen, tabular = false } = props;
  const heading = useId();
  const body = useRef<HTMLDivElement>(null);
  const meta = query.data?.meta;
  const finding = props.finding ?? meta?.finding ?? undefined;
  const shown = meta && !query.error;
  return (
    <section
      className={`card${half ? ' half' : ''}${query.data && query.isFetching ? ' refreshing' : ''}`}
      aria-labelledby={heading}
      aria-busy={query.isFetching}
    >
      <div className="card-head">
        <h2 id={heading}>{title}</h2>
        {metric && <About metric={metric} />}
        {shown && empty === null && (
          <Exports
            title={title}
            finding={typeof finding === 'string' ? finding : ''}
            body={body}
            table={table}
            picture={!tabular}
            meta={meta}
          />
        )}
      </div>
      {query.error ? (
        <Failure error={query.error} retry={query.refetch} />
      ) : !meta ? (
        <div className="skeleton" style={{ height }} role="status">
          <span className="unseen">{words.card.loading}</span>
        </div>
      ) : (
        <>
          {finding && empty === null && <p className="finding">{finding}</p>}
          {empty !== null ? (
            <div className="empty">
              <p>{words.card.because(empty, meta.reason_empty)}</p>
              {widen && (
                <button type="button" onClick={widen}>
                  {words.card.widen}
                </button>
              )}
            </div>
          ) : (
            <>
              {controls}
              {legend}
              <div className="body" ref={body}>
                {props.children()}
              </div>
              {table && !tabular && (
                <details className="figures">
                  <summary>{words.card.table}</summary>
                  <DataTable name={words.card.tableOf(title)} caption={title} {...table} />
                </details>
              )}
            </>
          )}
          <Notices meta={meta} />
        </>
      )}
    </section>
  );
}

function Notices({ meta }: { meta: Told }) {
  const held = meta.coverage?.held_back_by;
  const notices = [...(held ? [words.card.heldBack(held)] : []), ...meta.notices];
  if (notices.length === 0) return null;
  return (
    <details className="notices">
      <summary>{words.card.notices}</summary>
      <ul>
        {notices.map((notice) => (
          <li key={notice}>{notice}</li>
        ))}
      </ul>
    </details>
  );
}

/** Says what went wrong and offers to try once more; the other cards stay. What concerns all of them the page says. */
export function Failure({ error, retry }: { error: Error; retry: () => unknown }) {
  const known = error instanceof ApiError ? error : undefined;
  const isOfAll = usePresence().is !== 'here' && known && isPassing(known.status);
  if (isOfAll) return <p className="quiet">{words.away.waits}</p>;
  return (
    <div role="alert" className="failure">
      <p>
        {words.card.failed} {known?.status === 0 ? words.card.offline : error.message}
      </p>
      {known?.requestId && <p className="quiet">{words.card.request(known.requestId)}</p>}
      <button type="button" onClick={() => void retry()}>
        {words.card.retry}
      </button>
    </div>
  );
}

function Exports<Row>(props: {
  title: string;
  finding: string;
  body: React.RefObject<HTMLDivElement | null>;
  table: Omit<TableProps<Row>, 'name' | 'caption'> | undefined;
  picture: boolean;
  meta: Told;
}) {
  const { title, finding, body, table, picture, meta } = props;
  const about = useAbout();
  const [failed, setFailed] = useState(false);
  const draw = async () => {
    setFailed(false);
    try {
      if (!body.current) return;
      const basis = basisOf(meta, about.data);
      download(await pictureOf(body.current, { title, finding, basis }), fileName(title, meta.as_of, 'png'));
    } catch {
      setFailed(true);
    }
  };
  return (
    <div className="exports">
      {failed && <span role="alert">{words.card.pngFailed}</span>}
      {table && (
        <button
          type="button"
          className="plain"
          aria-label={words.card.csvOf(title)}
          onClick={() =>
            download(new Blob([csvOf(table)], { type: 'text/csv' }), fileName(title, meta.as_of, 'csv'))
          }
        >
          {words.card.csv}
        </button>
      )}
      {picture && (
        <button
          type="button"
          className="plain"
          aria-label={words.card.pngOf(title)}
          onClick={() => void draw()}
        >
          {words.card.png}
        </button>
      )}
    </div>
  );
}
