import { words } from '../words.ts';

type By = 'week' | 'month';

/** Weeks or months: where it is of some cards alone, it stands in them. */
export function Grain({ by, choose }: { by: By; choose: (by: By) => void }) {
  return (
    <label>
      {words.filters.by}
      <select value={by} onChange={(event) => choose(event.target.value === 'month' ? 'month' : 'week')}>
        <option value="week">{words.filters.week}</option>
        <option value="month">{words.filters.month}</option>
      </select>
    </label>
  );
}
