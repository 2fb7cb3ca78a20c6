/**
 * The values of a block as they are drawn: one float32 a cell, and pooled levels of it, each half as wide
 * and half as high as the one before, that hold which of the values under each of their cells is shown.
 */

import { pooledExtent } from "../detail";
import { flatOf } from "../graph_shapes";
import type { Values } from "../graph_types";
import type { Block } from "../layout";

const NOT_A_NUMBER = 3.0e38;
const INFINITE = 3.2e38;
const EMPTY = 3.35e38;
const NO_NODE = -3.4e38;
/** Codes lie beyond this, and those of cells without a value beyond the next two. */
const LEAST_CODE = 2.9e38;
const LEAST_EMPTY = 3.3e38;
const MOST_NO_NODE = -3.35e38;

type Cells = Pick<Block, "columns" | "rows">;

/**
 * What values are multiplied with to stay within float32: 1, unless they are far beyond it. Diverging networks reach
 * 1e300 before they reach infinity.
 */
export function float32Factor(values: Values): number {
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest > 1e37 || (largest > 0 && largest < 1e-30) ? 1 / Math.max(largest, 1e-300) : 1;
}

/** Non-finite values have codes of their own. */
function encode(value: number, factor: number): number {
  if (Number.isFinite(value)) return value * factor;
  return Number.isNaN(value) ? NOT_A_NUMBER : Math.sign(value) * INFINITE;
}

/** A value stands out that is so far from the mean, as a share of the way to the outermost one. */
const STANDS_OUT = 0.9;

/** From where on values stand out from the others of their layer, below and above. */
export interface Marks {
  low: number;
  high: number;
}

/** The marks of a layer; its outermost values always stand out. */
export function standingOut(values: Values, factor: number): Marks {
  let sum = 0;
  let count = 0;
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    const scaled = value * factor;
    sum += scaled;
    count++;
    if (scaled < least) least = scaled;
    if (scaled > most) most = scaled;
  }
  if (count === 0) return { low: -1, high: 1 };
  const mean = sum / count;
  return {
    low: Math.fround(mean - STANDS_OUT * (mean - least)),
    high: Math.fround(mean + STANDS_OUT * (most - mean)),
  };
}

/** Writes the cells of a block row by row from `at` on; nodes from `known` on are empty. */
export function writeCells(
  into: Float32Array,
  at: number,
  block: Block,
  values: Values,
  factor: number,
  known = block.count,
): void {
  const cells = block.columns * block.rows;
  if (block.maps === null) {
    const filled = Math.min(known, block.count);
    for (let flat = 0; flat < filled; flat++) into[at + flat] = encode(values[flat] ?? 0, factor);
    into.fill(EMPTY, at + filled, at + block.count);
    into.fill(NO_NODE, at + block.count, at + cells);
    return;
  }
  for (let row = 0; row < block.rows; row++) {
    for (let column = 0; column < block.columns; column++) {
      const flat = flatOf(block, column, row);
      const code = flat < 0 ? NO_NODE : flat < known ? encode(values[flat] ?? 0, factor) : EMPTY;
      into[at + row * block.columns + column] = code;
    }
  }
}

/** How many cells the pooled levels have up to, not with, `level`; without it, all of them. */
export function pooledCells({ columns, rows }: Cells, level = Number.POSITIVE_INFINITY): number {
  let cells = 0;
  for (let one = 1; one < level; one++) {
    const wide = pooledExtent(columns, one);
    const high = pooledExtent(rows, one);
    cells += wide * high;
    if (wide === 1 && high === 1) break;
  }
  return cells;
}

/** What a cell holds. */
export function holds(cell: number): "value" | "not finite" | "empty" | "no node" {
  if (isValue(cell)) return "value";
  if (cell < MOST_NO_NODE) return "no node";
  return cell > LEAST_EMPTY ? "empty" : "not finite";
}

/** Whether it is a value, and none of the codes. */
function isValue(cell: number): boolean {
  return Math.abs(cell) < LEAST_CODE;
}

/**
 * What is shown of nodes that share a cell: one of them, or the outermost where that stands out, so that no extreme is
 * lost. A mean would be grey wherever there is life.
 */
function shownOf(one: number, least: number, most: number, { low, high }: Marks): number {
  if (!isValue(most)) return most;
  if (!isValue(least)) return least;
  const above = most - high;
  const below = low - least;
  if (isValue(one) && above < 0 && below < 0) return one;
  return above >= below ? most : least;
}

/**
 * Writes the pooled levels of the cells from `at` on, from the first level, to `to` and on.
 *
 * Cells without a node do not count, empty ones only where there is nothing else; what is not finite always wins.
 */
export function writePools(into: Float32Array, to: number, at: number, grid: Cells, marks: Marks): void {
  let { columns, rows } = grid;
  let low = into.subarray(at, at + columns * rows);
  let high = low;
  let end = to;
  for (let level = 1; columns > 1 || rows > 1; level++) {
    const wide = Math.ceil(columns / 2);
    const tall = Math.ceil(rows / 2);
    const lower = new Float32Array(wide * tall);
    const higher = new Float32Array(wide * tall);
    for (let row = 0; row < tall; row++) {
      const lastRow = Math.min(2 * row + 1, rows - 1);
      for (let column = 0; column < wide; column++) {
        const lastColumn = Math.min(2 * column + 1, columns - 1);
        let least = Infinity;
        let most = -Infinity;
        let empty = false;
        for (let y = 2 * row; y <= lastRow; y++) {
          for (let x = 2 * column; x <= lastColumn; x++) {
            const smallest = low[y * columns + x] as number;
            if (smallest < MOST_NO_NODE) continue;
            if (smallest > LEAST_EMPTY) {
              empty = true;
              continue;
            }
            const largest = high[y * columns + x] as number;
            if (smallest < least) least = smallest;
            if (largest > most) most = largest;
          }
        }
        if (least === Infinity) least = most = empty ? EMPTY : NO_NODE;
        lower[row * wide + column] = least;
        higher[row * wide + column] = most;
        const one = into[at + (row << level) * grid.columns + (column << level)] as number;
        into[end++] = shownOf(one, least, most, marks);
      }
    }
    low = lower;
    high = higher;
    columns = wide;
    rows = tall;
  }
}
