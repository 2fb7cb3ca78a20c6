import { expect, test } from "vitest";
import { flatIndex, indexOf, sameNode, sizeOf } from "../src/graph_types";

test("flat indices and tuples are inverse, in C order", () => {
  for (const shape of [[], [1], [7], [3, 4], [2, 3, 4], [2, 1, 3, 2]]) {
    for (let flat = 0; flat < sizeOf(shape); flat++) expect(flatIndex(shape, indexOf(shape, flat))).toBe(flat);
  }
  expect(flatIndex([3, 4], [1, 2])).toBe(6);
});

test("indices outside the shape have none", () => {
  for (const index of [[3, 0], [0, 4], [-1, 0], [0.5, 0], [0], [0, 0, 0]]) expect(flatIndex([3, 4], index)).toBe(-1);
});

test("nodes are compared by what they say", () => {
  expect(sameNode({ layer: "a", index: [1] }, { layer: "a", index: [1] })).toBe(true);
  expect(sameNode({ layer: "a", index: [1] }, { layer: "a", index: [2] })).toBe(false);
  expect(sameNode(null, { layer: "a", index: [2] })).toBe(false);
  expect(sameNode(null, null)).toBe(true);
});
