/** Pure geometry of a sampled curve: where it may be joined by a line, and which part of the plane it needs. */

export type Domain = readonly [number, number];
export type SamplePoint = [number, number];

/** A step must be this many times larger than the steps beside it to count as a jump of the function itself. */
const JUMP_RATIO = 4;
const SMALLEST_JUMP = 0.01;
const PADDING = 0.06;

/**
 * The runs of neighbouring samples that a line may join.
 *
 * A sample that is not finite ends a run. With `jumps`, so does a discontinuity: drawing a function such as
 * binary_step through its jump would show slopes that it does not have.
 */
export function segments(x: ArrayLike<number>, y: ArrayLike<number>, jumps = false): SamplePoint[][] {
  const runs: SamplePoint[][] = [];
  const [low, high] = extent([y]);
  const smallest = (high - low) * SMALLEST_JUMP;
  let run: SamplePoint[] = [];
  const count = Math.min(x.length, y.length);
  for (let i = 0; i < count; i++) {
    const px = x[i]!;
    const py = y[i]!;
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      if (run.length > 0) runs.push(run);
      run = [];
      continue;
    }
    if (jumps && run.length > 0 && isJump(y, i, smallest)) {
      runs.push(run);
      run = [];
    }
    run.push([px, py]);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Does the curve jump between sample i - 1 and sample i? */
function isJump(y: ArrayLike<number>, i: number, smallest: number): boolean {
  const step = Math.abs(y[i]! - y[i - 1]!);
  if (!(step > smallest)) return false;
  const before = difference(y, i - 1);
  const after = difference(y, i + 1);
  return step > JUMP_RATIO * Math.max(before, after);
}

function difference(y: ArrayLike<number>, i: number): number {
  if (i < 1 || i >= y.length) return 0;
  const value = Math.abs(y[i]! - y[i - 1]!);
  return Number.isFinite(value) ? value : 0;
}

/** The smallest and largest finite number of all lists; [0, 0] if there is none. */
export function extent(lists: readonly ArrayLike<number>[]): Domain {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 0];
}

/** The part of an axis that shows all values with a little air; a constant is shown together with zero. */
export function paddedDomain(lists: readonly ArrayLike<number>[]): Domain {
  let [low, high] = extent(lists);
  if (low === high) {
    if (low === 0) return [-1, 1];
    low = Math.min(low, 0);
    high = Math.max(high, 0);
  }
  const padding = (high - low) * PADDING;
  return [low - padding, high + padding];
}

/**
 * The two ends, in pixels, of a tangent of the given length through (px, py).
 *
 * `slope` is in data units; `unitX` and `unitY` are the pixels of one data unit on each axis (y upwards).
 */
export function tangent(
  px: number,
  py: number,
  slope: number,
  unitX: number,
  unitY: number,
  length: number,
): [number, number, number, number] {
  const angle = Math.atan2(-slope * unitY, unitX);
  const dx = (Math.cos(angle) * length) / 2;
  const dy = (Math.sin(angle) * length) / 2;
  return [px - dx, py - dy, px + dx, py + dy];
}
