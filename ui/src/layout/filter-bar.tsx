import { useId, useState } from 'react';
import type { Meta } from '../api/client.ts';
import { type List, lists } from '../filters.ts';
import { firstOfMonth, isoDay, monthsBefore } from '../period.ts';
import { words } from '../words.ts';
import { DayField } from './day-field.tsx';
import type { PageState } from './page-state.tsx';

const presets = [3, 6, 12, 24] as const;

interface FilterBarProps {
  state: PageState;
  /** Lists that this page can apply. The others stay in the address and are named as inactive. */
  applies: readonly List[];
  /** Runs can be told apart by their branch. */
  branches?: boolean;
  /** Periods begin with the first day of a month. */
  wholeMonths?: boolean;
  /** What the server said it applied, where it has answered. */
  meta?: Meta | undefined;
}

const nothing = Object.fromEntries(
  ['from', 'to', 'by', 'ref', 'month', ...lists].map((name) => [name, undefined]),
);

/** Period, lists, and what becomes of them on this page. */
export function FilterBar({ state, applies, branches = false, wholeMonths = false, meta }: FilterBarProps) {
  const { about, filters, from, to, change, unknown } = state;
  const t = words.filters;
  const names: Record<List, string> = {
    project: t.project,
    repo: t.repo,
    team: t.team,
    service: t.service,
    type: t.type,
  };
  const options: Record<List, readonly (readonly [string, string])[]> = {
    project: about?.projects.map((project) => [project.id, project.name] as const) ?? [],
    repo: about?.repositories.map((repo) => [repo, repo] as const) ?? [],
    team: about?.teams.map((team) => [team, team] as const) ?? [],
    service: about?.services.map((service) => [service, service] as const) ?? [],
    type: about?.types.map((type) => [type, type] as const) ?? [],
  };
  const inactive = lists.filter(
    (list) => filters[list] && (!applies.includes(list) || meta?.filters.inactive.includes(list)),
  );
  const without = [
    ...inactive.map((list) => `${names[list]} (${filters[list]?.join(', ')})`),
    ...(filters.ref && !branches ? [`${t.ref} (${t.defaultBranch})`] : []),
    ...(filters.month ? [`${words.month} (${filters.month})`] : []),
  ];
  return (
    <section className="filters" aria-label={t.label}>
      <Presets state={state} wholeMonths={wholeMonths} />
      <DayField name={t.from} value={from} commit={(day) => change({ from: day })} />
      <DayField name={t.to} value={to} commit={(day) => change({ to: day })} />
      {lists.map((list) =>
        applies.includes(list) && options[list].length > 0 ? (
          <Choice
            key={list}
            name={names[list]}
            options={options[list]}
            chosen={filters[list] ?? []}
            choose={(values) => change({ [list]: values.length > 0 ? values : undefined })}
          />
        ) : null,
      )}
      {branches && (
        <label>
          {t.ref}
          <select
            value={filters.ref ?? 'all'}
            onChange={({ target }) => change({ ref: target.value === 'default' ? 'default' : undefined })}
          >
            <option value="all">{t.allBranches}</option>
            <option value="default">{t.defaultBranch}</option>
          </select>
        </label>
      )}
      <Actions state={state} />
      {without.length > 0 && <p className="note">{t.inactive(without.join(', '))}</p>}
      {filters.ref && branches && <p className="note">{words.ci.onlyRuns}</p>}
      <Edges state={state} />
      {unknown.length > 0 && <p className="note">{t.unknown(unknown.join(', '))}</p>}
      <p className="in-print">
        {t.showing(
          [
            `${from} – ${to}`,
            ...(filters.ref && branches ? [`${t.ref}: ${t.defaultBranch}`] : []),
            ...lists.flatMap((list) =>
              filters[list] && !inactive.includes(list)
                ? [`${names[list]}: ${filters[list].join(', ')}`]
                : [],
            ),
          ].join(' · '),
        )}
      </p>
    </section>
  );
}

/** What can be done with any view: to hand it on, to print it, to leave its filters. */
export function Actions({ state: { filters, change } }: { state: PageState }) {
  const t = words.filters;
  return (
    <div className="actions">
      <CopyLink />
      <button type="button" onClick={() => window.print()}>
        {t.print}
      </button>
      {Object.keys(filters).length > 0 && (
        <button
          type="button"
          onClick={() => {
            change(nothing);
          }}
        >
          {t.clear}
        </button>
      )}
    </div>
  );
}

/** Says where the data begin or end within the period. */
function Edges({ state: { covered, from, to, toNearest } }: { state: PageState }) {
  if (!covered || toNearest) return null;
  return (
    <>
      {from < covered.from && <p className="note">{words.filters.begin(covered.from)}</p>}
      {to > covered.to && <p className="note">{words.filters.end(covered.to)}</p>}
    </>
  );
}

function Presets({ state, wholeMonths }: { state: PageState; wholeMonths: boolean }) {
  const { filters, from, to, change } = state;
  const end = to ? new Date(`${to}T00:00:00Z`) : undefined;
  const startOf = (months: number) => {
    const start = end && isoDay(monthsBefore(end, months));
    return start && wholeMonths ? firstOfMonth(start) : start;
  };
  const isOn = (months: number) => from !== '' && from === startOf(months);
  return (
    <fieldset className="presets">
      <legend>{words.filters.period}</legend>
      <div>
        {presets.map((months) => (
          <button
            key={months}
            type="button"
            aria-pressed={isOn(months)}
            aria-label={words.filters.monthsLong(months)}
            disabled={!end}
            onClick={() => {
              const usual = months === state.usualMonths && !filters.to;
              change({ from: usual ? undefined : startOf(months) });
            }}
          >
            {words.filters.months(months)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** Several of a list, as boxes to tick behind a button. */
export function Choice(props: {
  name: string;
  options: readonly (readonly [string, string])[];
  chosen: readonly string[];
  choose: (values: string[]) => void;
}) {
  const { name, options, chosen, choose } = props;
  const popover = useId();
  const label = useId();
  const first = options.find(([value]) => value === chosen[0])?.[1] ?? chosen[0];
  const text =
    chosen.length === 0
      ? words.filters.all
      : chosen.length === 1
        ? first
        : words.filters.chosen(chosen.length);
  return (
    <div className="choice">
      <span id={label}>{name}</span>
      <button type="button" popoverTarget={popover} aria-labelledby={`${label} ${popover}text`}>
        <span id={`${popover}text`}>{text}</span>
      </button>
      <fieldset id={popover} popover="auto" className="popover">
        <legend>{name}</legend>
        {options.map(([value, text]) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) =>
                choose(
                  event.target.checked
                    ? [...chosen, value].sort()
                    : chosen.filter((other) => other !== value),
                )
              }
            />
            {text}
          </label>
        ))}
      </fieldset>
    </div>
  );
}

function CopyLink() {
  const [told, tell] = useState('');
  return (
    <>
      <button
        type="button"
        onClick={() => {
          navigator.clipboard
            ?.writeText(window.location.href)
            .then(() => tell(words.filters.copied))
            .catch(() => tell(words.filters.copyFailed));
          if (!navigator.clipboard) tell(words.filters.copyFailed);
          setTimeout(() => tell(''), 4_000);
        }}
      >
        {words.filters.copy}
      </button>
      <span role="status" className="told">
        {told}
      </span>
    </>
  );
}
