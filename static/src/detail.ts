/** What of a layer can be told apart at its size on screen. */

import type { Camera } from "./camera";
import type { Block } from "./layout";

export type Detail = "heat" | "disc" | "number";

/** Cells closer than this many pixels are squares of a heat map. */
export const DISC_PITCH = 6;
/** Discs from this diameter on have room for a number. */
export const NUMBER_DIAMETER = 28;

/** Level of detail of one layer (design, section 4). */
export function levelOfDetail(block: Pick<Block, "pitchX" | "pitchY" | "diameter">, camera: Camera): Detail {
  if (Math.min(block.pitchX, block.pitchY) * camera.scale < DISC_PITCH) return "heat";
  return block.diameter * camera.scale < NUMBER_DIAMETER - 1e-9 ? "disc" : "number";
}
