import { describe, expect, test } from "vitest";
import { spreadOut } from "../src/graph_windows";
import { mapSize, nextNode, nodeLookingAt, placeOf, windowGrids } from "../src/windows";
import type { Explanation, Term, WindowPlace } from "../src/wire";

function term(index: number[], value: number, weight: number): Term {
  return { source: { layer: "input", index }, value, weight, product: value * weight };
}

function explanation(index: number[], window: Partial<WindowPlace>, terms: Term[], sums: number[]): Explanation {
  return {
    layer: "conv",
    index,
    kind: "Conv2D",
    operation: "weighted_sum",
    terms,
    others: { count: 0, sum: 0 },
    bias: 0,
    pre_activation: 0,
    activation: null,
    activation_parameters: {},
    value: 0,
    recomputed: 0,
    difference: 0,
    exact: true,
    pinned: false,
    window: { layer: "input", start: [0, 0], size: [2, 2], strides: [1, 1], dilation: [1, 1], padding: [], ...window },
    channels: sums.map((sum, channel) => ({ channel, sum })),
  };
}

describe("the grids of a window", () => {
  test("put every term into its cell, and leave padding empty", () => {
    // Padding "same": the window begins one row and one column in front of the input.
    const corner = explanation([0, 0, 5], { start: [-1, -1] }, [term([0, 0, 1], 3, 2), term([0, 0, 0], 1, 4)], [4, 6]);
    const [first, second] = windowGrids(corner);
    expect(first?.channel).toBe(0);
    expect(first?.sum).toBe(4);
    expect(first?.cells.map((cell) => cell.term?.product ?? null)).toEqual([null, null, null, 4]);
    expect(second?.cells.map((cell) => cell.term?.product ?? null)).toEqual([null, null, null, 6]);
    expect(second?.cells[0]).toMatchObject({ row: -1, column: -1 });
  });

  test("know the gaps of a dilated window", () => {
    const dilated = explanation([0, 0, 0], { start: [1, 0], dilation: [2, 3] }, [term([3, 3, 0], 1, 1)], [1]);
    expect(windowGrids(dilated)[0]?.cells.map(({ row, column }) => [row, column])).toEqual([
      [1, 0],
      [1, 3],
      [3, 0],
      [3, 3],
    ]);
    expect(windowGrids(dilated)[0]?.cells[3]?.term?.value).toBe(1);
  });

  test("of a sequence have one row", () => {
    const steps = explanation(
      [4, 0],
      { start: [4], size: [3], strides: [1], dilation: [1] },
      [term([5, 0], 7, 1)],
      [7],
    );
    const [grid] = windowGrids(steps);
    expect(grid).toMatchObject({ rows: 1, columns: 3 });
    expect(grid?.cells.map((cell) => cell.term?.value ?? null)).toEqual([null, 7, null]);
  });

  test("of a pooling, which has no sums, come from its terms alone", () => {
    const pooling = explanation([0, 0, 2], {}, [{ ...term([1, 1, 2], 9, 1), winner: true }], []);
    const grids = windowGrids(pooling);
    expect(grids).toHaveLength(1);
    expect(grids[0]).toMatchObject({ channel: 2, sum: null });
    expect(grids[0]?.cells[3]?.term?.winner).toBe(true);
  });
});

const INPUT = [16, 16, 2];

describe("where a window stands", () => {
  test("the node that looks at a pixel is the one whose window has it in the middle", () => {
    const strided = explanation([2, 3, 1], { start: [3, 5], size: [3, 3], strides: [2, 2] }, [], []);
    // start = index × 2 - 1, so the middle of the window of (2, 3) is (4, 6).
    expect(nodeLookingAt(strided, [8, 8, 4], 4, 6, INPUT)).toEqual({ layer: "conv", index: [2, 3, 1] });
    expect(nodeLookingAt(strided, [8, 8, 4], 6, 6, INPUT)?.index).toEqual([3, 3, 1]);
    expect(nodeLookingAt(strided, [8, 8, 4], 0, 0, INPUT)?.index).toEqual([0, 0, 1]);
    expect(nodeLookingAt(strided, [8, 8, 4], 99, 99, INPUT)?.index).toEqual([7, 7, 1]);
    const transposed = { ...strided, kind: "Conv2DTranspose" };
    expect(nodeLookingAt(transposed, [8, 8, 4], 1, 3, [4, 4, 2])?.index).toEqual([3, 7, 1]);
  });

  test("goes row by row, and from the last position to the first", () => {
    const node = { layer: "conv", index: [0, 2, 1] };
    expect(nextNode(node, [2, 3, 4], 1).index).toEqual([1, 0, 1]);
    expect(nextNode(node, [2, 3, 4], -1).index).toEqual([0, 1, 1]);
    expect(nextNode({ layer: "conv", index: [1, 2, 1] }, [2, 3, 4], 1).index).toEqual([0, 0, 1]);
    expect(nextNode({ layer: "conv", index: [4, 1] }, [5, 2], 1).index).toEqual([0, 1]);
  });

  test("places of images and of sequences", () => {
    expect(placeOf([3, 4, 5])).toEqual({ row: 3, column: 4, channel: 5 });
    expect(placeOf([4, 5])).toEqual({ row: 0, column: 4, channel: 5 });
    expect(mapSize([7, 2])).toEqual({ rows: 1, columns: 7, channels: 2 });
  });
});

test("kernels stand apart, in their order, and inside", () => {
  const places = spreadOut([10, 12, 11, 90, 99], 10, 5, 100);
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = places;
  expect(a).toBe(10);
  expect(c).toBe(20);
  expect(b).toBe(30);
  expect(e - d).toBeGreaterThanOrEqual(10);
  expect(e).toBeLessThanOrEqual(100);
});
