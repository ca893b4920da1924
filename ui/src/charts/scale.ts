import { nice, ticks } from 'd3-array';

/** A straight line from values to pixels. */
export interface Scale {
  (value: number): number;
  invert: (pixels: number) => number;
  /** About so many round values within the scale. */
  ticks: (count: number) => number[];
}

/** From `low` to `high` over pixels; the ends are made round for about so many `steps` where that is said. */
export function scaleOf(
  [low, high]: readonly [number, number],
  [first, last]: readonly [number, number],
  steps?: number,
): Scale {
  const [start, end] = steps === undefined ? [low, high] : nice(low, high, steps);
  const perPixel = (end - start) / (last - first);
  return Object.assign((value: number) => first + (value - start) / perPixel, {
    invert: (pixels: number) => start + (pixels - first) * perPixel,
    ticks: (count: number) => ticks(start, end, count),
  });
}
