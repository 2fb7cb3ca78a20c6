/** Which part of the plane a plot of activations shows. */

import { type Domain, extent, paddedDomain } from "../plots/segments";

/** Beyond this a curve is cut off: exponential(10) is 22026 and would flatten everything else to a line. */
const LARGEST = 12;

export interface ShownWindow {
  readonly yDomain: Domain;
  /** The highest and lowest value that are cut off, if any. */
  readonly beyond: readonly number[];
}

export function shownWindow(lists: readonly ArrayLike<number>[]): ShownWindow {
  const [low, high] = extent(lists);
  const [bottom, top] = paddedDomain([[Math.max(low, -LARGEST), Math.min(high, LARGEST)]]);
  const beyond = [low < -LARGEST ? low : null, high > LARGEST ? high : null].filter((value) => value !== null);
  return { yDomain: [low < -LARGEST ? -LARGEST : bottom, high > LARGEST ? LARGEST : top], beyond };
}
