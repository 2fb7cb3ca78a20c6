/** How the nodes of one layer are arranged in a grid: which cell a node has, and which node a cell has. */

import { sizeOf } from "./graph_types";

/** Feature maps of a (height, width, channels) layer, `across` of them side by side, one free cell between. */
export interface Maps {
  height: number;
  width: number;
  channels: number;
  across: number;
}

/** A grid of `count` nodes, row by row; or a tiling of feature maps. */
export interface Grid {
  columns: number;
  rows: number;
  count: number;
  maps: Maps | null;
}

export type Form =
  | { kind: "vector"; count: number }
  | { kind: "picture"; count: number; columns: number; rows: number }
  | { kind: "maps"; count: number; width: number; height: number; channels: number };

/** What a shape looks like: a picture keeps its rows and columns, maps their height and width. */
export function formOf(shape: readonly number[]): Form {
  const count = sizeOf(shape);
  const [first = 1, second = 1, third = 1] = shape;
  if (shape.length === 3 && first > 1 && second > 1) {
    if (third > 1) return { kind: "maps", count, height: first, width: second, channels: third };
    return { kind: "picture", count, columns: second, rows: first };
  }
  if (shape.length === 2 && first > 1 && second > 1) {
    return { kind: "picture", count, columns: second, rows: first };
  }
  return { kind: "vector", count };
}

/** Cell of a node; `flat` is its index in C order. */
export function cellOf(grid: Grid, flat: number): { column: number; row: number } {
  const { maps } = grid;
  if (maps === null) return { column: flat % grid.columns, row: Math.floor(flat / grid.columns) };
  const channel = flat % maps.channels;
  const pixel = Math.floor(flat / maps.channels);
  return {
    column: (channel % maps.across) * (maps.width + 1) + (pixel % maps.width),
    row: Math.floor(channel / maps.across) * (maps.height + 1) + Math.floor(pixel / maps.width),
  };
}

/** Node in a cell, or -1 where there is none: the inverse of `cellOf`. */
export function flatOf(grid: Grid, column: number, row: number): number {
  if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return -1;
  const { maps } = grid;
  if (maps === null) {
    const flat = row * grid.columns + column;
    return flat < grid.count ? flat : -1;
  }
  const x = column % (maps.width + 1);
  const y = row % (maps.height + 1);
  if (x === maps.width || y === maps.height) return -1;
  const channel = Math.floor(row / (maps.height + 1)) * maps.across + Math.floor(column / (maps.width + 1));
  return channel < maps.channels ? (y * maps.width + x) * maps.channels + channel : -1;
}

/** The fewest lines of at most `room` nodes that hold `count` nodes. */
export function wrapTightly(count: number, room: number): number {
  return Math.max(1, Math.ceil(count / Math.max(1, Math.floor(room))));
}

/**
 * How many lines of at most `room` nodes hold `count` nodes: the fewest, or up to half as many again where the
 * nodes then fill every line, because a whole rectangle reads better than one with a ragged end.
 */
export function wrapEvenly(count: number, room: number): number {
  const fewest = wrapTightly(count, room);
  for (let lines = fewest; lines <= Math.ceil(fewest * 1.5); lines++) {
    if (count % lines === 0) return lines;
  }
  return fewest;
}
