/** Text on the graph: measured, shortened, and placed where nothing else stands. */

import type { Point } from "./camera";

/** Width in pixels of a text in the graph's font. */
export type Measure = (text: string, size: number, weight: number) => number;

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Stands in for the browser's measure where there is no browser: Inter's digits and letters on average. */
export const estimateWidth: Measure = (text, size, weight) => text.length * size * (weight > 500 ? 0.62 : 0.58);

export function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The text, or as much of it as fits in `room` pixels and "…"; empty if not even a letter fits. */
export function shorten(text: string, room: number, size: number, weight: number, measure: Measure): string {
  if (measure(text, size, weight) <= room) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(`${text.slice(0, middle)}…`, size, weight) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : `${text.slice(0, low).trimEnd()}…`;
}

const CELL = 96;

/** Boxes that are taken; a coarse grid keeps the search for collisions short. */
export class Occupied {
  private readonly cells = new Map<string, Box[]>();

  private *keys(box: Box): Iterable<string> {
    for (let x = Math.floor(box.left / CELL); x <= Math.floor(box.right / CELL); x++) {
      for (let y = Math.floor(box.top / CELL); y <= Math.floor(box.bottom / CELL); y++) yield `${x} ${y}`;
    }
  }

  hits(box: Box): boolean {
    for (const key of this.keys(box)) {
      if (this.cells.get(key)?.some((other) => overlaps(box, other))) return true;
    }
    return false;
  }

  add(box: Box): void {
    for (const key of this.keys(box)) {
      const boxes = this.cells.get(key);
      if (boxes === undefined) this.cells.set(key, [box]);
      else boxes.push(box);
    }
  }
}

/** Whether the segment from `a` to `b` touches the box. */
export function crosses(box: Box, a: Point, b: Point): boolean {
  let low = 0;
  let high = 1;
  for (const [start, delta, least, most] of [
    [a.x, b.x - a.x, box.left, box.right],
    [a.y, b.y - a.y, box.top, box.bottom],
  ] as const) {
    if (delta === 0) {
      if (start < least || start > most) return false;
      continue;
    }
    const first = (least - start) / delta;
    const second = (most - start) / delta;
    low = Math.max(low, Math.min(first, second));
    high = Math.min(high, Math.max(first, second));
  }
  return low <= high;
}

/** Point at a share of the length of a polyline. */
export function along(points: readonly number[], share: number): Point {
  let length = 0;
  const steps: number[] = [];
  for (let at = 2; at < points.length; at += 2) {
    const step = Math.hypot((points[at] ?? 0) - (points[at - 2] ?? 0), (points[at + 1] ?? 0) - (points[at - 1] ?? 0));
    steps.push(step);
    length += step;
  }
  let left = length * share;
  for (const [at, step] of steps.entries()) {
    if (left <= step || at === steps.length - 1) {
      const t = step > 0 ? left / step : 0;
      const x = points[at * 2] ?? 0;
      const y = points[at * 2 + 1] ?? 0;
      return { x: x + ((points[at * 2 + 2] ?? x) - x) * t, y: y + ((points[at * 2 + 3] ?? y) - y) * t };
    }
    left -= step;
  }
  return { x: points[0] ?? 0, y: points[1] ?? 0 };
}

export interface EdgeLabel {
  text: string;
  points: readonly number[];
}

/** Shares of an edge's length that are tried for its label; each edge begins at another. */
const PLACES = [0.34, 0.42, 0.28, 0.5, 0.6, 0.68, 0.24, 0.74];
/** A label may cover this many other edges; more and nobody could say whose it is. */
const MOST_COVERED = 1;

/**
 * Places the labels of edges on the edges. Each takes the place where it covers the fewest other edges; one that
 * would touch a box that is taken, or cover too much, gets none (null).
 */
export function placeEdgeLabels(
  labels: readonly EdgeLabel[],
  taken: Occupied,
  size: { width: (text: string) => number; height: number },
): (Box | null)[] {
  return labels.map((label, own) => {
    const halfWidth = size.width(label.text) / 2 + 4;
    const halfHeight = size.height / 2 + 2;
    let best: Box | null = null;
    let least = MOST_COVERED + 1;
    for (const place of PLACES) {
      const { x, y } = along(label.points, place);
      const box = { left: x - halfWidth, right: x + halfWidth, top: y - halfHeight, bottom: y + halfHeight };
      if (taken.hits(box)) continue;
      let covered = 0;
      for (const [other, { points }] of labels.entries()) {
        if (other === own) continue;
        for (let at = 2; at < points.length && covered < least; at += 2) {
          const from = { x: points[at - 2] ?? 0, y: points[at - 1] ?? 0 };
          const to = { x: points[at] ?? 0, y: points[at + 1] ?? 0 };
          if (crosses(box, from, to)) {
            covered++;
            break;
          }
        }
      }
      if (covered < least) {
        least = covered;
        best = box;
      }
      if (least === 0) break;
    }
    if (best !== null) taken.add(best);
    return best;
  });
}
