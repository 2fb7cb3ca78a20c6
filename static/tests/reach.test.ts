import { describe, expect, it } from "vitest";
import type { Actions } from "../src/actions";
import { createReachActions, namedLayers } from "../src/actions_reach";
import { ApiError } from "../src/api";
import type { FindApi, Finding } from "../src/api_find";
import { completionsOf, type NamedLayer, OFFERED, positionsFrom, readPlace } from "../src/reach";
import { type Answer, createStore, type Edit } from "../src/store";
import { foundSentence } from "../src/views/reach/FoundBar";
import type { Summary } from "../src/wire";

function layer(name: string, shape: number[], change: Partial<NamedLayer> = {}): NamedLayer {
  return { name, kind: "Dense", activation: "relu", shape, labels: [], ...change };
}

const DEEP: readonly NamedLayer[] = [
  layer("input", [2], { kind: "Input", activation: null, labels: ["width", "x2"] }),
  ...Array.from({ length: 1000 }, (_, at) => layer(`dense_${at + 1}`, [64])),
  layer("norm", [64], { kind: "BatchNormalization", activation: null }),
  layer("map", [8, 4, 3], { kind: "Conv2D" }),
];

const names = (text: string, layers = DEEP) => completionsOf(text, layers).offers.map((offer) => offer.name);

describe("completion", () => {
  it("offers layers whose name begins so, short names first, and says how many more there are", () => {
    const { offers, more } = completionsOf("dense_5", DEEP);
    expect(offers).toHaveLength(OFFERED);
    expect(offers.slice(0, 3).map((offer) => offer.name)).toEqual(["dense_5", "dense_50", "dense_51"]);
    expect(more).toBe(111 - OFFERED);
    expect(names("517")[0]).toBe("dense_517");
    expect(names("DENSE_1000")).toEqual(["dense_1000"]);
  });

  it("finds kinds, activations, names of nodes and what stands out", () => {
    expect(names("batch")).toEqual(["norm"]);
    expect(completionsOf("relu", DEEP).offers.slice(0, 2)).toMatchObject([{ name: "dense_1" }, { name: "dense_2" }]);
    expect(completionsOf("wid", DEEP).offers).toEqual([
      { type: "place", name: "input[0]", detail: "width", node: { layer: "input", index: [0] } },
    ]);
    expect(completionsOf("nan", DEEP).offers).toMatchObject([{ type: "jump", what: "non_finite" }]);
    expect(
      completionsOf("", DEEP)
        .offers.slice(0, 4)
        .map((offer) => offer.type),
    ).toEqual(Array(4).fill("jump"));
  });

  it("completes indexes, axis by axis", () => {
    expect(names("dense_517[")).toHaveLength(OFFERED);
    expect(completionsOf("dense_517[", DEEP).more).toBe(64 - OFFERED);
    expect(names("dense_517[6")).toEqual([
      "dense_517[6]",
      "dense_517[60]",
      "dense_517[61]",
      "dense_517[62]",
      "dense_517[63]",
    ]);
    expect(names("dense_517[12]")).toEqual(["dense_517[12]"]);
    expect(names("dense_517[64]")).toEqual([]);
    expect(names("map[2,")).toEqual(["map[2,0,0]", "map[2,1,0]", "map[2,2,0]", "map[2,3,0]"]);
    expect(names("map[2,3,1")).toEqual(["map[2,3,1]"]);
    expect(names("map[9,")).toEqual([]);
    expect(names("map[0,0,0,")).toEqual([]);
    expect(completionsOf("input[", DEEP).offers.map((offer) => "detail" in offer && offer.detail)).toEqual([
      "width",
      "x2",
    ]);
  });

  it("counts the positions that begin with some digits like a plain search", () => {
    for (const length of [1, 9, 10, 64, 1000, 1234]) {
      for (const typed of ["", "0", "1", "12", "123", "9", "01"]) {
        const plain = Array.from({ length }, (_, at) => at).filter((at) => String(at).startsWith(typed));
        const found = positionsFrom(typed, length, 5000);
        expect([...found.positions]).toEqual(plain);
        expect(found.count).toBe(plain.length);
      }
    }
  });

  it("is quick with ten thousand layers", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => layer(`dense_${at + 1}`, [64]));
    const start = performance.now();
    for (let at = 0; at < 10; at += 1) completionsOf(`dense_${at}`, many);
    expect((performance.now() - start) / 10).toBeLessThan(100);
  });
});

describe("reading a name", () => {
  it("takes nodes and layers, and says what is wrong with others", () => {
    expect(readPlace(" dense_517[12] ", DEEP)).toEqual({ layer: "dense_517", index: [12] });
    expect(readPlace("map", DEEP)).toEqual({ layer: "map", index: [0, 0, 0] });
    expect(readPlace("dense_517[64]", DEEP)).toBe("The nodes of dense_517 are dense_517[0] to dense_517[63].");
    expect(readPlace("map[1]", DEEP)).toContain("map[0,0,0] to map[7,3,2]");
    expect(readPlace("nowhere[1]", DEEP)).toContain('no layer "nowhere"');
    expect(readPlace("dense", DEEP)).toContain("such as hidden[2]");
  });
});

const SUMMARY: Summary = {
  layers: ["input", "dense_1"].map((name) => ({
    name,
    kind: name === "input" ? "Input" : "Dense",
    inputs: [],
    output_shape: [2],
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

function searching(find: FindApi["find"]) {
  const edit: Edit = {
    networkId: "deep",
    document: { input: { shape: [2], names: ["a", "b"], classes: ["cat", "dog"] }, layers: [] },
    edits: [],
    inputs: [1, 2],
    overrides: [],
  };
  const answer: Answer = {
    edit,
    dtype: "float64",
    layers: [],
    byName: new Map(),
    summary: SUMMARY,
    edges: null,
    explanations: new Map(),
  };
  const store = createStore();
  store.update({ present: edit, answer });
  const shown: unknown[] = [];
  const core = { show: (node) => shown.push(node) } as Pick<Actions, "show">;
  return { store, actions: createReachActions(store, { find }, core), shown, edit, answer };
}

describe("jumping", () => {
  const second: Finding = { count: 2, match: { layer: "dense_1", index: [1], value: Number.NaN, nodes: 2 } };

  it("goes to what is found, on and back, and starts anew with other values", async () => {
    const asked: [unknown, number][] = [];
    const { store, actions, shown, edit } = searching(async (_question, what, skip) => {
      asked.push([what, skip]);
      return second;
    });
    await actions.find("non_finite");
    await actions.findFurther(1);
    await actions.findFurther(-1);
    expect(asked).toEqual([
      ["non_finite", 0],
      ["non_finite", 1],
      ["non_finite", 0],
    ]);
    expect(shown).toEqual(Array(3).fill({ layer: "dense_1", index: [1] }));
    store.update({ present: { ...edit, inputs: [3, 4] } });
    await actions.findFurther(1);
    expect(asked.at(-1)).toEqual(["non_finite", 0]);
    actions.endSearch();
    expect(store.get().found).toBeNull();
  });

  it("keeps a failure for the person, and the latest search wins", async () => {
    const error = new ApiError(422, "Invalid", "no such thing", [], null);
    const failing = searching(() => Promise.reject(error));
    await failing.actions.find("dead");
    expect(failing.store.get().found?.failure).toBe(error);

    const waiting: ((finding: Finding) => void)[] = [];
    const { actions, shown, store } = searching(() => new Promise((resolve) => waiting.push(resolve)));
    const first = actions.find("largest");
    const latest = actions.find("smallest");
    waiting[1]?.({ count: 1, match: { layer: "dense_1", index: [0], value: 1, nodes: null } });
    waiting[0]?.({ count: 1, match: { layer: "input", index: [0], value: 1, nodes: null } });
    await Promise.all([first, latest]);
    expect(shown).toEqual([{ layer: "dense_1", index: [0] }]);
    expect(store.get().found?.what).toBe("smallest");
  });

  it("says in a sentence what was found", () => {
    expect(foundSentence({ what: "non_finite", skip: 1, finding: second })).toBe(
      "Layer 2 of 2 with NaN or infinity: dense_1[1] is NaN, and so is 1 more of its nodes.",
    );
    const largest: Finding = { count: 64_000, match: { layer: "a", index: [3], value: 2.5, nodes: null } };
    expect(foundSentence({ what: "largest", skip: 0, finding: largest })).toBe(
      "The largest of 64,000 values: a[3] is 2.5.",
    );
    expect(foundSentence({ what: "largest", skip: 21, finding: largest })).toContain("The 22nd largest of 64,000");
    expect(foundSentence({ what: "largest", skip: 10, finding: largest })).toContain("The 11th largest");
    expect(foundSentence({ what: "dead", skip: 0, finding: { count: 0, match: null } })).toContain("No layer is dead");
  });

  it("knows names of nodes from the document", () => {
    const { answer } = searching(async () => second);
    expect(namedLayers(answer).map(({ labels }) => labels)).toEqual([
      ["a", "b"],
      ["cat", "dog"],
    ]);
  });

  it("goes to a node by its name, or says what is wrong", () => {
    const { actions, shown, store } = searching(async () => second);
    expect(actions.goTo(" dense_1[1] ")).toBeNull();
    expect(shown).toEqual([{ layer: "dense_1", index: [1] }]);
    expect(actions.goTo("dense_1[7]")).toContain("dense_1[0] to dense_1[1]");
    store.update({ answer: null });
    expect(actions.goTo("dense_1[1]")).toContain("No values");
  });
});
