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

/** So many figures there are at least where some may be outliers. */
const judged = 8;

/**
 * The top of a scale on which a few outliers do not flatten the rest: at most one figure in ten lies above it, and each
 * of these is more than one and a half times as high, so that it stays above a top that is rounded up. At least 0.
 */
export function topOfMost(values: readonly (number | null)[]): number {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const few = sorted.length < judged ? 0 : Math.ceil(sorted.length / 10);
  const rest = sorted.slice(0, sorted.length - few);
  for (const value of sorted.slice(rest.length)) {
    const highest = most(rest, 0);
    if (highest > 0 && value > highest * 1.5) return highest;
    rest.push(value);
  }
  return most(rest, 0);
}
