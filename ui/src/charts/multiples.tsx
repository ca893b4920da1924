import { type ReactNode, useState } from 'react';

const first = 8;

interface MultiplesProps<Item> {
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** What to write on the button for all of them, where only the first eight are shown until somebody asks. */
  toggle?: (all: boolean, count: number) => string;
  /** Few and large rather than many and small. */
  wide?: boolean;
  /** A small chart; whoever draws it gives all of them one scale. */
  children: (item: Item) => ReactNode;
}

/** A grid of small charts of one kind. */
export function Multiples<Item>(props: MultiplesProps<Item>) {
  const { items, keyOf, toggle, wide = false, children } = props;
  const [all, setAll] = useState(false);
  const shown = all || !toggle ? items : items.slice(0, first);
  return (
    <>
      <div className={wide ? 'multiples wide' : 'multiples'}>
        {shown.map((item) => (
          <div key={keyOf(item)}>{children(item)}</div>
        ))}
      </div>
      {toggle && items.length > first && (
        <button type="button" aria-expanded={all} onClick={() => setAll(!all)}>
          {toggle(all, items.length)}
        </button>
      )}
    </>
  );
}
