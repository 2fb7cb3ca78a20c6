import { describe, expect, it, vi } from "vitest";
import { knownPoint, loadPoint, reachFor, sumBefore } from "../src/activation_point";
import { type Api, ApiError } from "../src/api";
import type { Explanation } from "../src/wire";

function explanation(change: Partial<Explanation> = {}): Explanation {
  return {
    layer: "hidden",
    index: [0],
    kind: "Dense",
    operation: "weighted_sum",
    terms: [{ source: { layer: "input", index: [0] }, value: 3, weight: 1, product: 3 }],
    others: { count: 0, sum: 0 },
    bias: 0.1,
    pre_activation: 0.41,
    activation: "relu",
    activation_parameters: {},
    value: 0.41,
    recomputed: 0.41,
    difference: 0,
    exact: true,
    pinned: false,
    ...change,
  };
}

function fakeApi() {
  const curve = vi.fn(async () => ({ x: [-4, 4], y: [0, 4], dy: [0, 1] }));
  const evaluate = vi.fn(async () => ({ outputs: 0.41, derivatives: 1 }));
  return { api: { curve, evaluate } as unknown as Api, curve, evaluate };
}

const { signal } = new AbortController();

describe("the sum before the activation", () => {
  it("is the weighted sum, or what an activation layer reads", () => {
    expect(sumBefore(explanation())).toBe(0.41);
    expect(sumBefore(explanation({ operation: "activation", pre_activation: null }))).toBe(3);
    expect(sumBefore(explanation({ operation: "pooling_max", pre_activation: null }))).toBeNull();
  });

  it("is not one number where the activation reads a whole axis", () => {
    expect(sumBefore(explanation({ activation_terms: [] }))).toBeNull();
  });
});

describe("the point on the curve", () => {
  it("belongs to its explanation and is fetched once", async () => {
    const { api, evaluate } = fakeApi();
    const one = explanation();
    expect(knownPoint(one)).toBeNull();
    await loadPoint(api, one, signal);
    await loadPoint(api, one, signal);
    expect(knownPoint(one)).toMatchObject({ x: 0.41, evaluation: { outputs: 0.41, derivatives: 1 } });
    expect(evaluate).toHaveBeenCalledOnce();
    expect(knownPoint(explanation())).toBeNull();
  });

  it.each([
    ["a straight line", { activation: "linear" }],
    ["no activation", { activation: null }],
    ["a sum that is not finite", { pre_activation: Number.POSITIVE_INFINITY }],
    ["a sum beyond every axis", { pre_activation: 1e200 }],
  ])("is not asked for with %s", async (_, change) => {
    const { api, evaluate, curve } = fakeApi();
    await loadPoint(api, explanation(change), signal);
    expect([evaluate.mock.calls, curve.mock.calls]).toEqual([[], []]);
  });

  it("is left out when the server fails, for the numbers do not need it", async () => {
    const { api, evaluate } = fakeApi();
    evaluate.mockRejectedValueOnce(new ApiError(500, "Broken", "broken", [], null));
    const one = explanation({ activation: "tanh" });
    await loadPoint(api, one, signal);
    expect(knownPoint(one)).toBeNull();
  });

  it("stands well inside a curve of few sizes", () => {
    expect([0, -3, 5, 9, 70].map(reachFor)).toEqual([4, 4, 10, 20, 100]);
  });
});
