/** Lines and single nodes as triangles, packed for the graphics card. */

import { pooledExtent } from "../detail";
import type { Viewport } from "../graph_types";
import { isRound, type SceneBlock, type SceneLine, type SceneSpot } from "../scene";
import { WIDTH } from "./sheet";

/** x, y, side, half width and a colour of four bytes. */
export const LINE_STRIDE = 20;
/** x, y, offset x, offset y, size and a colour of four bytes. */
export const SPOT_STRIDE = 24;

export interface Mesh {
  data: ArrayBuffer;
  indices: Uint32Array;
}

/** Strips of two triangles a segment that share their corners, so that see-through lines have no darker joints. */
export function lineMesh(lines: readonly SceneLine[], pixel: number): Mesh {
  let corners = 0;
  let triangles = 0;
  for (const { points } of lines) {
    corners += points.length;
    triangles += Math.max(0, points.length - 2);
  }
  const data = new ArrayBuffer(corners * LINE_STRIDE);
  const floats = new Float32Array(data);
  const bytes = new Uint8Array(data);
  const indices = new Uint32Array(triangles * 3);
  let corner = 0;
  let index = 0;
  for (const { points, width, color, alpha } of lines) {
    const count = points.length / 2;
    const half = width / 2;
    // Half a pixel more than the line itself: there its soft rim ends.
    const reach = half + pixel / 2;
    for (let at = 0; at < count; at++) {
      const x = points[at * 2] ?? 0;
      const y = points[at * 2 + 1] ?? 0;
      const before = Math.max(at - 1, 0) * 2;
      const after = Math.min(at + 1, count - 1) * 2;
      const dx = (points[after] ?? 0) - (points[before] ?? 0);
      const dy = (points[after + 1] ?? 0) - (points[before + 1] ?? 0);
      const length = Math.hypot(dx, dy) || 1;
      for (let side = -1; side <= 1; side += 2) {
        const offset = (corner * LINE_STRIDE) / 4;
        floats[offset] = x - (dy / length) * reach * side;
        floats[offset + 1] = y + (dx / length) * reach * side;
        floats[offset + 2] = reach * side;
        floats[offset + 3] = half;
        bytes[offset * 4 + 16] = color[0];
        bytes[offset * 4 + 17] = color[1];
        bytes[offset * 4 + 18] = color[2];
        bytes[offset * 4 + 19] = alpha * 255;
        corner++;
      }
      if (at > 0) {
        putQuad(indices, index, corner - 4);
        index += 6;
      }
    }
  }
  return { data, indices };
}

/** The two triangles of a quad whose corners stand in rows, from `first` on. Without an array: there are thousands a frame. */
function putQuad(indices: Uint32Array, at: number, first: number): void {
  indices[at] = first;
  indices[at + 1] = first + 1;
  indices[at + 2] = first + 2;
  indices[at + 3] = first + 2;
  indices[at + 4] = first + 1;
  indices[at + 5] = first + 3;
}

export function spotMesh(spots: readonly SceneSpot[], pixel: number): Mesh {
  const data = new ArrayBuffer(spots.length * 4 * SPOT_STRIDE);
  const floats = new Float32Array(data);
  const bytes = new Uint8Array(data);
  const indices = new Uint32Array(spots.length * 6);
  for (const [at, { x, y, width, height, round, color }] of spots.entries()) {
    const reachX = width / 2 + (round ? pixel : 0);
    const reachY = height / 2 + (round ? pixel : 0);
    for (let corner = 0; corner < 4; corner++) {
      const dx = corner % 2 === 0 ? -reachX : reachX;
      const dy = corner < 2 ? -reachY : reachY;
      const start = (at * 4 + corner) * SPOT_STRIDE;
      floats.set([x + dx, y + dy, dx, dy, round ? width : -1], start / 4);
      bytes.set([color[0], color[1], color[2], 255], start + 20);
    }
    putQuad(indices, at * 6, at * 4);
  }
  return { data, indices };
}

/** Floats of a block: its box, the cells in it, its grid and place in the sheet, four each; its sizes, three; its looks, two. */
const BLOCK_FLOATS = 17;
export const BLOCK_STRIDE = BLOCK_FLOATS * 4;

/** A block, and the first cell in the sheet of the level that it is drawn with. */
interface PlacedBlock {
  block: SceneBlock;
  place: { start: number };
}

/**
 * A quad a block, with what the shader needs to know of the block at each of its corners: without a graphics card an
 * instance costs as much as a call.
 */
export function blockMesh(blocks: readonly PlacedBlock[], viewport: Viewport, pixel: number): Mesh {
  const data = new Float32Array(blocks.length * 4 * BLOCK_FLOATS);
  const indices = new Uint32Array(blocks.length * 6);
  let offset = 0;
  for (const [at, { block: scene, place }] of blocks.entries()) {
    const { block, x, y, level } = scene;
    // Not even the smallest block vanishes.
    const width = Math.max(block.columns * scene.pitchX, pixel);
    const height = Math.max(block.rows * scene.pitchY, pixel);
    const columns = pooledExtent(block.columns, level);
    const rows = pooledExtent(block.rows, level);
    const pitchX = width / columns;
    const pitchY = height / rows;
    // Only what is in view: at strong zoom the whole block is too large for exact interpolation.
    const left = Math.max(0, -x / pitchX);
    const top = Math.max(0, -y / pitchY);
    const right = Math.min(columns, (viewport.width - x) / pitchX);
    const bottom = Math.min(rows, (viewport.height - y) / pitchY);
    data[offset] = x + left * pitchX;
    data[offset + 1] = y + top * pitchY;
    data[offset + 2] = x + right * pitchX;
    data[offset + 3] = y + bottom * pitchY;
    data[offset + 4] = left;
    data[offset + 5] = top;
    data[offset + 6] = right;
    data[offset + 7] = bottom;
    data[offset + 8] = columns;
    data[offset + 9] = rows;
    data[offset + 10] = place.start % WIDTH;
    data[offset + 11] = Math.floor(place.start / WIDTH);
    data[offset + 12] = pitchX;
    data[offset + 13] = pitchY;
    data[offset + 14] = scene.diameter;
    data[offset + 15] = scene.dim;
    data[offset + 16] = isRound(scene) && level === 0 ? 1 : 0;
    for (let corner = 1; corner < 4; corner++) {
      data.copyWithin(offset + corner * BLOCK_FLOATS, offset, offset + BLOCK_FLOATS);
    }
    offset += 4 * BLOCK_FLOATS;
    putQuad(indices, at * 6, at * 4);
  }
  return { data: data.buffer, indices };
}
