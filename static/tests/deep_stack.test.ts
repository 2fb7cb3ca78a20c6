import { describe, expect, it } from "vitest";
import { type DeepStack, FIRST_STACK, freePrefix, roundOf, stackOperations } from "../src/deep_stack";
import { layerRows, listItems, repeatOf } from "../src/views/edit/layer_rows";
import type { NetworkDocument, Summary } from "../src/wire";

const STACK: DeepStack = { ...FIRST_STACK, times: 100, units: 8, activation: "tanh" };

describe("a deep stack", () => {
  it("is one layer, or normalises before it, or skips around it", () => {
    expect(roundOf(STACK)).toEqual([{ name: "dense", kind: "Dense", units: 8, activation: "tanh" }]);
    const whole = roundOf({ ...STACK, normalization: "LayerNormalization", residual: true, initializer: "he_normal" });
    expect(whole.map((layer) => layer.kind)).toEqual(["Activation", "LayerNormalization", "Dense", "Add"]);
    expect(whole[2]).toMatchObject({ kernel_initializer: "he_normal" });
    expect(whole[3]).toMatchObject({ inputs: ["dense", "skip"] });
  });

  it("takes names that are free in every round", () => {
    expect(freePrefix(STACK, new Set(["dense", "dense_101"]))).toBe("");
    expect(freePrefix(STACK, new Set(["dense_7"]))).toBe("deep_");
    expect(freePrefix(STACK, new Set(["dense_7", "deep_dense_1"]))).toBe("deep_2_");
  });

  it("brings what enters to the width of a residual stack", () => {
    expect(stackOperations(STACK, "hidden", [3], new Set())).toMatchObject([
      { operation: "add_repeat", repeat: 100, after: "hidden" },
    ]);
    const residual = { ...STACK, residual: true };
    expect(stackOperations(residual, "hidden", [8], new Set())).toHaveLength(1);
    expect(stackOperations(residual, "hidden", [3], new Set())).toMatchObject([
      { operation: "add_layer", layer: { name: "enter", units: 8 }, after: "hidden" },
      { operation: "add_repeat", after: "enter" },
    ]);
  });
});

const DOCUMENT: NetworkDocument = {
  input: { shape: [2] },
  layers: [
    { name: "first", kind: "Dense", units: 4 },
    {
      repeat: 500,
      layers: [
        { name: "a", kind: "Dense", units: 4, activation: "relu" },
        { repeat: 2, name: "b", kind: "Dropout", rate: 0.5 },
      ],
    },
    { repeat: 3, name: "c", kind: "Dense", units: 2 },
    { name: "last", kind: "Dense", units: 1 },
  ],
};

function summaryOf(names: string[]): Summary {
  return {
    layers: ["input", ...names].map((name, at, all) => ({
      name,
      kind: "Dense",
      inputs: at === 0 ? [] : [all[at - 1] ?? ""],
      output_shape: [4],
      parameters: 0,
      trainable: 0,
      non_trainable: 0,
      multiply_adds: 0,
    })),
    total_parameters: 0,
    trainable_parameters: 0,
    non_trainable_parameters: 0,
    multiply_adds: 0,
    parameter_bytes: 0,
  };
}

describe("the builder's list", () => {
  const rounds = Array.from({ length: 500 }, (_, at) => [`a_${at + 1}`, `b_1_${at + 1}`, `b_2_${at + 1}`]).flat();
  const rows = layerRows(DOCUMENT, summaryOf(["first", ...rounds, "c_1", "c_2", "c_3", "last"]));

  it("knows of every layer where it stands in a repeat, and its arguments", () => {
    expect(rows).toHaveLength(1505);
    expect(rows[0]?.repeat).toBeNull();
    expect(rows[5]).toMatchObject({
      name: "b_1_2",
      given: { rate: 0.5 },
      repeat: { entry: 1, rounds: 500, round: 1, position: 1, length: 3 },
    });
    expect(rows[1503]).toMatchObject({ name: "c_3", given: { units: 2 }, repeat: { round: 2, length: 1 } });
  });

  it("knows a repeat until weights of one of its rounds are changed", () => {
    const summary = summaryOf(["first", ...rounds, "c_1", "c_2", "c_3", "last"]);
    const edit = (layer: string) => [{ layer, parameter: "kernel", index: [0, 0], value: 1 }];
    expect(repeatOf(DOCUMENT, [], summary, "first")).toBeNull();
    expect(repeatOf(DOCUMENT, [], summary, "b_1_2")).toMatchObject({ rounds: 500, round: 1 });
    expect(repeatOf(DOCUMENT, edit("first"), summary, "c_2")).toMatchObject({ rounds: 3, round: 1 });
    expect(repeatOf(DOCUMENT, edit("a_7"), summary, "c_2")).toMatchObject({ rounds: 3 });
    expect(repeatOf(DOCUMENT, edit("c_1"), summary, "c_2")).toBeNull();
  });

  it("shows a repeat by one round: that of the chosen layer, else the first", () => {
    const items = listItems(rows, "b_2_250");
    expect(items.map((item) => item.type)).toEqual(["layer", "repeat", "repeat", "layer"]);
    expect(items[1]).toMatchObject({
      first: "a_1",
      last: "b_2_500",
      rows: [{ name: "a_250" }, {}, { name: "b_2_250" }],
    });
    expect(items[2]).toMatchObject({ first: "c_1", last: "c_3", rows: [{ name: "c_1" }] });
    expect(listItems(rows, null)[1]).toMatchObject({ rows: [{ name: "a_1" }, {}, {}] });
  });
});
