/** Plain data that the graph is drawn from, and the index arithmetic that goes with it. */

import type { Picture } from "./picture";

/** Values of nodes as they came: of a float32 network, or asked for at that precision, in float32. */
export type Values = Float32Array | Float64Array;

export interface GraphLayer {
  name: string;
  kind: string;
  activation: string | null;
  /** Without the batch dimension. */
  shape: number[];
  /** Names of the layers that it reads; empty for the input. */
  inputs: string[];
  /** One example in C order; empty where there are no values to show: the nodes are then drawn empty. */
  values: Values;
  /** Names of the nodes, for example input names or classes. */
  labels?: string[];
  /** Its three channels as one colour picture. */
  picture?: Picture;
}

/** Edges into one layer, columnar; flat indices in C order. `count` is how many there are in all. */
export interface GraphEdges {
  layer: string;
  sources: string[];
  count: number;
  /** Which of `sources` an edge comes from. */
  source: Int32Array;
  sourceNode: Int32Array;
  node: Int32Array;
  /** NaN where the operation has no weight. */
  weight: Float64Array;
  product: Float64Array;
  /** The target's derivative by the weight; NaN or left out where that is not known. */
  gradient?: Float64Array;
}

/** The window that a node looks at, in each map of the layer that it reads. */
export interface GraphWindow {
  layer: string;
  flat: number;
  source: string;
  /** Upper left corner, which may lie in the padding, and how far it reaches, gaps included. */
  row: number;
  column: number;
  spanRows: number;
  spanColumns: number;
  /** The source is a sequence: its steps are drawn as rows, its channels as columns, so there are no maps. */
  sequence: boolean;
  /** Of a kernel. */
  rows: number;
  columns: number;
  /** End of the kernels' colour scale. */
  limit: number;
  /** The sum of the products and the kernel for each map; null where the operation has none. */
  channels: { channel: number; sum: number | null; weights: Float64Array | null }[];
}

/** Part of the rows and columns of a layer, from `start` to before `stop`. */
export interface GraphField {
  layer: string;
  start: [number, number];
  stop: [number, number];
}

export interface NodeRef {
  layer: string;
  index: number[];
}

/** What has been computed so far: all layers before the one at `position`, and of that one the nodes before `end`;
 * those from `first` on are the newest. */
export interface GraphStage {
  position: number;
  first: number;
  end: number;
}

export type Theme = "light" | "dark";

export interface GraphView {
  theme: Theme;
  /** Whether one colour scale serves a feature map, a layer or the whole network. */
  scale: "map" | "layer" | "network";
  edgeQuantity: "weight" | "product" | "gradient";
  /** Under the pointer or the keyboard. */
  focus: NodeRef | null;
  selected: NodeRef | null;
  pinned: NodeRef[];
  /** While the forward pass is stepped through: nodes that come later are drawn empty. */
  stage?: GraphStage | null;
}

/** Size of the drawing area in CSS pixels. */
export interface Viewport {
  width: number;
  height: number;
}

/** How many nodes a shape has; a scalar has one. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** Position of an index tuple in C order, or -1 if it does not lie in the shape. */
export function flatIndex(shape: readonly number[], index: readonly number[]): number {
  if (index.length !== shape.length) return -1;
  let flat = 0;
  for (const [axis, extent] of shape.entries()) {
    const at = index[axis] ?? -1;
    if (!Number.isInteger(at) || at < 0 || at >= extent) return -1;
    flat = flat * extent + at;
  }
  return flat;
}

/** Index tuple of a position in C order: the inverse of `flatIndex`. */
export function indexOf(shape: readonly number[], flat: number): number[] {
  const index: number[] = new Array<number>(shape.length).fill(0);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 1;
    index[axis] = rest % extent;
    rest = Math.floor(rest / extent);
  }
  return index;
}

export function sameNode(a: NodeRef | null, b: NodeRef | null): boolean {
  if (a === null || b === null) return a === b;
  return a.layer === b.layer && a.index.length === b.index.length && a.index.every((at, axis) => at === b.index[axis]);
}
