import { describe, expect, it } from "vitest";
import type { Actions } from "../src/actions";
import type { EditActions } from "../src/actions_edit";
import { createSignalActions } from "../src/actions_signal";
import { ApiError, createRequests } from "../src/api";
import { createSignalApi, type SignalApi } from "../src/api_signal";
import { namedPlaces } from "../src/plots/depth";
import {
  axisFor,
  formatShare,
  placeOn,
  rangeOf,
  readingOf,
  type Signal,
  type SignalColumns,
  type SignalFinding,
  ticksOf,
} from "../src/signal";
import { createStore, type Edit } from "../src/store";
import type { Operation, Summary } from "../src/wire";

function columns(sizes: number[]): SignalColumns {
  const all = (factor: number) => Float64Array.from(sizes, (size) => size * factor);
  return {
    percentiles: [all(-2), all(-1), all(0), all(1), all(2)],
    mean: all(0),
    size: all(1),
    zeros: all(0),
    nonFinite: all(0),
  };
}

const FINDING: SignalFinding = {
  kind: "vanishing",
  of: "gradients",
  severity: "problem",
  layer: "c",
  last: "a",
  count: 3,
  text: "They vanish.",
};

function signalOf(names: string[]): Signal {
  const empty = Float64Array.from(names, () => Number.NaN);
  const values = columns(names.map(() => 1));
  return {
    examples: 32,
    target: { layer: "c", index: [0] },
    percentiles: [0, 25, 50, 75, 100],
    names,
    kinds: names.map(() => "Dense"),
    activations: names.map(() => "relu"),
    nodes: names.map(() => 4),
    values: { ...values, saturated: empty, dead: empty, spread: empty },
    gradients: values,
    findings: [FINDING],
  };
}

describe("the scale of a signal", () => {
  it("is linear where sizes are alike, logarithmic where they differ, and as a person wants it", () => {
    expect(axisFor([columns([1, 2, 0.5])], "auto")).toMatchObject({ type: "linear", low: -4, high: 4 });
    const vanishing = axisFor([columns([1, 1e-3, 1e-6])], "auto");
    expect(vanishing.type).toBe("log");
    expect(vanishing.threshold).toBeCloseTo(1e-7, 12);
    expect(axisFor([columns([1, 1e-6])], "linear").type).toBe("linear");
    expect(axisFor([columns([1, 2])], "log").type).toBe("log");
  });

  it("leaves out what is no number, and survives having none", () => {
    expect(axisFor([columns([Number.NaN, Infinity, 2])], "auto")).toMatchObject({ type: "linear", low: -4, high: 4 });
    expect(axisFor([columns([Number.NaN])], "auto")).toMatchObject({ low: -1, high: 1 });
    expect(axisFor([columns([0, 0])], "auto")).toMatchObject({ low: -1, high: 1 });
  });

  it("puts numbers in order between its ends, by decades where it is logarithmic", () => {
    const axis = axisFor([columns([1, 1e-8])], "auto");
    expect(placeOn(axis, axis.low)).toBe(0);
    expect(placeOn(axis, 0)).toBeCloseTo(0.5, 10);
    expect(placeOn(axis, axis.high)).toBe(1);
    const steps = [1e-6, 1e-4, 1e-2].map((value) => placeOn(axis, value));
    expect((steps[1] ?? 0) - (steps[0] ?? 0)).toBeCloseTo((steps[2] ?? 0) - (steps[1] ?? 0), 3);
    expect(placeOn({ type: "linear", low: -1, high: 3, threshold: 1 }, 0)).toBe(0.25);
  });

  it("writes 0 and a few powers of ten on both sides", () => {
    const ticks = ticksOf(axisFor([columns([1, 1e-40])], "auto"), () => []);
    expect(ticks).toContain(0);
    expect(ticks).toEqual([...ticks].sort((a, b) => a - b));
    expect(ticks.length).toBeLessThanOrEqual(7);
    expect(ticks.filter((tick) => tick > 0).every((tick) => Math.abs(Math.log10(tick) % 1) < 1e-9)).toBe(true);
    const twoToTwo = { type: "linear", low: -2, high: 2, threshold: 1 } as const;
    expect(ticksOf(twoToTwo, (low, high) => [low, 0, high])).toEqual([-2, 0, 2]);
  });

  it("writes shares so that a little is not nothing", () => {
    expect([0, 1, 0.5, 0.1234, 0.0004, 0.9999].map(formatShare)).toEqual([
      "0 %",
      "100 %",
      "50 %",
      "12.3 %",
      "<0.1 %",
      ">99.9 %",
    ]);
    expect(formatShare(Number.NaN)).toBe("");
  });

  it("names both ends of the depth, and what has room between", () => {
    const names = Array.from({ length: 1000 }, (_, at) => `dense_${at}`);
    const places = namedPlaces(names, 400);
    expect([places[0], places.at(-1)]).toEqual([0, 999]);
    expect(places.length).toBeLessThan(8);
    expect(namedPlaces(["one"], 400)).toEqual([0]);
    // Nine layers with room for six names: every second one.
    expect(
      namedPlaces(
        Array.from({ length: 9 }, (_, at) => `hidden_${at}`),
        450,
      ),
    ).toEqual([0, 2, 4, 6, 8]);
    // With room for four: every fourth, as every third would end two before the last.
    expect(
      namedPlaces(
        Array.from({ length: 9 }, (_, at) => `hidden_${at}`),
        300,
      ),
    ).toEqual([0, 4, 8]);
    expect(namedPlaces(["input", "a", "b", "c", "d", "output"], 140)).toEqual([0, 5]);
  });

  it("marks what a finding is about, in whichever direction it runs", () => {
    expect(rangeOf({ names: ["a", "b", "c"] }, FINDING)).toEqual([0, 2]);
    expect(rangeOf({ names: ["a", "b", "c"] }, { ...FINDING, layer: "gone", last: "b" })).toEqual([1, 1]);
  });
});

const EDIT: Edit = {
  networkId: "deep",
  document: { input: { shape: [2] }, layers: [] },
  edits: [],
  inputs: [1, 2],
  overrides: [],
};

function signalling(api: Partial<SignalApi>, multiplyAdds = 1) {
  const store = createStore();
  store.update({ present: EDIT });
  const summary = { layers: [{ output_shape: [2] }], multiply_adds: multiplyAdds } as Summary;
  const operations: Operation[] = [];
  const editing: Pick<EditActions, "restructure"> = {
    restructure: async (given) => {
      operations.push(...given);
      return null;
    },
  };
  const whole: SignalApi = {
    signal: async () => signalOf(["a", "b", "c"]),
    compare: async () => [],
    datasets: async () => [],
    ...api,
  };
  const core: Pick<Actions, "summaryOf"> = { summaryOf: async () => summary };
  return { store, actions: createSignalActions(store, whole, core, editing), operations };
}

describe("looking at a signal", () => {
  it("asks once for an edit and its examples, and again for others", async () => {
    let asked = 0;
    const { store, actions } = signalling({
      signal: async () => {
        asked += 1;
        return signalOf(["a"]);
      },
    });
    await actions.loadSignal();
    await actions.loadSignal();
    expect(asked).toBe(1);
    actions.setSignal({ source: { type: "input" } });
    await actions.loadSignal();
    store.update({ present: { ...EDIT, inputs: [3, 4] } });
    await actions.loadSignal();
    expect(asked).toBe(3);
    expect(store.get().signal).toMatchObject({ waiting: null, failure: null, answer: { source: { type: "input" } } });
  });

  it("makes what takes long a job, and tells how far it is", async () => {
    const jobs: boolean[] = [];
    const { store, actions } = signalling(
      {
        signal: async (_question, _source, { job, onProgress }) => {
          jobs.push(job);
          onProgress?.(0.5);
          expect(store.get().signal.waiting?.progress).toBe(0.5);
          return signalOf(["a"]);
        },
      },
      1e9,
    );
    await actions.loadSignal();
    expect(jobs).toEqual([true]);
  });

  it("keeps a failure, and a newer question ends an older one", async () => {
    const error = new ApiError(413, "Too large", "send fewer examples", [], null);
    const failing = signalling({ signal: () => Promise.reject(error) });
    await failing.actions.loadSignal();
    expect(failing.store.get().signal.failure).toBe(error);

    const waiting: (() => void)[] = [];
    const { store, actions } = signalling({
      signal: (_question, source) => new Promise((resolve) => waiting.push(() => resolve(signalOf([source.type])))),
    });
    const first = actions.loadSignal();
    await Promise.resolve();
    actions.setSignal({ source: { type: "input" } });
    const second = actions.loadSignal();
    await new Promise((resolve) => setTimeout(resolve));
    for (const finish of waiting.reverse()) finish();
    await Promise.all([first, second]);
    expect(store.get().signal.answer?.signal.names).toEqual(["input"]);
  });

  it("compares, and makes a variant the network", async () => {
    const varied = {
      label: "relu + he_normal",
      activation: "relu",
      initializer: "he_normal",
      changedActivations: 2,
      changedInitializers: 2,
      signal: signalOf(["a"]),
    };
    const { store, actions, operations } = signalling({ compare: async () => [varied] });
    await actions.compareSignals(null);
    expect(store.get().signal.comparison?.variants).toEqual([varied]);
    expect(await actions.takeVariant(varied)).toBeNull();
    expect(operations).toEqual([{ operation: "vary_layers", activation: "relu", initializer: "he_normal" }]);
    expect(store.get().signal.comparison).toBeNull();
  });
});

describe("the calls", () => {
  it("follow a job to its end, and stop it where nobody waits", async () => {
    const calls: string[] = [];
    let looks = 0;
    const wire = {
      examples: 1,
      target: { layer: "c", index: [0] },
      percentiles: [50],
      layers: { name: ["c"], kind: ["Dense"], activation: [null], nodes: [1] },
      values: {
        percentiles: [["NaN"]],
        mean: [1],
        size: ["Infinity"],
        zeros: [0],
        non_finite: [0],
        saturated: [null],
        dead: [null],
        spread: [null],
      },
      gradients: { percentiles: [[1]], mean: [1], size: [1], zeros: [0], non_finite: [0] },
      findings: [],
    };
    const request = async (url: unknown, options?: RequestInit) => {
      calls.push(`${options?.method ?? "GET"} ${String(url)}`);
      if (String(url).endsWith("/signal"))
        return Response.json({ id: "j1", status: "queued", progress: null, error: null });
      looks += 1;
      const done = looks > 1;
      return Response.json({
        id: "j1",
        status: done ? "done" : "running",
        progress: { done: 1, total: 4 },
        error: null,
        result: done ? wire : null,
      });
    };
    const api = createSignalApi(createRequests(request, ""));
    const shares: number[] = [];
    const question = { network: "deep", inputs: [1], overrides: [] };
    const found = await api.signal(
      question,
      { type: "input" },
      { job: true, onProgress: (share) => shares.push(share) },
    );
    expect(shares).toEqual([0.25]);
    expect(calls).toEqual(["POST /signal", "GET /jobs/j1", "GET /jobs/j1"]);
    expect(found.values.size[0]).toBe(Infinity);
    expect(found.values.saturated[0]).toBeNaN();
  });
});

describe("what is read out of one layer", () => {
  it("names the ends, the middle and the size, and only shares that there are", () => {
    const signal = signalOf(["input", "a"]);
    const zeros = Float64Array.of(0, 0.25);
    expect(readingOf({ ...signal, values: { ...signal.values, zeros } }, "values", 1)).toBe(
      "a: min -2, median 0, max 2, size 1, zeros 25 %",
    );
    expect(readingOf(signal, "gradients", 0)).toBe("input: min -2, median 0, max 2, size 1");
  });
});
