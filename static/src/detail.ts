/** What of a layer can be told apart at its size on screen. */

import type { Camera } from "./camera";
import type { Block } from "./layout";

export type Detail = "heat" | "disc" | "number";

/** Cells closer than this many pixels are squares of a heat map. */
export const DISC_PITCH = 6;
/** Discs from this diameter on have room for a number. */
export const NUMBER_DIAMETER = 28;

/** Pixels are a little smaller than this, so that every cell of a pooled level has the middle of one. */
const LEAST_CELL = 1.001;

/** How many cells of a pooled level cover `cells` of the grid: each level halves the one before. */
export function pooledExtent(cells: number, level: number): number {
  return Math.ceil(cells / 2 ** level);
}

/**
 * The pooled level to draw a grid with that has `width` × `height` pixels: the finest whose cells are no smaller than a
 * pixel, so that none of them is missed; 0 where every node has a pixel of its own.
 */
export function poolingLevel(grid: Pick<Block, "columns" | "rows">, width: number, height: number): number {
  const tooSmall = (cells: number, pixels: number) => cells > 1 && cells * LEAST_CELL > pixels;
  let level = 0;
  while (tooSmall(pooledExtent(grid.columns, level), width) || tooSmall(pooledExtent(grid.rows, level), height))
    level++;
  return level;
}

/** Level of detail of one layer (design, section 4). */
export function levelOfDetail(block: Pick<Block, "pitchX" | "pitchY" | "diameter">, camera: Camera): Detail {
  if (Math.min(block.pitchX, block.pitchY) * camera.scale < DISC_PITCH) return "heat";
  return block.diameter * camera.scale < NUMBER_DIAMETER - 1e-9 ? "disc" : "number";
}
