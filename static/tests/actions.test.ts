import { afterEach, describe, expect, it, vi } from "vitest";
import { createActions, EDGE_LIMIT, missingNode, tellingNode } from "../src/actions";
import { knownPoint } from "../src/activation_point";
import { type Api, ApiError, type Question } from "../src/api";
import { createStore } from "../src/store";
import { writeAddress } from "../src/views/address";
import { arithmeticLine } from "../src/views/arithmetic";
import { defaultInputs, gridForm, inputRange, readTyped, roundToStep } from "../src/views/inputs";
import type { Explanation, NetworkDocument, NetworkInfo, NodeReference, Statistics, TracedLayer } from "../src/wire";

const DOCUMENT: NetworkDocument = {
  name: "walkthrough",
  input: { shape: [2], names: ["x1", "x2"], default: [0.5, 0.7] },
  layers: [{ name: "hidden", kind: "Dense" }],
};

const STATISTICS: Statistics = {
  min: 0,
  max: 1,
  mean: 0,
  std: 0,
  argmax: [0],
  zeros: 0,
  positive: 0,
  negative: 0,
  nan: 0,
  inf: 0,
  first_non_finite: null,
};

function layer(name: string, values: number[], change: Partial<TracedLayer> = {}): TracedLayer {
  return {
    name,
    kind: name === "input" ? "Input" : "Dense",
    activation: name === "input" ? null : "relu",
    shape: [values.length],
    size: values.length,
    preActivation: name === "input" ? null : Float64Array.from(values),
    output: Float64Array.from(values),
    fetched: "complete",
    statistics: { ...STATISTICS, argmax: [values.indexOf(Math.max(...values))] },
    ...change,
  };
}

function explanationOf(node: NodeReference): Explanation {
  return {
    ...node,
    kind: "Dense",
    operation: "weighted_sum",
    terms: [
      { source: { layer: "input", index: [1] }, value: 0.7, weight: 0.3, product: 0.21 },
      { source: { layer: "input", index: [0] }, value: 0.5, weight: 0.2, product: 0.1 },
    ],
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
  };
}

function info(id: string, multiplyAdds = 6): NetworkInfo {
  return {
    id,
    name: id,
    title: null,
    description: null,
    read_only: true,
    input_shape: [2],
    layers: 1,
    parameters: 9,
    multiply_adds: multiplyAdds,
  };
}

interface Waiting {
  question: Question;
  finish: () => void;
  fail: (error: unknown) => void;
}

/** A server in the hand of the test: forward passes wait for `finish` where `held`. */
function fakeApi({ held = false, known = [info("walkthrough"), info("other")] } = {}) {
  const waiting: Waiting[] = [];
  const calls: string[] = [];
  const aborted = () => new DOMException("stopped", "AbortError");
  const api: Api = {
    networks: async () => known,
    network: async (id) => {
      calls.push(`network ${id}`);
      if (!known.some((one) => one.id === id)) throw new ApiError(404, "Not found", `no network ${id}`, [], null);
      return { ...DOCUMENT, name: id };
    },
    activations: async () => [],
    layerKinds: async () => [],
    summary: async () => ({
      layers: [],
      total_parameters: 9,
      trainable_parameters: 9,
      non_trainable_parameters: 0,
      multiply_adds: 6,
      parameter_bytes: 72,
    }),
    forward: (question, signal) => {
      calls.push(`forward ${JSON.stringify(question.inputs)}`);
      const inputs = question.inputs as number[];
      const answer = {
        dtype: "float64",
        layers: [layer("input", inputs), layer("hidden", [0.41, 0.75, inputs[0] ?? 0])],
      };
      if (!held) return Promise.resolve(answer);
      return new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => reject(aborted()));
        waiting.push({ question, finish: () => resolve(answer), fail: reject });
      });
    },
    edges: async () => {
      calls.push("edges");
      return [];
    },
    explain: async (_question, node) => {
      calls.push(`explain ${node.layer}[${node.index}]`);
      return explanationOf(node);
    },
    curve: async () => ({ x: [], y: [], dy: [] }),
    evaluate: async (name, _parameters, x) => {
      calls.push(`evaluate ${name} ${x}`);
      return { outputs: 0, derivatives: 0 };
    },
    edit: async () => ({ document: DOCUMENT, renamed: {}, added: [], removed: [], notes: [] }),
    parameters: async () => ({ shape: [0], values: new Float64Array() }),
    parameterShape: async () => [0],
  };
  const store = createStore();
  return { store, actions: createActions(store, api), api, waiting, calls };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

afterEach(() => {
  vi.useRealTimers();
});

describe("opening", () => {
  it("opens the walkthrough with its example and one node selected and explained", async () => {
    const { store, actions } = fakeApi();
    await actions.start("");
    await settle();
    const { present, answer, selected, failure, notice } = store.get();
    expect(present).toMatchObject({ networkId: "walkthrough", inputs: [0.5, 0.7], overrides: [] });
    expect(answer?.edit).toBe(present);
    expect(answer?.edges).toEqual([]);
    expect(selected).toEqual({ layer: "hidden", index: [0] });
    expect(answer?.explanations.get("hidden[0]")?.value).toBe(0.41);
    expect([failure, notice]).toEqual([null, null]);
  });

  it("reads inputs and node from the address, and writes the same address back", async () => {
    const { store, actions } = fakeApi();
    await actions.start("?network=other&inputs=1,-2e-3&node=hidden[2]");
    expect(store.get().present?.inputs).toEqual([1, -0.002]);
    expect(store.get().selected).toEqual({ layer: "hidden", index: [2] });
    expect(writeAddress(store.get())).toBe("?network=other&inputs=1,-0.002&node=hidden[2]");
    actions.resetInputs();
    expect(writeAddress(store.get())).toBe("?network=other&node=hidden[2]");
  });

  it.each([
    ["?network=nowhere", 'no network "nowhere"'],
    ["?inputs=1", "2 values expected, 1 given"],
    ["?inputs=1,x", 'value 1 is "x"'],
    ["?inputs=1,1e999", "expected a number"],
    ["?node=hidden", "not the name of a node"],
    ["?node=hidden[9]", "hidden[0] to hidden[2]"],
    ["?node=absent[0]", 'no layer "absent"'],
    ["?node=hidden[0,1]", "hidden[0] to hidden[2]"],
  ])("falls back with a clear message for %s", async (address, message) => {
    const { store, actions } = fakeApi();
    await actions.start(address);
    await settle();
    const { present, notice, selected, answer } = store.get();
    expect(notice).toContain(message);
    expect(present).toMatchObject({ networkId: "walkthrough", inputs: [0.5, 0.7] });
    expect(selected).toEqual({ layer: "hidden", index: [0] });
    expect(answer?.edit).toBe(present);
  });

  it("does not ask for the edges of a network that has too many", async () => {
    const { store, actions, calls } = fakeApi({ known: [info("walkthrough", EDGE_LIMIT + 1)] });
    await actions.start("");
    expect(calls).not.toContain("edges");
    expect(store.get().answer?.edges).toBeNull();
  });

  it("lets the network that was opened last win", async () => {
    const { store, actions, waiting } = fakeApi({ held: true });
    void actions.open("walkthrough");
    await settle();
    void actions.open("other");
    await settle();
    expect(waiting).toHaveLength(2);
    waiting[0]?.finish();
    waiting[1]?.finish();
    await settle();
    expect(store.get().answer?.edit.networkId).toBe("other");
    expect(store.get().failure).toBeNull();
  });
});

describe("editing", () => {
  it("has one forward pass in flight and then the newest edit", async () => {
    const { store, actions, waiting, calls } = fakeApi({ held: true });
    void actions.start("");
    await settle();
    waiting[0]?.finish();
    await settle();
    for (let step = 1; step <= 50; step += 1) actions.setInput(0, step);
    await settle();
    expect(waiting).toHaveLength(2);
    expect(store.get().answer?.edit.inputs).toEqual([0.5, 0.7]);
    waiting[1]?.finish();
    await settle();
    expect(waiting).toHaveLength(3);
    waiting[2]?.finish();
    await settle();
    expect(calls.filter((call) => call.startsWith("forward"))).toEqual([
      "forward [0.5,0.7]",
      "forward [1,0.7]",
      "forward [50,0.7]",
    ]);
    expect(store.get().answer?.edit).toBe(store.get().present);
  });

  it("keeps what was typed and shown when the server fails, and computes again on retry", async () => {
    const { store, actions, waiting } = fakeApi({ held: true });
    void actions.start("");
    await settle();
    waiting[0]?.finish();
    await settle();
    actions.setInput(1, 3);
    await settle();
    waiting[1]?.fail(new ApiError(0, "No answer", "gone", [], null));
    await settle();
    expect(store.get().failure?.error.message).toBe("gone");
    expect(store.get().present?.inputs).toEqual([0.5, 3]);
    expect(store.get().answer?.edit.inputs).toEqual([0.5, 0.7]);
    actions.retry();
    await settle();
    waiting[2]?.finish();
    await settle();
    expect(store.get().failure).toBeNull();
    expect(store.get().answer?.edit.inputs).toEqual([0.5, 3]);
  });

  it("asks a busy server again by itself", async () => {
    const { store, actions, waiting } = fakeApi({ held: true });
    void actions.start("");
    await settle();
    vi.useFakeTimers();
    waiting[0]?.fail(new ApiError(503, "Busy", "busy", [], 2));
    await vi.advanceTimersByTimeAsync(1900);
    expect(store.get().failure?.error.status).toBe(503);
    expect(waiting).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(waiting).toHaveLength(2);
    waiting[1]?.finish();
    await vi.advanceTimersByTimeAsync(1);
    expect(store.get().failure).toBeNull();
    expect(store.get().answer).not.toBeNull();
  });

  it("stops asking a server that stays busy, until a person does", async () => {
    const { store, actions, waiting } = fakeApi({ held: true });
    void actions.start("");
    await settle();
    vi.useFakeTimers();
    for (let tries = 0; tries < 6; tries += 1) {
      waiting[tries]?.fail(new ApiError(503, "Busy", "busy", [], 1));
      await vi.advanceTimersByTimeAsync(1100);
    }
    expect(waiting).toHaveLength(6);
    expect(store.get().failure?.retrying).toBe(false);
    actions.retry();
    await vi.advanceTimersByTimeAsync(1);
    expect(waiting).toHaveLength(7);
  });

  it("does not compute for an input that stays the same", async () => {
    const { actions, calls } = fakeApi();
    await actions.start("");
    const before = calls.length;
    actions.setInput(0, 0.5);
    await settle();
    expect(calls).toHaveLength(before);
  });
});

describe("nodes", () => {
  it("explains a node once, however often it is pointed at", async () => {
    const { actions, calls } = fakeApi();
    await actions.start("");
    await settle();
    for (let times = 0; times < 3; times += 1) {
      actions.focus({ layer: "hidden", index: [1] });
      await settle();
      actions.focus(null);
    }
    expect(calls.filter((call) => call === "explain hidden[1]")).toHaveLength(1);
  });

  it("brings the place on the activation's curve with the node that is selected, not with one pointed at", async () => {
    const { store, actions, calls } = fakeApi();
    await actions.start("");
    await settle();
    const explained = (name: string) => store.get().answer?.explanations.get(name) as Explanation;
    expect(knownPoint(explained("hidden[0]"))?.x).toBe(0.41);
    const before = calls.length;
    actions.focus({ layer: "hidden", index: [1] });
    await settle();
    expect(knownPoint(explained("hidden[1]"))).toBeNull();
    expect(calls.slice(before)).toEqual(["explain hidden[1]"]);
  });

  it("moves the focus in a layer and between layers, and stops at the ends", async () => {
    const { store, actions } = fakeApi();
    await actions.start("");
    actions.moveFocus("down");
    expect(store.get().focus).toEqual({ layer: "hidden", index: [1] });
    actions.moveFocus("left");
    expect(store.get().focus?.layer).toBe("input");
    actions.moveFocus("left");
    expect(store.get().focus?.layer).toBe("input");
    actions.moveFocus("up");
    actions.moveFocus("up");
    expect(store.get().focus).toEqual({ layer: "input", index: [0] });
  });

  it("chooses the node that tells most: the first that broke, a classifier's answer, the first computed", () => {
    const input = layer("input", [1, 2]);
    const hidden = layer("hidden", [0.1, 0.2]);
    expect(tellingNode([input, hidden])).toEqual({ layer: "hidden", index: [0] });
    const classes = layer("output", [0.1, 0.7, 0.2], { activation: "softmax" });
    expect(tellingNode([input, hidden, classes])).toEqual({ layer: "output", index: [1] });
    const broken = layer("middle", [1, Number.NaN], { statistics: { ...STATISTICS, nan: 1, first_non_finite: [1] } });
    expect(tellingNode([input, broken, classes])).toEqual({ layer: "middle", index: [1] });
  });

  it("knows which nodes exist", () => {
    const layers = new Map([["image", layer("image", [1, 2, 3, 4], { shape: [2, 2] })]]);
    expect(missingNode(layers, { layer: "image", index: [1, 1] })).toBeNull();
    expect(missingNode(layers, { layer: "image", index: [3] })).toContain("image[0,0] to image[1,1]");
  });
});

describe("the line of arithmetic", () => {
  const node = { layer: "hidden", index: [0] };

  it("writes the sum in the order of its sources", () => {
    expect(arithmeticLine(explanationOf(node))).toBe("0.5×0.2 + 0.7×0.3 + 0.1 = 0.41 → relu → 0.41");
  });

  it("shortens a long sum and keeps its end", () => {
    const terms = Array.from({ length: 100 }, (_, at) => ({
      source: { layer: "input", index: [at] },
      value: -0.5,
      weight: 0.25,
      product: -0.125,
    }));
    const long = { ...explanationOf(node), terms, others: { count: 684, sum: 1 }, bias: -0.1 };
    const line = arithmeticLine(long, 80);
    expect(line).toBe("(-0.5)×0.25 + (-0.5)×0.25 + … + 782 more terms - 0.1 = 0.41 → relu → 0.41");
  });

  it("shows softmax as a share of its denominator", () => {
    const softmax = {
      ...explanationOf(node),
      activation: "softmax",
      value: 0.75,
      activation_terms: [{ index: [0], pre_activation: 0.41, exponential: 1.5 }],
      denominator: 2,
    };
    expect(arithmeticLine(softmax)).toContain("= 0.41 → softmax: 1.5 / 2 = 0.75");
    const logarithm = { ...softmax, activation: "log_softmax", value: -0.2877 };
    expect(arithmeticLine(logarithm)).toContain("= 0.41 → log_softmax: ln(1.5 / 2) = -0.2877");
  });
});

describe("inputs", () => {
  it("reads numbers as people type them, and says what it expects", () => {
    expect(readTyped(" 0.5 ", false)).toEqual({ value: 0.5 });
    expect(readTyped("0,5", false)).toEqual({ value: 0.5 });
    expect(readTyped("-.5e-3", false)).toEqual({ value: -0.0005 });
    for (const text of ["", "abc", "1e", "1,2,3", "NaN", "Infinity", "0x10", "1e999"]) {
      expect(readTyped(text, false)).toHaveProperty("expected");
    }
    expect(readTyped("3", true, 9)).toEqual({ value: 3 });
    for (const text of ["3.5", "-1", "10"]) expect(readTyped(text, true, 9)).toHaveProperty("expected");
  });

  it("has a range that holds the values, with zero in the middle or at the end", () => {
    expect(inputRange(DOCUMENT, [0.5, 0.7])).toEqual({ minimum: -1, maximum: 1, step: 0.01 });
    expect(inputRange(DOCUMENT, [0.5, -7])).toMatchObject({ minimum: -10, maximum: 10 });
    const words: NetworkDocument = {
      input: { shape: [3], dtype: "int" },
      layers: [{ kind: "Embedding", input_dim: 20 }],
    };
    expect(inputRange(words, [0, 0, 0])).toEqual({ minimum: 0, maximum: 19, step: 1 });
  });

  it("shows pictures and long lists as a grid, short lists as rows", () => {
    const shaped = (shape: number[]): NetworkDocument => ({ input: { shape }, layers: [] });
    expect(gridForm(shaped([8, 8]))).toEqual({ rows: 8, columns: 8 });
    expect(gridForm(shaped([28, 28, 1]))).toEqual({ rows: 28, columns: 28 });
    expect(gridForm(shaped([784]))).toEqual({ rows: 28, columns: 28 });
    expect(gridForm(shaped([63]))).toBeNull();
    expect(defaultInputs(shaped([2, 2]))).toEqual([0, 0, 0, 0]);
  });

  it("removes the digits that binary fractions leave behind a step", () => {
    expect(roundToStep(0.1 + 0.2, 0.01)).toBe(0.3);
    expect(roundToStep(123.456789, 0.5)).toBe(123.46);
  });
});
