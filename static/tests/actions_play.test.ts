import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createPlayActions, currentStage, defaultTarget } from "../src/actions_play";
import { ApiError } from "../src/api";
import type { LayerGradients } from "../src/api_play";
import { type Answer, createStore, type Edit } from "../src/store";
import type { NodeReference, Statistics, TracedLayer } from "../src/wire";

const EDIT: Edit = {
  networkId: null,
  document: { input: { shape: [2] }, layers: [{ kind: "Dense" }] },
  edits: [],
  inputs: [0.5, 0.7],
  overrides: [],
};

function layer(name: string, values: number[]): TracedLayer {
  return {
    name,
    kind: name === "input" ? "Input" : "Dense",
    activation: null,
    shape: [values.length],
    size: values.length,
    preActivation: name === "input" ? null : Float64Array.from(values),
    output: Float64Array.from(values),
    fetched: "complete",
    statistics: { nan: 0, inf: 0, argmax: [values.indexOf(Math.max(...values))] } as Statistics,
  };
}

function answerOf(edit: Edit, ...layers: TracedLayer[]): Answer {
  const summary = {} as Answer["summary"];
  const byName = new Map(layers.map((one) => [one.name, one]));
  return { edit, dtype: "float64", layers, byName, summary, edges: null, explanations: new Map() };
}

const ANSWER = answerOf(EDIT, layer("input", [0.5, 0.7]), layer("hidden", [0.4, 0.7, 1]), layer("output", [2, 3]));

function studio(gradients = async () => new Map<string, LayerGradients>(), still = false) {
  const store = createStore();
  const calls: NodeReference[] = [];
  const select = (selected: NodeReference | null) => store.update({ selected });
  const api = {
    gradients: (_: unknown, target: NodeReference) => {
      calls.push(target);
      return gradients();
    },
  };
  const actions = createPlayActions(store, api, { select }, () => still);
  store.update({ present: EDIT, answer: ANSWER });
  return { store, actions, calls };
}

describe("stepping", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("begins at the input and selects what is computed", () => {
    const { store, actions } = studio();
    actions.startPlaying();
    expect(currentStage(ANSWER, store.get().play)).toEqual({ position: 0, first: 0, end: 2 });
    actions.stepBy(1);
    expect(store.get().selected).toEqual({ layer: "hidden", index: [0] });
    actions.goToStep(99);
    expect(store.get().play?.step).toBe(2);
    actions.leavePlaying();
    expect(store.get().play).toBeNull();
  });

  it("keeps its place when the size of the steps changes", () => {
    const { store, actions } = studio();
    actions.startPlaying();
    actions.stepBy(1);
    actions.setBy("node");
    expect(store.get().play?.step).toBe(1);
    actions.goToStep(4);
    actions.setBy("layer");
    expect(store.get().play?.step).toBe(2);
  });

  it("plays to the end by itself, slower where nothing may move", async () => {
    const time = async (still: boolean) => {
      const { store, actions } = studio(undefined, still);
      actions.startPlaying();
      actions.togglePlaying();
      let passed = 0;
      while (store.get().play?.playing && passed < 60_000) {
        await vi.advanceTimersByTimeAsync(100);
        passed += 100;
        const { selected, answer } = store.get();
        // The arithmetic comes from elsewhere.
        if (selected !== null && answer !== null) {
          const explanations = new Map([[`${selected.layer}[${selected.index.join(",")}]`, {} as never]]);
          store.update({ answer: { ...answer, explanations } });
        }
      }
      expect(store.get().play?.step).toBe(2);
      return passed;
    };
    const moving = await time(false);
    expect(moving).toBeLessThan(20_000);
    expect(await time(true)).toBeGreaterThan(moving);
  });

  it("pauses, and stops when somebody steps", async () => {
    const { store, actions } = studio();
    actions.startPlaying();
    actions.togglePlaying();
    actions.togglePlaying();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(store.get().play).toMatchObject({ step: 0, playing: false });
    actions.togglePlaying();
    actions.stepBy(1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(store.get().play).toMatchObject({ step: 1, playing: false });
  });

  it("goes on with other numbers, and ends with another network", () => {
    const { store, actions } = studio();
    actions.startPlaying();
    actions.stepBy(1);
    store.update({ answer: answerOf({ ...EDIT }, ...ANSWER.layers.map((one) => ({ ...one }))) });
    expect(store.get().play?.step).toBe(1);
    store.update({ answer: answerOf({ ...EDIT }, layer("input", [1]), layer("output", [2])) });
    expect(store.get().play).toBeNull();
  });
});

describe("gradients", () => {
  it("are asked for once, and again for another node or other numbers", async () => {
    const { store, actions, calls } = studio();
    actions.setShows("gradients");
    await vi.waitFor(() => expect(store.get().derivative?.edit).toBe(EDIT));
    store.update({ answer: { ...ANSWER, explanations: new Map() } });
    actions.setTarget({ layer: "hidden", index: [2] });
    const other = { ...EDIT };
    store.update({ answer: answerOf(other, ...ANSWER.layers) });
    await vi.waitFor(() => expect(store.get().derivative?.edit).toBe(other));
    expect(calls).toEqual([
      { layer: "output", index: [1] },
      { layer: "hidden", index: [2] },
      { layer: "hidden", index: [2] },
    ]);
  });

  it("are of the node that a person chose, else of the largest output", () => {
    expect(defaultTarget(ANSWER, null)).toEqual({ layer: "output", index: [1] });
    // That one is selected when nobody has chosen.
    expect(defaultTarget(ANSWER, { layer: "hidden", index: [0] })).toEqual({ layer: "output", index: [1] });
    expect(defaultTarget(ANSWER, { layer: "hidden", index: [1] })).toEqual({ layer: "hidden", index: [1] });
    expect(defaultTarget(ANSWER, { layer: "gone", index: [1] })).toEqual({ layer: "output", index: [1] });
  });

  it("take another target when theirs is gone", () => {
    const { store, actions } = studio();
    actions.setShows("gradients");
    actions.setTarget({ layer: "hidden", index: [2] });
    store.update({ answer: answerOf({ ...EDIT }, layer("input", [1]), layer("output", [2])) });
    expect(store.get().target).toEqual({ layer: "output", index: [0] });
  });

  it("that fail leave the values and say why", async () => {
    const { store, actions } = studio(async () => {
      throw new ApiError(422, "No", "Not today.", [], null);
    });
    actions.setShows("gradients");
    await vi.waitFor(() => expect(store.get().view.shows).toBe("values"));
    expect(store.get().notice).toContain("Not today.");
  });

  it("end the stepping, and stepping ends them", () => {
    const { store, actions } = studio();
    actions.startPlaying();
    actions.setShows("gradients");
    expect(store.get().play).toBeNull();
    actions.startPlaying();
    expect(store.get().view.shows).toBe("values");
  });
});
