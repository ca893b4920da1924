import { type ReactNode, useState } from 'react';
import { words } from '../../words.ts';

const shownFirst = 12;

/** The first rows of a list, and a button for the others. */
export function useSome<Row>(rows: readonly Row[]): { rows: readonly Row[]; more: ReactNode } {
  const [all, showAll] = useState(false);
  return {
    rows: all ? rows : rows.slice(0, shownFirst),
    more: rows.length > shownFirst && (
      <button type="button" className="plain" onClick={() => showAll(!all)}>
        {all ? words.dora.fewer : words.dora.all(rows.length)}
      </button>
    ),
  };
}
