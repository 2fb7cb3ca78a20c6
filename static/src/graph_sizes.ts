/**
 * How large the nodes of each layer are and where the ranks stand along the main axis.
 *
 * One size is searched, the largest with which the network fits the room; wide layers take a smaller share of it,
 * because they are read as a whole before they are read node by node. A network too deep for one line is broken into
 * several, like text.
 */

import { type Form, formOf, type Grid, mapGaps, tileMaps, wrapEvenly, wrapTightly } from "./graph_shapes";
import { arrangeSheet } from "./graph_sheet";

/** Room in CSS pixels along and across the direction in which the network runs. */
export interface Room {
  main: number;
  cross: number;
  /** Between layers of the same rank. */
  stackGap: number;
  /** Between lines of ranks. */
  lineGap: number;
  /** Distance of neighbouring ranks at which their headers can be read. */
  header: number;
  /** True if the main axis is horizontal. */
  across: boolean;
}

/** A grid with its sizes; `main` and `cross` are the extents of what is seen of it. */
export interface Sized extends Grid {
  pitchX: number;
  pitchY: number;
  diameter: number;
  main: number;
  cross: number;
}

export interface PlacedRank {
  start: number;
  /** Gap to the rank before. */
  before: number;
  main: number;
  cross: number;
  blocks: Sized[];
}

export interface Plan {
  lines: PlacedRank[][];
  stackGap: (blocks: number) => number;
  lineGap: number;
  /** Width of the margin on the left of several lines; 0 where there is one line. */
  gutter: number;
}

interface SizedLayer {
  shape: number[];
  kind?: string;
  labels?: string[];
  /** Its three channels are shown as one colour picture too. */
  picture?: unknown;
}

const LARGEST_DISC = 76;
/** Distance of node centres in a wrapped layer whose discs are just large enough for a number. */
const READABLE_PITCH = 34;
/** Share of its cell that a disc fills in a grid, and of the step between two in a column. */
const GRID_FILL = 0.9;
const COLUMN_FILL = 0.86;
/** Discs in a column stand no further apart than this many diameters, so that they still look like one layer. */
const WIDEST_STEP = 2.4;
const LARGEST_UNIT = LARGEST_DISC / COLUMN_FILL;
const LONGEST_COLUMN = 16;
const KERNEL_GAP = 34;
const BESIDE_MAPS = 7;
/** Networks with more ranks than this may be broken into lines, and those with more than the other always are. */
export const LONGEST_LINE = 14;
const DEEPEST_LINE = 80;

/** Wide layers get smaller nodes: 1 up to 64, a half at a thousand. */
function shareOf(count: number): number {
  return (64 / Math.max(count, 64)) ** 0.25;
}

/** The gap shrinks with the nodes: below a readable size edges are not drawn one by one. */
function gapFor(unit: number): number {
  return unit >= 26 ? Math.max(46, 1.2 * unit) : Math.max(0.8 * unit, 46 * (unit / 26) ** 1.5);
}

/** What a rank is made of; ranks with the same content share one. */
interface RankKind {
  forms: Form[];
  labelled: boolean[];
}

function rankKinds(stacks: readonly (readonly SizedLayer[])[]): { kinds: RankKind[]; of: number[] } {
  const kinds: RankKind[] = [];
  const known = new Map<string, number>();
  const of = stacks.map((stack) => {
    const key = stack
      .map((layer) => `${layer.shape.join("x")}${layer.labels === undefined ? "" : "!"}${layer.picture ? "*" : ""}`)
      .join(" ");
    let kind = known.get(key);
    if (kind === undefined) {
      kind = kinds.length;
      known.set(key, kind);
      kinds.push({
        forms: stack.map((layer) => formOf(layer.shape, Boolean(layer.picture))),
        labelled: stack.map((layer) => layer.labels !== undefined),
      });
    }
    return kind;
  });
  return { kinds, of };
}

/** Shares out the cross axis among the layers of a rank, by how many nodes they would show in a column. */
function crossRooms(forms: readonly Form[], cross: number, stackGap: number, across: boolean): number[] {
  const weights = forms.map((form) => {
    if (form.kind === "picture") return Math.min(across ? form.rows : form.columns, LONGEST_COLUMN);
    return Math.min(form.count, LONGEST_COLUMN);
  });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const room = cross - stackGap * (forms.length - 1);
  return weights.map((weight) => (room * weight) / total);
}

function isColumn(form: Form, labelled: boolean, room: number, across: boolean): boolean {
  if (form.kind !== "vector") return false;
  const slot = room / form.count;
  // Names beside the nodes need a column of their own.
  if (labelled && across && form.count <= 12 && slot >= READABLE_PITCH / 2) return true;
  return form.count <= LONGEST_COLUMN && slot >= READABLE_PITCH;
}

/** The largest disc that every column of the network has room for, so that they are all alike. */
function columnUnit(kinds: readonly RankKind[], cross: number, gap: (n: number) => number, across: boolean): number {
  let unit = LARGEST_UNIT;
  for (const { forms, labelled } of kinds) {
    const rooms = crossRooms(forms, cross, gap(forms.length), across);
    for (const [at, form] of forms.entries()) {
      const room = rooms[at] ?? 0;
      if (isColumn(form, labelled[at] ?? false, room, across)) {
        unit = Math.min(unit, Math.max(room / form.count, READABLE_PITCH));
      }
    }
  }
  return unit;
}

function sizeColumn(count: number, room: number, disc: number, across: boolean): Sized {
  const diameter = Math.min(disc, (COLUMN_FILL * room) / count);
  const step = count > 1 ? Math.min((room - diameter) / (count - 1), diameter * WIDEST_STEP) : diameter * 1.16;
  const aside = diameter * 1.16;
  const cross = (count - 1) * step + diameter;
  return {
    count,
    maps: null,
    columns: across ? 1 : count,
    rows: across ? count : 1,
    pitchX: across ? aside : step,
    pitchY: across ? step : aside,
    diameter,
    main: diameter,
    cross,
  };
}

function sizeGrid(grid: Grid, pitch: number, across: boolean): Sized {
  const width = grid.columns * pitch;
  const height = grid.rows * pitch;
  return {
    ...grid,
    pitchX: pitch,
    pitchY: pitch,
    diameter: pitch * GRID_FILL,
    main: across ? width : height,
    cross: across ? height : width,
  };
}

function sizeForm(form: Form, labelled: boolean, room: number, trial: Trial, across: boolean): Sized {
  const { count } = form;
  const { unit, disc, ragged } = trial;
  const wrap = ragged ? wrapTightly : wrapEvenly;
  if (isColumn(form, labelled, room, across)) return sizeColumn(count, room, disc, across);
  let pitch = Math.min(unit * shareOf(count), room);
  if (trial.pictured && form.kind === "vector" && count <= 512)
    pitch = Math.max(pitch, Math.min(BESIDE_MAPS, room / 8));
  // A small layer that had to wrap looks like the columns beside it.
  if (form.kind === "vector" && count <= LONGEST_COLUMN) pitch = Math.min(pitch, disc / GRID_FILL);
  if (form.kind === "picture") {
    const { columns, rows } = form;
    pitch = Math.min(pitch, room / (across ? rows : columns));
    return sizeGrid({ count, maps: null, columns, rows }, pitch, across);
  }
  if (form.kind === "maps") {
    const tiles = form.channels + form.lead;
    const { rows, columns } = tileMaps(form, tiles);
    // A tile and the gap before the next one, along the cross axis.
    const gap = across ? 0 : mapGaps(form).x;
    const side = across ? rows : (columns + gap) / tiles;
    pitch = Math.min(pitch, room / (side - gap));
    const lines = wrap(tiles, room / pitch / side + gap / side);
    return sizeGrid(tileMaps(form, across ? lines : Math.ceil(tiles / lines)), pitch, across);
  }
  const lines = wrap(count, room / pitch);
  const columns = across ? lines : Math.ceil(count / lines);
  return sizeGrid({ count, maps: null, columns, rows: Math.ceil(count / columns) }, pitch, across);
}

/** Sizes to be tried: of nodes in grids and in columns, and whether grids may have a ragged end. */
interface Trial {
  unit: number;
  disc: number;
  ragged: boolean;
  /** Beside feature maps, whose pixels are tiny, other nodes must not become as tiny. */
  pictured: boolean;
}

/** All rank kinds with nodes of the given unit. */
function sizeKinds(
  kinds: readonly RankKind[],
  cross: number,
  trial: Trial,
  gap: (n: number) => number,
  across: boolean,
): PlacedRank[] {
  return kinds.map(({ forms, labelled }) => {
    const between = gap(forms.length);
    const rooms = crossRooms(forms, cross, between, across);
    const blocks = forms.map((form, at) => sizeForm(form, labelled[at] ?? false, rooms[at] ?? 0, trial, across));
    return {
      start: 0,
      before: 0,
      main: blocks.reduce((most, block) => Math.max(most, block.main), 0),
      cross: blocks.reduce((sum, block) => sum + block.cross, between * (blocks.length - 1)),
      blocks,
    };
  });
}

/** Places the ranks in one line; null if that is longer than `main`. */
function placeLine(
  of: readonly number[],
  sized: readonly PlacedRank[],
  gap: number,
  spacing: number,
  main: number,
): PlacedRank[] | null {
  const line: PlacedRank[] = [];
  for (const kind of of) {
    const rank = sized[kind];
    if (rank === undefined) continue;
    const before = line[line.length - 1];
    const start =
      before === undefined ? 0 : before.start + before.main + Math.max(gap, spacing - (before.main + rank.main) / 2);
    if (start + rank.main > main) return null;
    line.push({ ...rank, start, before: before === undefined ? 0 : start - before.start - before.main });
  }
  return line;
}

/** Spreads the ranks of a line over the room that is left, each gap by the same amount. */
function spread(line: PlacedRank[], main: number, largest: number): void {
  const last = line[line.length - 1];
  if (last === undefined || line.length < 2) return;
  const extra = (main - last.start - last.main) / (line.length - 1);
  let shift = 0;
  let end = 0;
  for (const [at, rank] of line.entries()) {
    if (at > 0) shift += Math.max(0, Math.min(extra, largest - (rank.start - end)));
    end = rank.start + rank.main;
    rank.start += shift;
  }
}

interface Attempt {
  unit: number;
  disc: number;
  line: PlacedRank[];
}

/**
 * Sizes and places the ranks of a network.
 *
 * `stacks` holds the layers of each rank in the order in which they share the cross axis. Time is linear in the number
 * of layers.
 */
export function arrangeRanks(stacks: readonly (readonly SizedLayer[])[], room: Room): Plan {
  const { kinds, of } = rankKinds(stacks);
  const stackGap = (blocks: number) => (blocks > 1 ? Math.min(room.stackGap, (0.4 * room.cross) / (blocks - 1)) : 0);
  const pictured = kinds.some(({ forms }) => forms.some((form) => form.kind === "maps"));
  // Between feature maps there is room for kernels, and the maps are worth more than whole names.
  const kernels = pictured ? Math.min(KERNEL_GAP, (0.35 * room.main) / of.length) : 0;
  const gap = (unit: number) => Math.max(gapFor(unit), kernels);
  const spacing = Math.min(room.header, ((pictured ? 0.8 : 1) * room.main) / of.length);
  const sizesFor = (unit: number, cross: number, ragged: boolean) => {
    // Beside wide layers, whose nodes are small, columns keep discs that can hold a number.
    const readable = Math.max(unit, Math.min((pictured ? 6 : 1.7) * unit, READABLE_PITCH * 1.06));
    const disc = COLUMN_FILL * Math.min(readable, columnUnit(kinds, cross, stackGap, room.across));
    return { disc, sized: sizeKinds(kinds, cross, { unit, disc, ragged, pictured }, stackGap, room.across) };
  };
  const attempt = (unit: number, ragged: boolean): Attempt | null => {
    const { disc, sized } = sizesFor(unit, room.cross, ragged);
    const line = placeLine(of, sized, gap(unit), spacing, room.main);
    return line === null ? null : { unit, disc, line };
  };
  const search = (least: number, ragged = false): Attempt | null => {
    for (let unit = LARGEST_UNIT; unit > least; unit *= 0.96) {
      const found = attempt(unit, ragged);
      if (found !== null) return found;
    }
    return null;
  };

  const deep = of.length > LONGEST_LINE && room.across;
  let best = of.length > DEEPEST_LINE && room.across ? null : search(1e-3);
  // A ragged end is worth a clearly larger node.
  best = best === null ? null : (search(best.unit * 1.08, true) ?? best);
  if (deep) {
    const sizing = {
      of,
      sizes: (unit: number, cross: number, ragged: boolean) => sizesFor(unit, cross, ragged).sized,
      gap,
      largest: LARGEST_UNIT,
    };
    const keys = stacks.map((stack) => stack.map(({ kind, shape }) => `${kind} ${shape.join("x")}`).join(" "));
    // Lines must earn their place by clearly larger nodes.
    const sheet = arrangeSheet(sizing, keys, room, (best?.unit ?? 0) * 1.25);
    if (sheet !== null) return { lines: sheet.lines, stackGap, lineGap: sheet.lineGap, gutter: sheet.gutter };
    best ??= search(1e-3);
  }
  if (best === null) throw new RangeError("the network cannot be laid out: a layer without nodes?");
  spread(best.line, room.main, Math.max(180, best.disc * 3.2));
  return { lines: [best.line], stackGap, lineGap: 0, gutter: 0 };
}
