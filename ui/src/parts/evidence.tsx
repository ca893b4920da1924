import { useInfiniteQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { addressOf, type EvidencePath, get, type Params, worthRetrying } from '../api/client.ts';
import { instant } from '../format.ts';
import { words } from '../words.ts';
import { Failure } from './card.tsx';
import { type Cell, type Column, DataTable } from './data-table.tsx';

type Row = Record<string, Cell>;
interface Page {
  data: Row[];
  meta: { count: number; next_cursor: string | null; timezone: string };
}

interface EvidenceProps {
  path: EvidencePath;
  params: Params;
  /** Of the card. */
  title: string;
  /** The figure: a week, a step. */
  label: string;
  /** What is on the button where there is no room for more, and several stand side by side: what the rows are. */
  rows?: string;
}

/** A button that lists the rows behind one figure. */
export function Evidence(props: EvidenceProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const title = words.evidence.title(props.title, props.label);
  return (
    <>
      <button
        type="button"
        className="plain"
        {...(props.rows && { 'aria-label': `${words.evidence.open(props.label)}: ${props.rows}` })}
        onClick={() => {
          setOpen(true);
          dialog.current?.showModal();
        }}
      >
        {props.rows ?? words.evidence.open(props.label)}
      </button>
      <dialog ref={dialog} className="evidence" aria-label={title} onClose={() => setOpen(false)}>
        {open && (
          <>
            <header>
              <h2>{title}</h2>
              <button type="button" onClick={() => dialog.current?.close()}>
                {words.evidence.close}
              </button>
            </header>
            <Rows {...props} />
          </>
        )}
      </dialog>
    </>
  );
}

function Rows({ path, params }: EvidenceProps) {
  const query = useInfiniteQuery({
    queryKey: [addressOf(path, params), 'pages'],
    queryFn: ({ pageParam, signal }) => get<Page>(addressOf(path, { ...params, cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.meta.next_cursor ?? undefined,
    retry: worthRetrying,
  });
  if (query.error) return <Failure error={query.error} retry={query.refetch} />;
  if (!query.data) return <p role="status">{words.card.loading}</p>;
  const [first] = query.data.pages;
  const rows = query.data.pages.flatMap((page) => page.data);
  if (!first || rows.length === 0) return <p>{words.evidence.none}</p>;
  return (
    <>
      <p>{words.evidence.count(first.meta.count)}</p>
      <DataTable
        name={words.evidence.table}
        caption={words.evidence.table}
        rows={rows}
        columns={columnsOf(rows, first.meta.timezone)}
      />
      {query.hasNextPage && (
        <button type="button" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {words.evidence.more}
        </button>
      )}
    </>
  );
}

/** The columns of any list of evidence: what names the row first, with its link. */
function columnsOf(rows: readonly Row[], timezone: string): Column<Row>[] {
  const keys = Object.keys(rows[0] ?? {}).filter((key) => key !== 'url' && key !== 'project_id');
  return keys.map((key) => {
    const column: Column<Row> = {
      title: words.columns[key] ?? key.replaceAll('_', ' '),
      value: (row) => row[key] ?? null,
    };
    if (key === 'id') {
      column.head = true;
      column.link = (row) => safeLink(row.url);
    }
    if (rows.some((row) => typeof row[key] === 'string' && /^\d{4}-\d\d-\d\dT/.test(row[key]))) {
      column.text = (row) => instant(String(row[key]), timezone);
    }
    return column;
  });
}

/** Addresses come from imported data: only what a browser opens as a page is a link. */
export function safeLink(address: Cell | undefined): string | null {
  return typeof address === 'string' && /^https?:\/\//.test(address) ? address : null;
}
