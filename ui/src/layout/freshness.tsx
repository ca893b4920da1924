import { useId } from 'react';
import { type About, useAbout } from '../api/client.ts';
import { instant } from '../format.ts';
import { DataTable } from '../parts/data-table.tsx';
import { words } from '../words.ts';

type Source = About['sources'][number];

const day = 86_400_000;
/** Days after which data are called old: an import each night is never late by that much. */
const tolerated = 2;

/** How old the data are, and the state of each source behind a button. */
export function Freshness() {
  const about = useAbout();
  const popover = useId();
  if (!about.data) return <span className="freshness" />;
  const { as_of, cloud_as_of, timezone, sources, reload_error } = about.data;
  const failed = sources.filter((source) => source.state !== 'ok').length + (reload_error ? 1 : 0);
  const text = as_of ?? cloud_as_of;
  const age = ageOf(sources);
  return (
    <span className="freshness">
      <button type="button" popoverTarget={popover} className="plain">
        <span className={failed > 0 ? 'dot bad' : 'dot'} aria-hidden="true" />
        {text ? words.asOf(instant(text, timezone)) : words.noData}
        {failed > 0 && ` · ${words.sourcesFailed(failed)}`}
        {age >= tolerated && ` · ${words.sourcesStale(words.days(age))}`}
      </button>
      <div id={popover} popover="auto" className="popover wide">
        <h2>{words.sources}</h2>
        {reload_error && <p role="alert">{words.reloadFailed(reload_error)}</p>}
        <DataTable<Source>
          name={words.sources}
          caption={words.sourcesCaption}
          rows={sources}
          columns={[
            { title: words.sourceColumns.source, value: (row) => row.label ?? row.subject, head: true },
            { title: words.sourceColumns.scope, value: (row) => row.scope.replaceAll('_', ' ') },
            { title: words.sourceColumns.state, value: (row) => row.state },
            {
              title: words.sourceColumns.coveredTo,
              value: (row) => row.covered_to ?? null,
              text: (row) => (row.covered_to ? instant(row.covered_to, timezone) : words.noData),
            },
            { title: words.sourceColumns.message, value: (row) => row.message ?? null },
          ]}
        />
      </div>
    </span>
  );
}

/** Whole days since the source that is farthest behind; those that failed are counted apart. */
function ageOf(sources: readonly Source[]): number {
  const covered = sources.flatMap(({ covered_to }) => (covered_to ? [Date.parse(covered_to)] : []));
  return covered.length === 0 ? 0 : Math.floor((Date.now() - Math.min(...covered)) / day);
}
