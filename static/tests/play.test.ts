import { describe, expect, it } from "vitest";
import { clampStep, knownNodes, planOf, SINGLE_OF_MANY, SINGLE_UP_TO, stageAt, stepOf } from "../src/play";

describe("the steps of a forward pass", () => {
  it("takes a layer at a time, the input first", () => {
    const plan = planOf([2, 3, 1], "layer");
    expect(plan.steps).toBe(3);
    expect([0, 1, 2].map((step) => stageAt(plan, step))).toEqual([
      { position: 0, first: 0, end: 2 },
      { position: 1, first: 0, end: 3 },
      { position: 2, first: 0, end: 1 },
    ]);
  });

  it("takes a node at a time inside the layers, and the input still as a whole", () => {
    const plan = planOf([2, 3, 1], "node");
    expect(plan.steps).toBe(5);
    expect(stageAt(plan, 0)).toEqual({ position: 0, first: 0, end: 2 });
    expect(stageAt(plan, 2)).toEqual({ position: 1, first: 1, end: 2 });
    expect(stageAt(plan, 4)).toEqual({ position: 2, first: 0, end: 1 });
  });

  it("takes the nodes of a large layer together after the first few", () => {
    const size = SINGLE_UP_TO + 1;
    const plan = planOf([1, size, 1], "node");
    expect(plan.steps).toBe(1 + SINGLE_OF_MANY + 1 + 1);
    expect(stageAt(plan, SINGLE_OF_MANY)).toEqual({ position: 1, first: SINGLE_OF_MANY - 1, end: SINGLE_OF_MANY });
    expect(stageAt(plan, SINGLE_OF_MANY + 1)).toEqual({ position: 1, first: SINGLE_OF_MANY, end: size });
    expect(planOf([1, SINGLE_UP_TO, 1], "node").steps).toBe(SINGLE_UP_TO + 2);
  });

  it("computes every node once, in order", () => {
    const sizes = [4, 1, 40, 32, 7, 1000];
    for (const by of ["layer", "node"] as const) {
      const plan = planOf(sizes, by);
      const computed = sizes.map(() => 0);
      for (let step = 0; step < plan.steps; step++) {
        const { position, first, end } = stageAt(plan, step);
        expect(first).toBe(computed[position]);
        expect(end).toBeGreaterThan(first);
        computed[position] = end;
        expect(stepOf(plan, position, first)).toBe(step);
      }
      expect(computed).toEqual(sizes);
    }
  });

  it("stays within the steps that there are", () => {
    const plan = planOf([2, 3], "layer");
    expect([-5, 0, 1, 2, 1e9, Number.NaN].map((step) => clampStep(plan, step))).toEqual([0, 0, 1, 1, 1, 0]);
    expect(stageAt(plan, 99)).toEqual({ position: 1, first: 0, end: 3 });
    expect(clampStep(planOf([], "node"), 3)).toBe(0);
  });

  it("knows what has been computed", () => {
    const stage = { position: 1, first: 1, end: 2 };
    expect([0, 1, 2].map((position) => knownNodes(stage, position, 3))).toEqual([3, 2, 0]);
    expect(knownNodes(null, 2, 3)).toBe(3);
  });

  it("finds its place among ten thousand layers", () => {
    const plan = planOf(new Array(10_000).fill(64), "node");
    const step = plan.steps - 1;
    expect(stageAt(plan, step)).toEqual({ position: 9999, first: SINGLE_OF_MANY, end: 64 });
    expect(stepOf(plan, 9999, 63)).toBe(step);
  });
});
