import { describe, expect, it } from "vitest";

import { extent, paddedDomain, segments, tangent } from "../src/plots/segments";

const grid = Array.from({ length: 201 }, (_, i) => (i - 100) / 10);

/** The x at which each run begins and ends. */
function ends(x: readonly number[], y: readonly number[], jumps: boolean): [number, number][] {
  return segments(x, y, jumps).map((run) => [run[0]?.[0] ?? Number.NaN, run.at(-1)?.[0] ?? Number.NaN]);
}

describe("segments", () => {
  it("joins all finite samples", () => {
    expect(segments([0, 1, 2], [3, 4, 5])).toEqual([
      [
        [0, 3],
        [1, 4],
        [2, 5],
      ],
    ]);
  });

  it("leaves a gap where a sample is not finite", () => {
    const y = [1, Number.NaN, 3, 4, Number.POSITIVE_INFINITY];
    expect(segments([0, 1, 2, 3, 4], y)).toEqual([
      [[0, 1]],
      [
        [2, 3],
        [3, 4],
      ],
    ]);
  });

  it("has nothing to join in an empty or wholly invalid series", () => {
    expect(segments([], [])).toEqual([]);
    expect(segments([0, 1], [Number.NaN, Number.NaN])).toEqual([]);
  });

  it("breaks at the jump of a step function, and only when asked", () => {
    const step = grid.map((x) => (x >= 0 ? 1 : 0));
    expect(ends(grid, step, true)).toEqual([
      [-10, -0.1],
      [0, 10],
    ]);
    expect(ends(grid, step, false)).toEqual([[-10, 10]]);
  });

  it("breaks at jumps between slopes too", () => {
    const shrink = grid.map((x) => (Math.abs(x) > 0.5 ? x : 0));
    expect(segments(grid, shrink, true)).toHaveLength(3);
  });

  it.each([
    ["tanh", Math.tanh],
    ["exponential", Math.exp],
    ["gaussian", (x: number) => Math.exp(-x * x)],
    ["relu", (x: number) => Math.max(0, x)],
    ["a steep sigmoid", (x: number) => 1 / (1 + Math.exp(-5 * x))],
    ["a constant", () => 1],
  ])("does not take %s for a jump", (_, f) => {
    expect(segments(grid, grid.map(f), true)).toHaveLength(1);
  });
});

describe("domains", () => {
  it("ignores what is not finite", () => {
    expect(extent([[1, Number.NaN, -2], [Number.NEGATIVE_INFINITY]])).toEqual([-2, 1]);
    expect(extent([[Number.NaN]])).toEqual([0, 0]);
  });

  it("gives a little air, and shows a constant together with zero", () => {
    const [low, high] = paddedDomain([[-1, 1]]);
    expect(low).toBeLessThan(-1);
    expect(high).toBeGreaterThan(1);
    expect(paddedDomain([[0, 0]])).toEqual([-1, 1]);
    expect(paddedDomain([[3, 3]])[0]).toBeLessThan(0);
    expect(paddedDomain([[-3]])[1]).toBeGreaterThan(0);
  });
});

describe("tangent", () => {
  it("has the slope on screen that it has in the data, and the length asked for", () => {
    const [x1, y1, x2, y2] = tangent(50, 40, 0.5, 10, 20, 30);
    expect((y2 - y1) / (x2 - x1)).toBeCloseTo((-0.5 * 20) / 10);
    expect(Math.hypot(x2 - x1, y2 - y1)).toBeCloseTo(30);
    expect([(x1 + x2) / 2, (y1 + y2) / 2]).toEqual([50, 40]);
  });

  it("is level where the slope is zero", () => {
    const [, y1, , y2] = tangent(0, 7, 0, 3, 5, 10);
    expect(y1).toBeCloseTo(7);
    expect(y2).toBeCloseTo(7);
  });
});
