/** Which edges are drawn, and along which way. */

import { type Camera, type Point, toScreen } from "./camera";
import { levelOfDetail } from "./detail";
import type { GraphEdges, GraphView, Viewport } from "./graph_types";
import { type Block, type Layout, nodePosition, routeKey, visibleBox } from "./layout";

/** One edge to draw: its place in `edges`, and the quantity that its width and colour show. */
export interface ChosenEdge {
  edges: GraphEdges;
  at: number;
  quantity: number;
}

export interface Choice {
  chosen: ChosenEdge[];
  /** How many there would be. */
  total: number;
  /** The chosen ones are out of so many strongest; the others of them have no end in view. */
  strongest: number;
}

/** More lines than this into a layer are a grey surface. */
export const MOST_LINES = 400;
/** Lines of a frame, whatever the number of layers. */
export const MOST_LINES_IN_ALL = 2400;
/** Layers nearer to each other than this many pixels have no room for edges. */
const LEAST_GAP = 16;
const MOST_FOCUS_LINES = 2000;

const unknowns = new WeakMap<Float64Array, Float64Array>();

/** Not-a-number for each of the edges; the same array every time, because orders are remembered by it. */
function unknown(like: Float64Array): Float64Array {
  let found = unknowns.get(like);
  if (found === undefined) {
    found = new Float64Array(like.length).fill(Number.NaN);
    unknowns.set(like, found);
  }
  return found;
}

function quantities(edges: GraphEdges, quantity: GraphView["edgeQuantity"]): Float64Array {
  if (quantity === "gradient") return edges.gradient ?? unknown(edges.weight);
  return quantity === "weight" ? edges.weight : edges.product;
}

const orders = new WeakMap<Float64Array, Int32Array>();

/** Positions of the values, the largest magnitude first, not-a-number last. Remembered, because frames ask again. */
export function strongestFirst(values: Float64Array): Int32Array {
  let order = orders.get(values);
  if (order === undefined) {
    const size = (at: number) => {
      const magnitude = Math.abs(values[at] ?? 0);
      return Number.isNaN(magnitude) ? -1 : magnitude;
    };
    order = Int32Array.from(values, (_, at) => at).sort((a, b) => size(b) - size(a) || a - b);
    orders.set(values, order);
  }
  return order;
}

function sourceOf(edges: GraphEdges, at: number, layout: Layout): Block | undefined {
  return layout.byName.get(edges.sources[edges.source[at] ?? 0] ?? "");
}

function near(point: Point, viewport: Viewport, margin: number): boolean {
  return (
    point.x > -margin && point.y > -margin && point.x < viewport.width + margin && point.y < viewport.height + margin
  );
}

/** Whether the edges into a layer can be told apart: both ends are discs, with room between them. */
export function canShowEdges(edges: Pick<GraphEdges, "layer" | "sources">, layout: Layout, camera: Camera): boolean {
  const target = layout.byName.get(edges.layer);
  if (target === undefined || levelOfDetail(target, camera) === "heat") return false;
  const to = visibleBox(target);
  return edges.sources.every((name) => {
    const source = layout.byName.get(name);
    if (source === undefined) return true;
    if (levelOfDetail(source, camera) === "heat") return false;
    const from = visibleBox(source);
    const gap = layout.direction === "right" ? to.left - from.right : to.top - from.bottom;
    return source.line !== target.line || gap * camera.scale >= LEAST_GAP;
  });
}

/** Whether edges would be a blot: between heat maps with hardly any room between them. */
export function areCramped(edges: GraphEdges, layout: Layout, camera: Camera): boolean {
  const target = layout.byName.get(edges.layer);
  if (target === undefined || levelOfDetail(target, camera) !== "heat") return false;
  const to = visibleBox(target);
  return edges.sources.every((name) => {
    const source = layout.byName.get(name);
    if (source === undefined || levelOfDetail(source, camera) !== "heat") return source === undefined;
    const from = visibleBox(source);
    const gap = layout.direction === "right" ? to.left - from.right : to.top - from.bottom;
    return gap * camera.scale < LEAST_GAP;
  });
}

/** The strongest edges into a layer with an end in view, at most `most`. */
export function chooseEdges(
  edges: GraphEdges,
  quantity: GraphView["edgeQuantity"],
  most: number,
  scene: { layout: Layout; camera: Camera; viewport: Viewport },
): Choice {
  const { layout, camera, viewport } = scene;
  const target = layout.byName.get(edges.layer);
  const values = quantities(edges, quantity);
  if (target === undefined) return { chosen: [], total: edges.count, strongest: 0 };
  const chosen: ChosenEdge[] = [];
  let inView = 0;
  let looked = 0;
  let strongest = 0;
  for (const at of strongestFirst(values)) {
    const source = sourceOf(edges, at, layout);
    if (source === undefined) continue;
    looked++;
    const to = toScreen(camera, nodePosition(target, edges.node[at] ?? 0));
    const from = toScreen(camera, nodePosition(source, edges.sourceNode[at] ?? 0));
    if (!near(to, viewport, 40) && !near(from, viewport, 40)) continue;
    inView++;
    if (chosen.length < most) {
      chosen.push({ edges, at, quantity: values[at] ?? NaN });
      strongest = looked;
    }
  }
  const complete = edges.node.length >= edges.count;
  return { chosen, total: complete ? inView : edges.count, strongest: complete ? chosen.length : strongest };
}

/** All known edges into the nodes from `first` to before `end`, the strongest first. */
export function incomingEdges(
  edges: GraphEdges,
  quantity: GraphView["edgeQuantity"],
  first: number,
  end = first + 1,
): ChosenEdge[] {
  const values = quantities(edges, quantity);
  const chosen: ChosenEdge[] = [];
  for (const at of strongestFirst(values)) {
    const node = edges.node[at] ?? -1;
    if (node < first || node >= end) continue;
    chosen.push({ edges, at, quantity: values[at] ?? NaN });
    if (chosen.length === MOST_FOCUS_LINES) break;
  }
  return chosen;
}

export interface Path {
  /** Screen points, x and y in turn. */
  points: number[];
  source: { block: Block; flat: number };
  target: { block: Block; flat: number };
}

const CURVE_STEPS = 14;

function cubic(points: number[], from: Point, to: Point, across: boolean): void {
  for (let step = 1; step <= CURVE_STEPS; step++) {
    const t = step / CURVE_STEPS;
    // A smooth step along the main axis: level at both ends.
    const s = t * t * (3 - 2 * t);
    points.push(from.x + (to.x - from.x) * (across ? t : s), from.y + (to.y - from.y) * (across ? s : t));
  }
}

/**
 * The ways of an edge on screen: a straight line between neighbouring ranks; around what stands between otherwise;
 * two short ends where the network goes on in another line.
 */
export function pathsOf(edge: ChosenEdge, layout: Layout, camera: Camera): Path[] {
  const { edges, at } = edge;
  const source = sourceOf(edges, at, layout);
  const target = layout.byName.get(edges.layer);
  if (source === undefined || target === undefined) return [];
  const ends = {
    source: { block: source, flat: edges.sourceNode[at] ?? 0 },
    target: { block: target, flat: edges.node[at] ?? 0 },
  };
  const from = toScreen(camera, nodePosition(source, ends.source.flat));
  const to = toScreen(camera, nodePosition(target, ends.target.flat));
  const across = layout.direction === "right";
  if (source.line !== target.line) {
    const reach = (Math.max(source.diameter, 4) * 0.9 + 10) * camera.scale;
    const outX = across ? from.x + reach : from.x;
    const outY = across ? from.y : from.y + reach;
    const inX = across ? to.x - reach : to.x;
    const inY = across ? to.y : to.y - reach;
    return [
      { ...ends, points: [from.x, from.y, outX, outY] },
      { ...ends, points: [inX, inY, to.x, to.y] },
    ];
  }
  const route = layout.routes.get(routeKey(source.layer, target.layer));
  if (route === undefined) return [{ ...ends, points: [from.x, from.y, to.x, to.y] }];
  // Edges of one bundle run side by side.
  const share = target.count > 1 ? ends.target.flat / (target.count - 1) - 0.5 : 0;
  const lane = route.lane + share * Math.min(12, target.count * 2);
  const corner = (main: number) => toScreen(camera, across ? { x: main, y: lane } : { x: lane, y: main });
  const start = corner(route.from);
  const end = corner(route.to);
  const points = [from.x, from.y];
  cubic(points, from, start, across);
  points.push(end.x, end.y);
  cubic(points, end, to, across);
  return [{ ...ends, points }];
}
