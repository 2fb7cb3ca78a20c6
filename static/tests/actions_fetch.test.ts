import { afterEach, describe, expect, it, vi } from "vitest";
import { createFetching, type Seen, withFetched } from "../src/actions_fetch";
import type { ForwardOptions } from "../src/api";
import { type Answer, createStore, type Edit, type Store } from "../src/store";
import type { Fetched, ForwardAnswer, LayerEdges, Statistics, Summary, TracedLayer } from "../src/wire";

const STATISTICS: Statistics = {
  min: -1,
  max: 1,
  mean: 0,
  std: 1,
  argmax: [0],
  zeros: 0,
  positive: 1,
  negative: 1,
  nan: 0,
  inf: 0,
  first_non_finite: null,
};

function layer(name: string, fetched: Fetched, statistics: Partial<Statistics> = {}): TracedLayer {
  const output = fetched === "nothing" ? new Float32Array(0) : new Float64Array(4).fill(0.5);
  const shape = [4];
  return {
    name,
    kind: "Dense",
    activation: "tanh",
    shape,
    size: 4,
    preActivation: fetched === "complete" ? new Float64Array(4) : null,
    output: fetched === "drawn" ? Float32Array.from(output) : output,
    fetched,
    statistics: { ...STATISTICS, ...statistics },
  };
}

function editOf(): Edit {
  return { networkId: "deep", document: { input: { shape: [4] }, layers: [] }, edits: [], inputs: [0], overrides: [] };
}

const NAMES = ["input", "a", "b", "c", "x", "d"];

function answerOf(edit: Edit, layers: TracedLayer[]): Answer {
  const rows = NAMES.map((name, at) => ({ name, inputs: at === 0 ? [] : [NAMES[at - 1] ?? ""] }));
  return {
    edit,
    dtype: "float64",
    layers,
    byName: new Map(layers.map((one) => [one.name, one])),
    summary: { layers: rows } as unknown as Summary,
    edges: null,
    explanations: new Map(),
  };
}

interface Call {
  options: ForwardOptions;
  answer: (layers: TracedLayer[]) => void;
  fail: (error: Error) => void;
  signal: AbortSignal | undefined;
}

function studio(layers: TracedLayer[], isLarge = () => true) {
  const edit = editOf();
  const store: Store = createStore();
  store.update({ present: edit, answer: answerOf(edit, layers) });
  const calls: Call[] = [];
  const edgeCalls: (readonly string[] | undefined)[] = [];
  const failures: unknown[] = [];
  const fetching = createFetching(
    store,
    {
      forward: (_question, signal, options = {}) =>
        new Promise<ForwardAnswer>((resolve, reject) => {
          const answer = (found: TracedLayer[]) => resolve({ dtype: "float64", layers: found });
          calls.push({ options, answer, fail: reject, signal });
        }),
      edges: async (_question, _top, _signal, names) => {
        edgeCalls.push(names);
        return (names ?? []).map((name) => ({ name, sources: [], count: 9 }) as unknown as LayerEdges);
      },
    },
    {
      isLarge,
      questionOf: () => ({ network: "deep", inputs: [0], overrides: [] }),
      onFailure: (e) => failures.push(e),
    },
  );
  return { store, edit, calls, edgeCalls, failures, fetching };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const look = (seen: Partial<Seen>): Seen => ({ layers: [], printed: [], edges: [], ...seen });
const sparse = () => NAMES.map((name) => layer(name, "nothing"));

afterEach(() => vi.restoreAllMocks());

describe("a large network", () => {
  it("is asked for as float32 and without pre-activations when it opens", () => {
    const { fetching, store } = studio(sparse());
    store.update({ answer: null });
    expect(fetching.options(editOf())).toEqual({ precision: "float32", preActivations: false });
  });

  it("has the values fetched that come into view, once", async () => {
    const { fetching, calls, store } = studio(sparse());
    fetching.see(look({ layers: ["b", "c"] }));
    fetching.see(look({ layers: ["b", "c"] }));
    expect(calls).toHaveLength(1);
    // Also the input and the last layer, which are always drawn.
    expect([...(calls[0]?.options.layers ?? [])].sort()).toEqual(["b", "c", "d", "input"]);
    calls[0]?.answer(["b", "c", "d", "input"].map((name) => layer(name, "exact")));
    await settle();
    expect(store.get().answer?.byName.get("b")?.fetched).toBe("exact");
    expect(store.get().answer?.layers.map(({ fetched }) => fetched === "nothing")).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
    expect(calls).toHaveLength(1);
    fetching.see(look({ layers: ["a", "b"] }));
    expect(calls[1]?.options.layers).toEqual(["a"]);
  });

  it("asks after an edit only for what is in view and what is explained", () => {
    const { fetching, edit, store } = studio(NAMES.map((name) => layer(name, "exact")));
    fetching.see(look({ layers: ["c"] }));
    store.update({ selected: { layer: "b", index: [0] } });
    const { values, preActivations } = fetching.options({ ...edit, inputs: [1] });
    // The selected node is explained by what it reads.
    expect([...(values ?? [])].sort()).toEqual(["a", "b", "c", "d", "input"].sort());
    expect(preActivations).toBe(false);
    store.update({ selected: null });
    expect([...(fetching.options({ ...edit, inputs: [1] }).values ?? [])].sort()).toEqual(["c", "d", "input"]);
    store.update(({ view }) => ({ view: { ...view, scale: "network" } }));
    expect(fetching.options({ ...edit, inputs: [1] }).values).toBeUndefined();
  });

  it("has exact values where numbers are read, and those before the activation in the table", async () => {
    const { fetching, calls } = studio(NAMES.map((name) => layer(name, "drawn")));
    fetching.see(look({ layers: NAMES, printed: ["b"] }));
    expect(calls.map(({ options }) => options)).toEqual([{ layers: ["b"], preActivations: false }]);
    calls[0]?.answer([layer("b", "exact")]);
    await settle();
    fetching.need("table", ["b", "c"], "complete");
    expect(calls[1]?.options).toEqual({ layers: ["b", "c"], preActivations: true });
    calls[1]?.answer([layer("b", "complete"), layer("c", "complete")]);
    await settle();
    fetching.need("table", [], "complete");
    fetching.need("list", ["c"], "exact");
    expect(calls).toHaveLength(2);
  });

  it("never draws what float32 cannot hold from float32", () => {
    const huge = NAMES.map((name) => layer(name, "nothing", name === "b" ? { max: 1e300 } : {}));
    const { fetching, calls } = studio(huge.map((one) => ({ ...one, size: 60_000 })));
    fetching.see(look({ layers: NAMES }));
    expect(calls.map(({ options }) => [options.layers?.includes("b"), options.precision])).toEqual([
      [false, "float32"],
      [true, undefined],
    ]);
  });

  it("stops fetching for an edit that is past, and tells nobody of its failure", async () => {
    const { fetching, calls, store, failures } = studio(sparse());
    fetching.see(look({ layers: ["b"] }));
    const edit = editOf();
    store.update({ present: edit, answer: answerOf(edit, sparse()) });
    fetching.load();
    expect(calls[0]?.signal?.aborted).toBe(true);
    expect(calls).toHaveLength(2);
    calls[0]?.fail(new Error("stopped"));
    await settle();
    expect(failures).toEqual([]);
    calls[1]?.fail(new Error("broken"));
    await settle();
    expect(failures).toHaveLength(1);
    // And does not ask again by itself.
    expect(calls).toHaveLength(2);
  });

  it("fetches the edges of layers whose edges can be told apart", async () => {
    const { fetching, edgeCalls, store, edit } = studio(NAMES.map((name) => layer(name, "exact")));
    fetching.see(look({ layers: ["b", "c"], edges: ["b", "c"] }));
    await settle();
    fetching.see(look({ layers: ["c", "d"], edges: ["c", "d"] }));
    await settle();
    expect(edgeCalls).toEqual([["b", "c"], ["d"]]);
    expect(store.get().answer?.edges?.map(({ name }) => name)).toEqual(["b", "c", "d"]);
    expect(fetching.edges({ ...edit, inputs: [2] })).toEqual(["c", "d"]);
  });

  it("gives all values that a copy needs", async () => {
    const { fetching, calls } = studio(sparse());
    const copy = fetching.fetchAll(["a", "b"]);
    expect(calls[0]?.options).toEqual({ layers: ["a", "b"], preActivations: true });
    calls[0]?.answer([layer("a", "complete"), layer("b", "complete")]);
    expect((await copy).byName.get("b")?.fetched).toBe("complete");
  });
});

it("a small network is asked for as a whole and never again", () => {
  const { fetching, calls, edit } = studio(
    NAMES.map((name) => layer(name, "complete")),
    () => false,
  );
  fetching.see(look({ layers: NAMES, printed: NAMES, edges: NAMES }));
  fetching.need("table", NAMES, "complete");
  expect(fetching.options({ ...edit })).toEqual({});
  expect(calls).toEqual([]);
});

it("what was fetched better is not replaced", () => {
  const [a, b] = [layer("a", "complete"), layer("b", "nothing")];
  const merged = withFetched([a, b], [layer("a", "drawn"), layer("b", "drawn")]);
  expect(merged.map(({ fetched }) => fetched)).toEqual(["complete", "drawn"]);
  expect(merged[0]).toBe(a);
});
