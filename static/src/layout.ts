/**
 * Where everything stands. World units are CSS pixels of the viewport that the layout was made for, so that a
 * fitted network has scale 1.
 *
 * Layers go by their longest path from the input along the main axis: left to right, or top to bottom where the
 * viewport is upright. Layers of the same rank share the cross axis. Everything here is written for the main and the
 * cross axis and turned into x and y at the end.
 */

import { NUMBER_DIAMETER } from "./detail";
import { cellOf, flatOf, flatPointedAt, type Grid, nearestFlat } from "./graph_shapes";
import { arrangeRanks, type Plan, type Room } from "./graph_sizes";
import { sizeOf, type Viewport } from "./graph_types";

export { flatIndex, indexOf } from "./graph_types";

export interface LayoutLayer {
  name: string;
  kind?: string;
  shape: number[];
  inputs: string[];
  labels?: string[];
  /** Its three channels are shown as one colour picture too. */
  picture?: unknown;
}

/** The grid of one layer. A node is a disc of `diameter` in a cell of `pitchX` × `pitchY`. */
export interface Block extends Grid {
  layer: string;
  /** Place in the list of layers. */
  position: number;
  x: number;
  y: number;
  pitchX: number;
  pitchY: number;
  diameter: number;
  rank: number;
  /** Networks too deep for one line of ranks have several. */
  line: number;
  header: Header;
}

/**
 * Where the layer's name goes: centred on `x` with its last line just above `y` ("above"), or at the left edge of the
 * view and centred on `y` ("beside"). `room` and `lift` are the free width and height in world units.
 */
export interface Header {
  place: "above" | "beside";
  x: number;
  y: number;
  room: number;
  lift: number;
  /** Edges may pass behind it. */
  inner: boolean;
}

/** How edges that pass over other layers go around them: along a lane between two positions of the main axis. */
export interface Route {
  lane: number;
  from: number;
  to: number;
}

/** A line of a network that is laid out in several: its first layer, and where its label goes, right-aligned at `x`. */
export interface Line {
  layer: string;
  x: number;
  /** Upper edge and height of its blocks. */
  y: number;
  height: number;
}

/** Room in pixels that labels need around the blocks. */
export interface Insets {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Layout {
  direction: "right" | "down";
  blocks: Block[];
  /** Blocks by layer name. */
  byName: Map<string, Block>;
  routes: Map<string, Route>;
  /** Empty where there is one line. */
  lines: Line[];
  width: number;
  height: number;
  insets: Insets;
  /** Height in pixels that notes take above the network; 0 where they stand below it. */
  notes: number;
  /** The smallest disc diameter. */
  smallest: number;
}

const REFERENCE: Viewport = { width: 800, height: 600 };
/** Nodes closer than this are not named. */
export const NAMED_PITCH = 12;
/** Ranks closer than this need all the room for their own names. */
const NARROW_RANKS = 80;
const HEADER_HEIGHT = 62;
const STACK_GAP = 70;
/** Where ranks stand closer than this, headers have a line more, so that kind and activation need not share one. */
const WIDE_HEADER = 96;
const HEADER_LINE = 17;
const LANE = 24;
/** Networks with more ranks than this are laid out in lines. */
const DEEP = 40;
/** On an upright screen those with more than this run in lines too. */
const LONGEST_DOWN = 20;
const SHEET_HEADER = 26;
/** Narrower views have their notes above the network. */
const NARROW = 560;
const NOTE_LINE = 16;
/** Networks without a larger layer have one note at most while all of it is in view. */
const ONE_NOTE = 1000;
/** Above this ratio of height to width the network runs from top to bottom. */
const UPRIGHT = 1.2;

export function routeKey(source: string, target: string): string {
  return `${source} ${target}`;
}

/** Rank of each layer: the length of the longest path from a layer that reads nothing. */
export function longestPathRanks(layers: readonly LayoutLayer[]): number[] {
  const ranks = new Map<string, number>();
  return layers.map((layer) => {
    const rank = layer.inputs.reduce((longest, name) => Math.max(longest, (ranks.get(name) ?? -1) + 1), 0);
    ranks.set(layer.name, rank);
    return rank;
  });
}

interface Skip {
  source: number;
  target: number;
  lane: number;
}

/** Edges over more than one rank, with lanes such that skips side by side never share one. */
function findSkips(layers: readonly LayoutLayer[], ranks: readonly number[]): Skip[] {
  const positions = new Map(layers.map((layer, position) => [layer.name, position]));
  const skips: Skip[] = [];
  for (const [target, layer] of layers.entries()) {
    for (const name of new Set(layer.inputs)) {
      const source = positions.get(name);
      if (source !== undefined && (ranks[target] ?? 0) - (ranks[source] ?? 0) > 1) {
        skips.push({ source, target, lane: 0 });
      }
    }
  }
  const start = (skip: Skip) => ranks[skip.source] ?? 0;
  const end = (skip: Skip) => ranks[skip.target] ?? 0;
  const free: number[] = [];
  for (const skip of [...skips].sort((a, b) => start(a) - start(b) || end(a) - end(b))) {
    const found = free.findIndex((until) => until <= start(skip));
    skip.lane = found < 0 ? free.length : found;
    free[skip.lane] = end(skip);
  }
  return skips;
}

function longestOf(labels: readonly string[]): number {
  return labels.slice(0, 64).reduce((most, label) => Math.max(most, label.length), 0);
}

function labelWidth(labels: readonly string[] | undefined): number {
  return labels === undefined ? 0 : Math.min(longestOf(labels) * 7.2, 120) + 12;
}

/** Room for values beside the names of a column of discs without room for a number; 0 where there is no need. */
function valueWidth({ labels }: LayoutLayer, { columns, diameter, pitchY }: Block, isNarrow: boolean): number {
  if (labels === undefined || columns !== 1 || diameter >= NUMBER_DIAMETER || pitchY < NAMED_PITCH) return 0;
  // Long names are narrower than `labelWidth` allows for, so they need less; the names of layers must have room too.
  return Math.max(isNarrow ? 6 : 20, (isNarrow ? 23 : 50) - 3 * longestOf(labels));
}

/**
 * Places the layers of a network; they must be in topological order.
 *
 * The sizes are chosen for `viewport` (CSS pixels), so that `fit` shows the whole network as large as it can be. Named
 * inputs and outputs that are too small for a number have room for it beside their name.
 */
export function layoutNetwork(layers: readonly LayoutLayer[], viewport: Viewport = REFERENCE): Layout {
  const bare = layoutBeside(layers, viewport, { first: 0, last: 0 });
  if (bare.direction !== "right" || bare.lines.length > 0) return bare;
  const { insets, blocks } = bare;
  const isNarrow = viewport.width - insets.left - insets.right < NARROW_RANKS * (blocks.at(-1)?.rank ?? 0);
  const widthAt = (at: number) => {
    const [layer, block] = [layers.at(at), blocks.at(at)];
    return layer === undefined || block === undefined ? 0 : valueWidth(layer, block, isNarrow);
  };
  const values = { first: widthAt(0), last: widthAt(-1) };
  return values.first + values.last === 0 ? bare : layoutBeside(layers, viewport, values);
}

/** The layout with so many pixels for values beside the names of the first and the last nodes. */
function layoutBeside(
  layers: readonly LayoutLayer[],
  viewport: Viewport,
  values: { first: number; last: number },
): Layout {
  const width = Math.max(viewport.width, 160);
  const height = Math.max(viewport.height, 160);
  const ranks = longestPathRanks(layers);
  const last = ranks.reduce((most, rank) => Math.max(most, rank), 0);
  // Deep networks are lines of layers, which run from left to right like text, whatever the screen.
  const direction = height > width * UPRIGHT && last + 1 <= LONGEST_DOWN ? "down" : "right";
  const across = direction === "right";
  const skips = findSkips(layers, ranks);
  const lanes = skips.reduce((most, skip) => Math.max(most, skip.lane + 1), 0);
  const first = labelWidth(layers.find((_, at) => ranks[at] === 0)?.labels) + values.first;
  const final = labelWidth(layers.find((_, at) => ranks[at] === last)?.labels) + values.last;
  const gutter = Math.min(112, width * 0.287);
  const narrow = across && (width - first - final - 56) / (last + 1) < WIDE_HEADER;
  const deep = last + 1 > DEEP;
  const headerHeight = deep ? SHEET_HEADER : HEADER_HEIGHT + (narrow ? HEADER_LINE : 0);
  const noteLines = deep || layers.some(({ shape }) => sizeOf(shape) > ONE_NOTE) ? 2 : 1;
  const notes = width < NARROW ? 4 + noteLines * NOTE_LINE : 0;
  const top = notes + headerHeight + 10;
  const insets: Insets = across
    ? deep
      ? { left: 12, right: 16, top, bottom: 26 }
      : { left: Math.max(28, first + 12), right: Math.max(28, final + 12), top, bottom: 26 }
    : { left: gutter, right: 16, top: Math.max(notes, 20) + (first > 0 ? 16 : 2), bottom: final > 0 ? 36 : 22 };
  const innerWidth = Math.max(width - insets.left - insets.right, 60);
  const innerHeight = Math.max(height - insets.top - insets.bottom, 60);
  const room: Room = {
    main: across ? innerWidth : innerHeight,
    cross: Math.max((across ? innerHeight : innerWidth) - lanes * LANE, 40),
    stackGap: across ? STACK_GAP : 28,
    lineGap: across ? 40 : 24,
    header: across ? 100 : 54,
    across,
  };

  // Where a layer feeds one much further on it stands nearest to the lanes, so that its edges cross no other block.
  const reach = new Map<number, number>();
  for (const { source, target } of skips) {
    const span = (ranks[target] ?? 0) - (ranks[source] ?? 0);
    reach.set(source, Math.max(reach.get(source) ?? 0, span));
  }
  const stacks: number[][] = Array.from({ length: last + 1 }, () => []);
  for (const [position, rank] of ranks.entries()) stacks[rank]?.push(position);
  for (const stack of stacks) stack.sort((a, b) => (reach.get(a) ?? 0) - (reach.get(b) ?? 0) || a - b);

  const plans = arrangeRanks(
    stacks.map((stack) => stack.map((position) => layers[position] as LayoutLayer)),
    room,
  );
  return place(layers, stacks, skips, plans, { direction, insets, notes, room, headerHeight });
}

interface Frame {
  direction: Layout["direction"];
  insets: Insets;
  notes: number;
  room: Room;
  headerHeight: number;
}

/** Turns the plan into blocks: lines of ranks one after the other, each rank centred on its line. */
function place(
  layers: readonly LayoutLayer[],
  stacks: readonly number[][],
  skips: readonly Skip[],
  plan: Plan,
  frame: Frame,
): Layout {
  const across = frame.direction === "right";
  const blocks: Block[] = new Array<Block>(layers.length);
  const mains = plan.lines.map((line) => line.reduce((end, rank) => Math.max(end, rank.start + rank.main), 0));
  const longest = Math.max(...mains, 1);
  let line = 0;
  let start = 0;
  let rank = 0;
  let smallest = Number.POSITIVE_INFINITY;
  const lines: Line[] = [];
  for (const placed of plan.lines) {
    const cross = placed.reduce((most, one) => Math.max(most, one.cross), 0);
    const begins = layers[stacks[line === 0 ? rank + 1 : rank]?.[0] ?? 0];
    if (plan.gutter > 0 && begins !== undefined) {
      lines.push({ layer: begins.name, x: plan.gutter - 10, y: start, height: cross });
    }
    for (const [index, one] of placed.entries()) {
      const stack = stacks[rank] ?? [];
      const before = placed[index - 1];
      const after = placed[index + 1];
      const middle = one.start + one.main / 2;
      const reachBack = before === undefined ? Infinity : middle - (before.start + before.main / 2);
      const reachOn = after === undefined ? Infinity : after.start + after.main / 2 - middle;
      const apart = Math.min(reachBack, reachOn, 240);
      let offset = start + (cross - one.cross) / 2;
      for (const [at, position] of stack.entries()) {
        const sized = one.blocks[at];
        const layer = layers[position];
        if (sized === undefined || layer === undefined) continue;
        const mainAt = one.start + (one.main - sized.main) / 2;
        // Cells may be wider than what is seen of the block.
        const x = (across ? mainAt : offset) + ((across ? sized.main : sized.cross) - sized.columns * sized.pitchX) / 2;
        const y = (across ? offset : mainAt) + ((across ? sized.cross : sized.main) - sized.rows * sized.pitchY) / 2;
        const alone = stack.length === 1;
        const header: Header = across
          ? {
              place: "above",
              x: mainAt + sized.main / 2,
              y: alone ? start : offset,
              room: apart,
              lift: alone
                ? line === 0
                  ? frame.headerHeight
                  : plan.lineGap
                : at === 0
                  ? frame.headerHeight
                  : STACK_GAP,
              inner: !alone && at > 0,
            }
          : alone && plan.lines.length === 1
            ? {
                place: "beside",
                x: 0,
                y: mainAt + sized.main / 2,
                room: frame.insets.left,
                lift: apart,
                inner: false,
              }
            : {
                place: "above",
                x: offset + sized.cross / 2,
                y: mainAt,
                room: sized.cross + 24,
                lift: alone ? one.before : 38,
                inner: true,
              };
        blocks[position] = {
          layer: layer.name,
          position,
          x,
          y,
          columns: sized.columns,
          rows: sized.rows,
          count: sized.count,
          maps: sized.maps,
          pitchX: sized.pitchX,
          pitchY: sized.pitchY,
          diameter: sized.diameter,
          rank,
          line,
          header,
        };
        smallest = Math.min(smallest, sized.diameter);
        offset += sized.cross + plan.stackGap(stack.length);
      }
      rank++;
    }
    start += cross + plan.lineGap;
    line++;
  }
  const cross = start - plan.lineGap;
  const routes = new Map<string, Route>();
  let deepest = cross;
  for (const skip of skips) {
    const route = around(blocks, stacks, skip, across);
    const source = layers[skip.source]?.name ?? "";
    const target = layers[skip.target]?.name ?? "";
    if (plan.lines.length === 1 && route !== null) {
      routes.set(routeKey(source, target), route);
      deepest = Math.max(deepest, route.lane + 8);
    }
  }
  return {
    direction: frame.direction,
    blocks,
    byName: new Map(blocks.map((block) => [block.layer, block])),
    routes,
    lines,
    width: across ? longest : deepest,
    height: across ? deepest : longest,
    insets: frame.insets,
    notes: frame.notes,
    smallest: Number.isFinite(smallest) ? smallest : 1,
  };
}

/** The lane clears every block between the two ends on the far side of the cross axis. */
function around(blocks: readonly Block[], stacks: readonly number[][], skip: Skip, across: boolean): Route | null {
  const source = blocks[skip.source];
  const target = blocks[skip.target];
  if (source === undefined || target === undefined) return null;
  let lane = 0;
  let from = Infinity;
  let to = 0;
  for (let rank = source.rank + 1; rank < target.rank; rank++) {
    for (const position of stacks[rank] ?? []) {
      const block = blocks[position];
      if (block === undefined) continue;
      const box = visibleBox(block);
      lane = Math.max(lane, across ? box.bottom : box.right);
      from = Math.min(from, across ? box.left : box.top);
      to = Math.max(to, across ? box.right : box.bottom);
    }
  }
  return { lane: lane + 20 + skip.lane * LANE, from, to };
}

/** What is seen of a block: from the first disc to the last. */
export function visibleBox(block: Block): { left: number; top: number; right: number; bottom: number } {
  const asideX = Math.max(0, block.pitchX - block.diameter / 0.9) / 2;
  const asideY = Math.max(0, block.pitchY - block.diameter / 0.9) / 2;
  return {
    left: block.x + asideX,
    top: block.y + asideY,
    right: block.x + block.columns * block.pitchX - asideX,
    bottom: block.y + block.rows * block.pitchY - asideY,
  };
}

/** Centre of a node in world units. */
export function nodePosition(block: Block, flat: number): { x: number; y: number } {
  const { column, row } = cellOf(block, flat);
  return { x: block.x + (column + 0.5) * block.pitchX, y: block.y + (row + 0.5) * block.pitchY };
}

/** Node at a world point, the exact inverse of `nodePosition`; null between the nodes. */
export function pick(layout: Layout, x: number, y: number): { layer: string; flat: number } | null {
  for (const block of layout.blocks) {
    const column = Math.floor((x - block.x) / block.pitchX);
    const row = Math.floor((y - block.y) / block.pitchY);
    const flat = flatPointedAt(block, column, row);
    if (flat < 0) continue;
    // Where discs stand far apart the space between them belongs to nobody.
    const reach = Math.max(block.diameter * 0.62, Math.min(block.pitchX, block.pitchY) * 0.5);
    const dx = x - block.x - (column + 0.5) * block.pitchX;
    const dy = y - block.y - (row + 0.5) * block.pitchY;
    const crowded = Math.max(block.pitchX, block.pitchY) < block.diameter * 1.3;
    if (crowded || Math.hypot(dx, dy) <= reach) return { layer: block.layer, flat };
  }
  return null;
}

export type Direction = "left" | "right" | "up" | "down";

/**
 * The node that an arrow key leads to: the next cell of the same layer, else the nearest node of the nearest block
 * that way. Null at the edge of the network.
 */
export function neighbour(
  layout: Layout,
  node: { layer: string; flat: number },
  direction: Direction,
): { layer: string; flat: number } | null {
  const block = layout.byName.get(node.layer);
  if (block === undefined) return null;
  const dx = direction === "left" ? -1 : direction === "right" ? 1 : 0;
  const dy = direction === "up" ? -1 : direction === "down" ? 1 : 0;
  const { column, row } = cellOf(block, node.flat);
  // Free cells may lie between two feature maps.
  const gap = block.maps === null ? 1 : dx === 0 ? block.maps.gapY : block.maps.gapX;
  for (let distance = 1; distance <= gap + 1; distance++) {
    const flat = flatOf(block, column + dx * distance, row + dy * distance);
    if (flat >= 0) return { layer: block.layer, flat };
  }
  const here = nodePosition(block, node.flat);
  if (layout.lines.length > 0 && dx !== 0) {
    // Lines are read like text: after the last layer of one comes the first of the next.
    const beside = layout.blocks[block.position + dx];
    if (beside !== undefined && beside.line !== block.line) {
      return { layer: beside.layer, flat: nearestNode(beside, beside.x, beside.y + here.y - block.y) };
    }
  }
  let best: { layer: string; flat: number } | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const other of layout.blocks) {
    if (other === block) continue;
    const near = nearestNode(other, here.x, here.y);
    const position = nodePosition(other, near);
    const along = (position.x - here.x) * dx + (position.y - here.y) * dy;
    if (along <= Math.min(block.pitchX, block.pitchY) * 0.5) continue;
    const aside = Math.abs((position.x - here.x) * dy) + Math.abs((position.y - here.y) * dx);
    if (aside > along * 4) continue;
    if (along + aside * 0.5 < least) {
      least = along + aside * 0.5;
      best = { layer: other.layer, flat: near };
    }
  }
  return best;
}

/** The node of a block that is nearest to a world point. */
function nearestNode(block: Block, x: number, y: number): number {
  return nearestFlat(block, Math.floor((x - block.x) / block.pitchX), Math.floor((y - block.y) / block.pitchY));
}
