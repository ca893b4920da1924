import type { About, Meta } from '../api/client.ts';
import { dayOf } from '../filters.ts';
import { instant } from '../format.ts';
import { words } from '../words.ts';

/** Which rows a picture shows: period, filters and the time of the data, since it leaves its page. */
export function basisOf(
  { as_of, filters, timezone }: Pick<Meta, 'as_of' | 'filters' | 'timezone'>,
  about: Pick<About, 'projects'> | undefined,
): string {
  const { from = [], to = [], ...lists } = filters.applied as Record<string, string[]>;
  const { project, repo, team, type } = words.filters;
  const names: Record<string, string> = { project, repo, team, type };
  const last = to[0] ?? (as_of ? dayOf(as_of, timezone) : '');
  const nameOf = (list: string, value: string) =>
    (list === 'project' ? about?.projects.find(({ id }) => id === value)?.name : undefined) ?? value;
  const said = Object.entries(lists).map(
    ([list, values]) => `${names[list] ?? list}: ${values.map((value) => nameOf(list, value)).join(', ')}`,
  );
  return [
    ...(from[0] ? [`${from[0]} – ${last}`] : []),
    ...said,
    ...(as_of ? [words.asOf(instant(as_of, timezone))] : []),
  ].join(' · ');
}
