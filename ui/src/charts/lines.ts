/** A line over periods, some of which have no figure. */
export interface Piece {
  index: number;
  value: number;
}

/** Pieces of a line without gaps: nothing is drawn over what is missing. */
export function pieces(values: readonly (number | null)[]): Piece[][] {
  const found: Piece[][] = [];
  let open: Piece[] | undefined;
  values.forEach((value, index) => {
    if (value === null) {
      open = undefined;
      return;
    }
    if (!open) {
      open = [];
      found.push(open);
    }
    open.push({ index, value });
  });
  return found;
}

/** The largest figure, at least `least`. */
export function most(values: Iterable<number | null | undefined>, least = 1): number {
  let found = least;
  for (const value of values) if (value != null && value > found) found = value;
  return found;
}
