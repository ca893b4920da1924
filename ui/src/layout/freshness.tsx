import { useId } from 'react';
import { ageOf, daysOld } from '../age.ts';
import { type About, useAbout } from '../api/client.ts';
import { instant } from '../format.ts';
import { DataTable } from '../parts/data-table.tsx';
import { words } from '../words.ts';

type Source = About['sources'][number];

/** How old the data are, and the state of each source behind a button. */
export function Freshness() {
  const about = useAbout();
  const popover = useId();
  if (!about.data) return <span className="freshness" />;
  const { as_of, cloud_as_of, timezone, sources, reload_error } = about.data;
  const failed = sources.filter((source) => source.state !== 'ok').length + (reload_error ? 1 : 0);
  const text = as_of ?? cloud_as_of;
  const days = daysOld(
    Date.now(),
    sources.map((source) => source.covered_to),
    text,
  );
  const age = ageOf(days);
  return (
    <span className="freshness">
      <button type="button" popoverTarget={popover} className="plain">
        <span className={`dot ${failed > 0 ? 'bad' : text ? age : 'none'}`} aria-hidden="true" />
        {text ? words.asOf(instant(text, timezone)) : words.noData}
        {failed > 0 && ` · ${words.sourcesFailed(failed)}`}
        {text && ` · ${age === 'fresh' ? words.fresh : words[age](words.days(days), sources.length > 0)}`}
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
