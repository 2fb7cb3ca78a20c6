/** The window that a node looks at, taken apart into one grid for each input map. Only places are computed here; every
 * number is one of the explanation's. */

import type { Explanation, NodeReference, Term, WindowPlace } from "./wire";

/** One cell of a window: a node of the input, or padding. */
export interface WindowCell {
  /** Row and column in the input; they may lie outside of it. */
  row: number;
  column: number;
  term: Term | null;
}

/** The part of a window that lies in one input map. */
export interface WindowGrid {
  channel: number;
  rows: number;
  columns: number;
  /** Row by row. */
  cells: WindowCell[];
  /** Σ of its products; null where the operation has none. */
  sum: number | null;
}

/** Row and column of a node in its map, and the map; the steps of a sequence are the columns of one row. */
export function placeOf(index: readonly number[]): { row: number; column: number; channel: number } {
  const [first = 0, second = 0, third = 0] = index;
  if (index.length === 3) return { row: first, column: second, channel: third };
  return { row: 0, column: first, channel: second };
}

/** The index of a node from its place, for a layer of as many axes. */
export function indexAt(axes: number, row: number, column: number, channel: number): number[] {
  return axes === 3 ? [row, column, channel] : [column, channel];
}

/** Rows and columns of the maps of a layer; a sequence has one row. */
export function mapSize(shape: readonly number[]): { rows: number; columns: number; channels: number } {
  const [first = 1, second = 1, third = 1] = shape;
  if (shape.length === 3) return { rows: first, columns: second, channels: third };
  return { rows: 1, columns: first, channels: second };
}

/** Start, size, strides and dilation for rows and columns. */
export interface Window2D {
  start: [number, number];
  size: [number, number];
  strides: [number, number];
  dilation: [number, number];
}

export function rowsAndColumns({ start, size, strides, dilation }: WindowPlace): Window2D {
  const pair = (values: readonly number[], single: number): [number, number] =>
    values.length > 1 ? [values[0] ?? single, values[1] ?? single] : [single, values[0] ?? single];
  return { start: pair(start, 0), size: pair(size, 1), strides: pair(strides, 1), dilation: pair(dilation, 1) };
}

/** How far a window reaches, gaps included. */
export function spanOf({ size, dilation }: Window2D): { rows: number; columns: number } {
  return { rows: (size[0] - 1) * dilation[0] + 1, columns: (size[1] - 1) * dilation[1] + 1 };
}

const known = new WeakMap<Explanation, WindowGrid[]>();

/** The grids of an explanation with a window, in the order of the input maps. */
export function windowGrids(explanation: Explanation): WindowGrid[] {
  let grids = known.get(explanation);
  if (grids === undefined) {
    grids = makeGrids(explanation);
    known.set(explanation, grids);
  }
  return grids;
}

function makeGrids({ window, terms, channels }: Explanation): WindowGrid[] {
  if (window === undefined) return [];
  const { start, size, dilation } = rowsAndColumns(window);
  const [rows, columns] = size;
  const sums = new Map((channels ?? []).map(({ channel, sum }) => [channel, sum]));
  const grids = new Map<number, WindowGrid>();
  const gridOf = (channel: number): WindowGrid => {
    let grid = grids.get(channel);
    if (grid === undefined) {
      const cells = Array.from({ length: rows * columns }, (_, at): WindowCell => {
        const row = start[0] + Math.floor(at / columns) * dilation[0];
        return { row, column: start[1] + (at % columns) * dilation[1], term: null };
      });
      grid = { channel, rows, columns, cells, sum: sums.get(channel) ?? null };
      grids.set(channel, grid);
    }
    return grid;
  };
  for (const channel of sums.keys()) gridOf(channel);
  for (const term of terms) {
    const { row, column, channel } = placeOf(term.source.index);
    const cell = gridOf(channel).cells[((row - start[0]) / dilation[0]) * columns + (column - start[1]) / dilation[1]];
    if (cell !== undefined) cell.term = term;
  }
  return [...grids.values()].sort((a, b) => a.channel - b.channel);
}

/** The node of the same map whose window has a cell of the input nearest to its middle. */
export function nodeLookingAt(
  explanation: Explanation,
  shape: readonly number[],
  row: number,
  column: number,
  source: readonly number[],
): NodeReference | null {
  if (explanation.window === undefined) return null;
  const own = placeOf(explanation.index);
  if (explanation.kind.includes("Transpose")) {
    // Its windows stand on the output: a pixel of the input is spread over that part of it.
    const from = mapSize(source);
    const to = mapSize(shape);
    const at = [((row + 0.5) * to.rows) / from.rows, ((column + 0.5) * to.columns) / from.columns].map(Math.floor);
    return { layer: explanation.layer, index: indexAt(shape.length, at[0] ?? 0, at[1] ?? 0, own.channel) };
  }
  const window = rowsAndColumns(explanation.window);
  const { start, strides } = window;
  const { rows, columns } = mapSize(shape);
  const span = spanOf(window);
  const position = (at: number, first: number, stride: number, now: number, reach: number, count: number) => {
    const before = now * stride - first;
    const wanted = Math.round((at + before - (reach - 1) / 2) / stride);
    return Math.min(Math.max(wanted, 0), count - 1);
  };
  const toRow = position(row, start[0], strides[0], own.row, span.rows, rows);
  const toColumn = position(column, start[1], strides[1], own.column, span.columns, columns);
  return { layer: explanation.layer, index: indexAt(shape.length, toRow, toColumn, own.channel) };
}

/** The next position of a window, row by row; back to the first after the last. */
export function nextNode(node: NodeReference, shape: readonly number[], by: number): NodeReference {
  const { row, column, channel } = placeOf(node.index);
  const { rows, columns } = mapSize(shape);
  const count = rows * columns;
  const at = (row * columns + column + by + count) % count;
  return { layer: node.layer, index: indexAt(shape.length, Math.floor(at / columns), at % columns, channel) };
}
