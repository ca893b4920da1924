import { type ReactNode, useState } from 'react';

/** What the button says: with how many rows there are, and with how many are shown first. */
interface Labels {
  readonly all: (count: number) => string;
  readonly fewer: (count: number) => string;
}

/** The first rows of a list, and a button for the others. */
export function useSome<Row>(
  rows: readonly Row[],
  labels: Labels,
  shownFirst = 12,
): { rows: readonly Row[]; more: ReactNode } {
  const [all, showAll] = useState(false);
  return {
    rows: all ? rows : rows.slice(0, shownFirst),
    more: rows.length > shownFirst && (
      <button type="button" className="plain" aria-expanded={all} onClick={() => showAll(!all)}>
        {all ? labels.fewer(shownFirst) : labels.all(rows.length)}
      </button>
    ),
  };
}
