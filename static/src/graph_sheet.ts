/**
 * Networks too deep for one line are laid out like a page: lines of layers one below the other, in columns. The first
 * rank, the input, stands in a margin on the left, where the lines have their labels.
 *
 * Where the layers repeat, a line holds whole periods, so that layers of a kind stand below each other.
 */

import type { PlacedRank, Room } from "./graph_sizes";

/** Layers in a line of a network whose layers are all alike: numbers that are easy to count by. */
const COUNTS = [4, 5, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 125, 150, 200, 250, 300, 400, 500, 750, 1000];
/** Longer periods are not looked for. */
const LONGEST_PERIOD = 128;
/** Share of the layers that may differ from the period, as those do at the end. */
const EXCEPTIONS = 0.05;
/** Periods in a line of layers that repeat. */
const PERIODS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200];
/** Blocks of a line stand at least this far apart, in pixels, however small they are. */
const LEAST_GAP = 2.5;
const LEAST_LINE_GAP = 5;
/** Rounds of halving the range in which the largest size lies. */
const HALVINGS = 16;
/** A line length must be this much better than a longer one. */
const BETTER = 1.02;
/** Whole rectangles are given up for nodes that are so much larger. */
const RAGGED_BETTER = 1.08;

export interface Sheet {
  unit: number;
  lines: PlacedRank[][];
  lineGap: number;
  /** Width of the margin on the left. */
  gutter: number;
}

/** What the sheet needs of the sizes: how large ranks of each kind are with nodes of a unit in lines of a height. */
export interface Sizing {
  /** Which kind each rank is of. */
  of: readonly number[];
  /** With `ragged` the last row of a wrapped layer may be cut short. */
  sizes: (unit: number, cross: number, ragged: boolean) => readonly PlacedRank[];
  gap: (unit: number) => number;
  /** The largest unit. */
  largest: number;
}

/** The length after which the kinds of ranks come again; 1 where there is none. */
export function periodOf(keys: readonly string[]): number {
  for (let period = 1; period <= Math.min(LONGEST_PERIOD, keys.length / 2); period++) {
    let left = EXCEPTIONS * keys.length;
    for (let at = period; at < keys.length && left >= 0; at++) {
      if (keys[at] !== keys[at - period]) left--;
    }
    if (left >= 0) return period;
  }
  return 1;
}

/** How many ranks a line may have, the most first. */
function lineLengths(count: number, period: number): number[] {
  if (period === 1) return COUNTS.filter((length) => length * 2 <= count + 1).reverse();
  return PERIODS.map((periods) => periods * period)
    .filter((length) => length * 2 <= count + period)
    .reverse();
}

interface Trial {
  length: number;
  lines: number;
  cross: number;
  lineGap: number;
  ragged: boolean;
}

/** The width of each column, and of the margin. */
function columnsOf(trial: Trial, sizing: Sizing, sizes: readonly PlacedRank[], room: Room, gap: number) {
  const { of } = sizing;
  const widths = new Array<number>(Math.min(trial.length, of.length - 1)).fill(0);
  for (let rank = 1; rank < of.length; rank++) {
    const column = (rank - 1) % trial.length;
    const main = sizes[of[rank] as number]?.main ?? 0;
    if (main > (widths[column] as number)) widths[column] = main;
  }
  const first = sizes[of[0] as number]?.main ?? 0;
  const gutter = Math.max(first + Math.max(10, gap), Math.min(92, Math.max(64, room.main * 0.15)));
  return { widths, gutter };
}

function fits(trial: Trial, sizing: Sizing, room: Room, unit: number): boolean {
  const sizes = sizing.sizes(unit, trial.cross, trial.ragged);
  const gap = Math.max(sizing.gap(unit), LEAST_GAP);
  if (sizes.some((size) => size.cross > trial.cross + 1e-9)) return false;
  const { widths, gutter } = columnsOf(trial, sizing, sizes, room, gap);
  const main = widths.reduce((sum, width) => sum + width, gutter + gap * (widths.length - 1));
  return main <= room.main;
}

/** The largest unit with which lines of this length fit, by halving; 0 where not even a tiny one does. */
function largestUnit(trial: Trial, sizing: Sizing, room: Room): number {
  let low = 1e-3;
  let high = sizing.largest;
  if (fits(trial, sizing, room, high)) return high;
  if (!fits(trial, sizing, room, low)) return 0;
  for (let round = 0; round < HALVINGS; round++) {
    const middle = Math.sqrt(low * high);
    if (fits(trial, sizing, room, middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The sheet with the largest nodes; null where lines give no larger ones than `least`. */
export function arrangeSheet(sizing: Sizing, keys: readonly string[], room: Room, least: number): Sheet | null {
  const count = sizing.of.length - 1;
  let best: { trial: Trial; unit: number } | null = null;
  for (const length of lineLengths(count, periodOf(keys.slice(1)))) {
    const lines = Math.ceil(count / length);
    const lineGap = Math.min(room.lineGap, Math.max(LEAST_LINE_GAP, (0.22 * room.cross) / lines));
    const cross = (room.cross - lineGap * (lines - 1)) / lines;
    if (lines < 2 || cross <= 1) continue;
    for (const ragged of [false, true]) {
      const trial = { length, lines, cross, lineGap, ragged };
      const unit = largestUnit(trial, sizing, room);
      const better = (best?.unit ?? 0) * (ragged ? RAGGED_BETTER : BETTER);
      if (unit > least && unit > better) best = { trial, unit };
    }
  }
  return best === null ? null : placeSheet(best.trial, best.unit, sizing, room);
}

function placeSheet(trial: Trial, unit: number, sizing: Sizing, room: Room): Sheet {
  const sizes = sizing.sizes(unit, trial.cross, trial.ragged);
  const gap = Math.max(sizing.gap(unit), LEAST_GAP);
  const { widths, gutter } = columnsOf(trial, sizing, sizes, room, gap);
  const used = widths.reduce((sum, width) => sum + width, gutter + gap * (widths.length - 1));
  // What is left of the room widens the gaps, but not beyond what still looks like a line.
  const widest = Math.max(...widths);
  const more = Math.min((room.main - used) / Math.max(1, widths.length - 1), Math.max(0.6 * widest, 3));
  const starts: number[] = [];
  let start = gutter;
  for (const width of widths) {
    starts.push(start);
    start += width + gap + more;
  }
  const lines: PlacedRank[][] = Array.from({ length: trial.lines }, () => []);
  for (const [rank, kind] of sizing.of.entries()) {
    const size = sizes[kind];
    if (size === undefined) continue;
    if (rank === 0) {
      lines[0]?.push({ ...size, start: Math.max(0, gutter - 10 - size.main), before: 0 });
      continue;
    }
    const column = (rank - 1) % trial.length;
    const aside = ((widths[column] ?? 0) - size.main) / 2;
    lines[Math.floor((rank - 1) / trial.length)]?.push({
      ...size,
      start: (starts[column] ?? 0) + aside,
      before: gap + more,
    });
  }
  const heights = lines.map((line) => line.reduce((most, rank) => Math.max(most, rank.cross), 0));
  const free = room.cross - heights.reduce((sum, height) => sum + height, 0);
  const lineGap = Math.min(free / Math.max(1, trial.lines - 1), Math.max(trial.lineGap, room.lineGap));
  return { unit, lines, lineGap, gutter };
}
