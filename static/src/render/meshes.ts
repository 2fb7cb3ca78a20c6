/** Lines and single nodes as triangles, packed for the graphics card. */

import type { SceneLine, SceneSpot } from "../scene";

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
    // A pixel more than the line itself, for its soft rim.
    const reach = half + pixel;
    for (let at = 0; at < count; at++) {
      const x = points[at * 2] ?? 0;
      const y = points[at * 2 + 1] ?? 0;
      const before = Math.max(at - 1, 0) * 2;
      const after = Math.min(at + 1, count - 1) * 2;
      const dx = (points[after] ?? 0) - (points[before] ?? 0);
      const dy = (points[after + 1] ?? 0) - (points[before + 1] ?? 0);
      const length = Math.hypot(dx, dy) || 1;
      for (const side of [-1, 1]) {
        const offset = (corner * LINE_STRIDE) / 4;
        floats[offset] = x - (dy / length) * reach * side;
        floats[offset + 1] = y + (dx / length) * reach * side;
        floats[offset + 2] = reach * side;
        floats[offset + 3] = half;
        bytes.set([color[0], color[1], color[2], alpha * 255], corner * LINE_STRIDE + 16);
        corner++;
      }
      if (at > 0) {
        indices.set([corner - 4, corner - 3, corner - 2, corner - 2, corner - 3, corner - 1], index);
        index += 6;
      }
    }
  }
  return { data, indices };
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
    const first = at * 4;
    indices.set([first, first + 1, first + 2, first + 2, first + 1, first + 3], at * 6);
  }
  return { data, indices };
}
