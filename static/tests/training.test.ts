import { describe, expect, it } from "vitest";
import { createTrainingActions } from "../src/actions_training";
import { ApiError } from "../src/api";
import type { SampleSet } from "../src/api_signal";
import { readEvent, type TrainingsApi } from "../src/api_trainings";
import { createStore, type Edit } from "../src/store";
import {
  afterEvents,
  FIRST_CHOICE,
  formatSeconds,
  lossFor,
  measuresOf,
  misfit,
  type Training,
  type TrainingEvent,
  trainingBody,
} from "../src/training";

const DIGITS: SampleSet = {
  name: "digits",
  title: "Digits",
  shape: [8, 8, 1],
  splits: { train: 1437, test: 360 },
  here: true,
  task: "classification",
  classes: Array.from({ length: 10 }, (_, at) => String(at)),
};
const MOONS: SampleSet = { ...DIGITS, name: "moons", title: "Moons", shape: [2], classes: ["0", "1"] };
const PLANE: SampleSet = { ...MOONS, name: "plane", title: "Plane", task: "regression", classes: [] };

const TRAINING: Training = {
  id: "t1",
  title: "a training",
  status: "queued",
  epochs: 3,
  network: "n1",
  saved: false,
  history: new Map(),
  steps: { at: [], loss: [] },
  progress: null,
  health: null,
  error: null,
};

describe("what a training begins with", () => {
  it("takes the loss that fits data and output", () => {
    expect(lossFor(DIGITS, { nodes: 10, activation: "softmax" }).loss).toBe("sparse_categorical_crossentropy");
    expect(lossFor(DIGITS, { nodes: 10, activation: "linear" }).loss).toEqual({
      name: "sparse_categorical_crossentropy",
      from_logits: true,
    });
    expect(lossFor(MOONS, { nodes: 1, activation: "sigmoid" })).toEqual({
      loss: "binary_crossentropy",
      metrics: ["accuracy"],
    });
    expect(lossFor(PLANE, { nodes: 1, activation: "linear" }).loss).toBe("mean_squared_error");
  });

  it("says why a data set does not fit", () => {
    expect(misfit(DIGITS, 64, { nodes: 10, activation: null })).toBeNull();
    expect(misfit(DIGITS, 2, { nodes: 10, activation: null })).toBe("Digits has 64 inputs, this network 2");
    expect(misfit(DIGITS, 64, { nodes: 3, activation: null })).toBe("Digits has 10 classes, this network 3 outputs");
    expect(misfit(MOONS, 2, { nodes: 1, activation: null })).toBeNull();
    expect(misfit(PLANE, 2, { nodes: 2, activation: null })).toContain("needs 1 output");
  });

  it("asks for a test split where there is one, else for a share", () => {
    const output = { nodes: 10, activation: "softmax" };
    expect(trainingBody(FIRST_CHOICE, DIGITS, output)).toMatchObject({
      dataset: { name: "digits", split: "train" },
      optimizer: "adam",
      validation_data: { split: "test" },
    });
    const own = { ...DIGITS, splits: { train: 100 } };
    const chosen = { ...FIRST_CHOICE, optimizer: "sgd", learningRate: 0.1 };
    expect(trainingBody(chosen, own, output)).toMatchObject({
      optimizer: { name: "sgd", learning_rate: 0.1 },
      validation_split: 0.2,
    });
  });
});

describe("following a training", () => {
  const EVENTS: TrainingEvent[] = [
    { kind: "status", status: "running" },
    { kind: "step", epoch: 0, batch: 0, batches: 2, loss: 0.9, examplesPerSecond: null },
    { kind: "epoch", epoch: 0, logs: { loss: 0.8, val_loss: 0.9, accuracy: 0.5 } },
    { kind: "step", epoch: 1, batch: 1, batches: 2, loss: 0.4, examplesPerSecond: 100 },
    { kind: "epoch", epoch: 1, logs: { loss: 0.4, val_loss: 0.5, accuracy: 0.75 } },
    { kind: "saved", network: "n2" },
    { kind: "end", status: "done", error: null },
  ];

  it("puts epochs in their places, however often they are heard", () => {
    const once = afterEvents(TRAINING, EVENTS);
    const twice = afterEvents(once, EVENTS);
    for (const training of [once, twice]) {
      expect(training.history.get("loss")).toEqual([0.8, 0.4]);
      expect(training.steps).toEqual({ at: [0.5, 2], loss: [0.9, 0.4] });
      expect(training).toMatchObject({ status: "done", saved: true, network: "n2" });
      expect(measuresOf(training.history)).toEqual(["loss", "accuracy"]);
    }
    expect(TRAINING.history.size).toBe(0);
  });

  it("keeps a bounded number of steps", () => {
    const events = Array.from(
      { length: 9000 },
      (_, batch): TrainingEvent => ({
        kind: "step",
        epoch: 0,
        batch,
        batches: 9000,
        loss: batch,
        examplesPerSecond: null,
      }),
    );
    let training = TRAINING;
    for (let at = 0; at < events.length; at += 500) training = afterEvents(training, events.slice(at, at + 500));
    expect(training.steps.at.length).toBeLessThan(2500);
    expect(training.steps.at.length).toBe(training.steps.loss.length);
  });

  it("reads what the server sends, NaN too, and passes over what it does not know", () => {
    expect(readEvent("epoch", { epoch: 0, logs: { loss: "NaN" } })).toEqual({
      kind: "epoch",
      epoch: 0,
      logs: { loss: Number.NaN },
    });
    expect(readEvent("health", { detail: "layer hidden" })).toEqual({ kind: "health", detail: "layer hidden" });
    expect(readEvent("checkpoint", {})).toBeNull();
  });

  it("says times as people do", () => {
    expect([0.2, 42, 600, 7200].map(formatSeconds)).toEqual(["less than a second", "42 s", "10 min", "2 h"]);
  });
});

const EDIT: Edit = {
  networkId: "spirals",
  document: { input: { shape: [2] }, layers: [] },
  edits: [],
  inputs: [1, 2],
  overrides: [],
};

describe("training from the page", () => {
  function training(api: Partial<TrainingsApi>) {
    const store = createStore();
    store.update({ present: EDIT });
    const opened: string[] = [];
    const calls: string[] = [];
    let hear: (event: TrainingEvent) => void = () => {};
    const whole: TrainingsApi = {
      begin: async (_network, body) => {
        calls.push(`begin ${JSON.stringify(body.dataset)}`);
        return { id: "t1", title: "", status: "queued", ahead: 0, network: "n1", created: "", error: null };
      },
      list: async () => [],
      get: async () => TRAINING,
      order: async (id, order) => {
        calls.push(`${order} ${id}`);
        return { ...TRAINING, status: order === "pause" ? "paused" : "running" };
      },
      follow: (_id, listen) => {
        calls.push("follow");
        hear = listen;
        return () => calls.push("end");
      },
      ...api,
    };
    const core = { open: async (id: string) => void opened.push(id) };
    return {
      store,
      actions: createTrainingActions(store, whole, core),
      opened,
      calls,
      send: (event: TrainingEvent) => hear(event),
    };
  }

  it("begins, follows, pauses and opens the network that is made", async () => {
    const { store, actions, opened, calls, send } = training({});
    await actions.beginTraining(MOONS, { nodes: 1, activation: "sigmoid" });
    expect(calls).toEqual(['begin {"name":"moons","split":"train"}', "follow"]);
    await actions.orderTraining("pause");
    expect(store.get().training.shown?.status).toBe("paused");
    await actions.openTrained();
    expect(opened).toEqual([]);
    send({ kind: "saved", network: "n9" });
    send({ kind: "end", status: "stopped", error: null });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(store.get().training.shown).toMatchObject({ status: "stopped", saved: true });
    await actions.openTrained();
    expect(opened).toEqual(["n9"]);
    // One that had ended is followed anew when it goes on.
    await actions.orderTraining("resume");
    expect(calls.slice(-3)).toEqual(["resume t1", "end", "follow"]);
    await actions.showTraining(null);
    expect(store.get().training.shown).toBeNull();
  });

  it("keeps what went wrong", async () => {
    const error = new ApiError(422, "Invalid", "the output has 3 nodes", [], null);
    const { store, actions } = training({ begin: () => Promise.reject(error) });
    await actions.beginTraining(MOONS, { nodes: 3, activation: null });
    expect(store.get().training).toMatchObject({ failure: error, beginning: false, shown: null });
  });
});
