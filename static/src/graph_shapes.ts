/** How the nodes of one layer are arranged in a grid: which cell a node has, and which node a cell has. */

import { sizeOf } from "./graph_types";

/**
 * Feature maps of a (height, width, channels) layer, `across` of them side by side: tiles of `width` × `height` cells,
 * each with free cells around it, to the right `gapX` and above, where its name goes, `gapY`. The first `lead` tiles have
 * no nodes: the colour picture that three channels make together.
 */
export interface Maps {
  height: number;
  width: number;
  channels: number;
  across: number;
  gapX: number;
  gapY: number;
  lead: number;
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
  | { kind: "maps"; count: number; width: number; height: number; channels: number; lead: number };

/** What a shape looks like: a picture keeps its rows and columns, maps their height and width. Where the channels are
 * also shown as one colour picture, that stands before them. */
export function formOf(shape: readonly number[], coloured = false): Form {
  const count = sizeOf(shape);
  const [first = 1, second = 1, third = 1] = shape;
  if (shape.length === 3 && first > 1 && second > 1) {
    if (third > 1) {
      return { kind: "maps", count, height: first, width: second, channels: third, lead: coloured ? 1 : 0 };
    }
    return { kind: "picture", count, columns: second, rows: first };
  }
  if (shape.length === 2 && first > 1 && second > 1) {
    return { kind: "picture", count, columns: second, rows: first };
  }
  return { kind: "vector", count };
}

/** Free cells beside and above each map. They grow with the maps, so that names find room there. */
export function mapGaps({ width, height }: { width: number; height: number }): { x: number; y: number } {
  return { x: Math.max(1, Math.round(0.1 * width)), y: Math.max(1, Math.round(0.25 * height)) };
}

/** The tiling of maps, `across` side by side. */
export function tileMaps(form: Form & { kind: "maps" }, across: number): Grid {
  const { count, width, height, channels, lead } = form;
  const { x: gapX, y: gapY } = mapGaps(form);
  const down = Math.ceil((channels + lead) / across);
  return {
    count,
    maps: { height, width, channels, across, gapX, gapY, lead },
    columns: across * (width + gapX) - gapX,
    rows: down * (height + gapY),
  };
}

/** Cell of the upper left corner of a tile; the first map stands in tile `lead`. */
export function tileCell(maps: Maps, tile: number): { column: number; row: number } {
  return {
    column: (tile % maps.across) * (maps.width + maps.gapX),
    row: Math.floor(tile / maps.across) * (maps.height + maps.gapY) + maps.gapY,
  };
}

/** Cell of a node; `flat` is its index in C order. */
export function cellOf(grid: Grid, flat: number): { column: number; row: number } {
  const { maps } = grid;
  if (maps === null) return { column: flat % grid.columns, row: Math.floor(flat / grid.columns) };
  const channel = flat % maps.channels;
  const pixel = Math.floor(flat / maps.channels);
  const { column, row } = tileCell(maps, channel + maps.lead);
  return { column: column + (pixel % maps.width), row: row + Math.floor(pixel / maps.width) };
}

/** Tile and pixel of a cell; null in the gaps. */
function tileAt(grid: Grid, maps: Maps, column: number, row: number): { tile: number; pixel: number } | null {
  if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
  const x = column % (maps.width + maps.gapX);
  const y = (row % (maps.height + maps.gapY)) - maps.gapY;
  if (x >= maps.width || y < 0) return null;
  const down = Math.floor(row / (maps.height + maps.gapY));
  return { tile: down * maps.across + Math.floor(column / (maps.width + maps.gapX)), pixel: y * maps.width + x };
}

/** Node in a cell, or -1 where there is none: the inverse of `cellOf`. */
export function flatOf(grid: Grid, column: number, row: number): number {
  const { maps } = grid;
  if (maps === null) {
    if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return -1;
    const flat = row * grid.columns + column;
    return flat < grid.count ? flat : -1;
  }
  const at = tileAt(grid, maps, column, row);
  const channel = at === null ? -1 : at.tile - maps.lead;
  return at !== null && channel >= 0 && channel < maps.channels ? at.pixel * maps.channels + channel : -1;
}

/** Node that a cell stands for when it is pointed at: its own, or in the colour picture that of the first channel. */
export function flatPointedAt(grid: Grid, column: number, row: number): number {
  const { maps } = grid;
  if (maps === null || maps.lead === 0) return flatOf(grid, column, row);
  const at = tileAt(grid, maps, column, row);
  return at !== null && at.tile < maps.lead ? at.pixel * maps.channels : flatOf(grid, column, row);
}

/** The node nearest to a cell, which may lie beside the grid or in a gap. */
export function nearestFlat(grid: Grid, column: number, row: number): number {
  const { maps } = grid;
  const clamped = (at: number, end: number) => Math.min(Math.max(at, 0), end - 1);
  if (maps === null) {
    return Math.min(clamped(row, grid.rows) * grid.columns + clamped(column, grid.columns), grid.count - 1);
  }
  const wide = maps.width + maps.gapX;
  const high = maps.height + maps.gapY;
  const tileColumn = clamped(Math.floor(column / wide), maps.across);
  const tileRow = clamped(Math.floor(row / high), grid.rows / high);
  const x = clamped(column - tileColumn * wide, maps.width);
  const y = clamped(row - tileRow * high - maps.gapY, maps.height);
  const channel = clamped(tileRow * maps.across + tileColumn - maps.lead, maps.channels);
  return (y * maps.width + x) * maps.channels + channel;
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
