import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createActions, networkOf } from "../src/actions";
import { createEditActions, EDITS_KEPT, follow, mergeEdits, NEW_NETWORK } from "../src/actions_edit";
import { type Api, ApiError } from "../src/api";
import { createStore, type Edit } from "../src/store";
import { activationDocument } from "../src/views/edit/ActivationForm";
import { fieldKind, firstValue, readListText, readNumberText } from "../src/views/edit/argument_fields";
import { readBlock, writeBlock } from "../src/views/edit/block";
import { layerRows, moveTarget } from "../src/views/edit/layer_rows";
import { problemsByArgument } from "../src/views/edit/problems";
import { weightStep } from "../src/views/edit/weight_places";
import { cellIndex, extent, matrixForm, sliceFor } from "../src/views/edit/weights_window";
import type { ActivationInfo, ArgumentSchema, Edited, NetworkDocument, Operation, Summary } from "../src/wire";

const DOCUMENT: NetworkDocument = {
  name: "walkthrough",
  input: { shape: [2], names: ["x1", "x2"], default: [0.5, 0.7] },
  layers: [{ name: "hidden", kind: "Dense", units: 3 }],
};

function summaryOf(...layers: [name: string, shape: number[], inputs?: string[]][]): Summary {
  return {
    layers: layers.map(([name, output_shape, inputs = []]) => ({
      name,
      kind: name === "input" ? "Input" : "Dense",
      inputs,
      output_shape,
      parameters: 0,
      trainable: 0,
      non_trainable: 0,
      multiply_adds: 1,
    })),
    total_parameters: 0,
    trainable_parameters: 0,
    non_trainable_parameters: 0,
    multiply_adds: 1,
    parameter_bytes: 0,
  };
}

const EDITED: Edited = {
  document: { ...DOCUMENT, layers: [{ name: "first", kind: "Dense", units: 2 }] },
  renamed: { hidden: "first" },
  added: [],
  removed: [],
  notes: [],
};

/** A studio with the walkthrough open, whose server computes nothing and edits as `edit` says. */
async function studio(edit: Api["edit"] = async () => EDITED) {
  const api: Api = {
    networks: async () => [],
    network: async () => DOCUMENT,
    activations: async () => [],
    layerKinds: async () => [],
    summary: async (network) =>
      network === EDITED.document
        ? summaryOf(["input", [2]], ["first", [2], ["input"]])
        : summaryOf(["input", [2]], ["hidden", [3], ["input"]]),
    forward: async () => ({ dtype: "float64", layers: [] }),
    edges: async () => [],
    explain: async () => new Promise(() => undefined),
    curve: async () => ({ x: [], y: [], dy: [] }),
    evaluate: async () => ({ outputs: 0, derivatives: 0 }),
    edit,
    parameters: async () => ({ shape: [0], values: new Float64Array() }),
    parameterShape: async () => [0],
  };
  const store = createStore();
  const core = createActions(store, api);
  const actions = { ...core, ...createEditActions(store, api, core) };
  await actions.open("walkthrough");
  return { store, actions };
}

const present = (store: { get(): { present: Edit | null } }): Edit => {
  const edit = store.get().present;
  if (edit === null) throw new Error("Nothing is open.");
  return edit;
};

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("undo and redo", () => {
  let now = 0;
  beforeEach(() => {
    now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("give back the very edits that were there", async () => {
    const { store, actions } = await studio();
    const first = present(store);
    actions.setInput(0, 2);
    const second = present(store);
    actions.pin({ layer: "hidden", index: [1] }, 0);
    const third = present(store);
    actions.undo();
    expect(present(store)).toBe(second);
    actions.undo();
    expect(present(store)).toBe(first);
    actions.undo();
    expect(present(store)).toBe(first);
    actions.redo();
    actions.redo();
    expect(present(store)).toBe(third);
    actions.redo();
    expect(present(store)).toBe(third);
  });

  it("name what they take back", async () => {
    const { store, actions } = await studio();
    actions.setInput(1, 2);
    expect(store.get().history.past.at(-1)?.label).toBe("x2");
    actions.undo();
    expect(store.get().history.future[0]?.label).toBe("x2");
  });

  it("forget what was undone once something else is changed", async () => {
    const { store, actions } = await studio();
    actions.setInput(0, 2);
    actions.undo();
    actions.setInput(1, 3);
    expect(store.get().history.future).toEqual([]);
    actions.redo();
    expect(present(store).inputs).toEqual([0.5, 3]);
  });

  it("take typing of one value as one step, until it rests", async () => {
    const { store, actions } = await studio();
    actions.setInput(0, 1);
    now = 400;
    actions.setInput(0, 12);
    now = 1300;
    actions.setInput(0, 123);
    expect(store.get().history.past).toHaveLength(1);
    now = 2400;
    actions.setInput(0, 4);
    expect(store.get().history.past).toHaveLength(2);
    now = 2500;
    actions.setInput(1, 4);
    expect(store.get().history.past).toHaveLength(3);
  });

  it("take a drag as one step however long it rests, and the next drag as another", async () => {
    const { store, actions } = await studio();
    actions.hold(true);
    actions.setInput(0, 1);
    now = 60_000;
    actions.setInput(0, 2);
    actions.hold(false);
    actions.hold(true);
    actions.setInput(0, 3);
    actions.hold(false);
    expect(store.get().history.past.map((step) => step.edit.inputs[0])).toEqual([0.5, 2]);
  });

  it("bring back the network that was open before", async () => {
    const { store, actions } = await studio();
    actions.setInput(0, 2);
    const before = present(store);
    await actions.open("other");
    expect(store.get().history.past.at(-1)?.label).toBe("open walkthrough");
    actions.undo();
    expect(present(store)).toBe(before);
  });

  it("keep no more steps than they say", async () => {
    const { store, actions } = await studio();
    for (let value = 0; value < 250; value += 1) actions.change({ ...present(store) }, `step ${value}`);
    expect(store.get().history.past).toHaveLength(200);
    expect(store.get().history.past[0]?.label).toBe("step 50");
  });
});

describe("weights", () => {
  const place = { layer: "hidden", parameter: "kernel", index: [0, 1] };

  it("stand in place of the document's, the last word on each", async () => {
    const { store, actions } = await studio();
    actions.setWeight(place, 1);
    actions.setWeight({ ...place, index: [1, 1] }, 2);
    actions.setWeight(place, 3);
    expect(networkOf(present(store))).toEqual({
      base: "walkthrough",
      edits: [
        { ...place, value: 3 },
        { ...place, index: [1, 1], value: 2 },
      ],
    });
    actions.undo();
    actions.undo();
    actions.undo();
    expect(networkOf(present(store))).toBe("walkthrough");
  });

  it("are written into the document when there are many", async () => {
    const edit = vi.fn(async () => ({ ...EDITED, renamed: {} }));
    const { store, actions } = await studio(edit);
    const many = Array.from({ length: EDITS_KEPT + 1 }, (_, at) => ({ ...place, index: [0, at], value: at }));
    await actions.setWeights(many, "paste");
    expect(edit).toHaveBeenCalledWith({ base: "walkthrough", edits: many }, []);
    expect(present(store)).toMatchObject({ networkId: null, document: EDITED.document, edits: [] });
  });

  it("are merged by place", () => {
    expect(mergeEdits([{ ...place, value: 1 }], [{ ...place, value: 2 }])).toEqual([{ ...place, value: 2 }]);
  });

  it("are nudged by a hundredth of their size", () => {
    expect(weightStep([0.2, -0.7])).toBeCloseTo(0.01);
    expect(weightStep([12])).toBeCloseTo(1);
    expect(weightStep([])).toBe(0.01);
    expect(weightStep([Number.NaN])).toBe(0.01);
  });
});

describe("structure", () => {
  const rename: Operation = { operation: "rename_layer", layer: "hidden", name: "first" };

  it("is changed by the server, and selection and pins go along", async () => {
    const { store, actions } = await studio();
    actions.pin({ layer: "hidden", index: [1] }, 4);
    actions.pin({ layer: "hidden", index: [2] }, 5);
    actions.select({ layer: "hidden", index: [1] });
    expect(await actions.restructure([rename], "rename")).toBeNull();
    expect(present(store)).toMatchObject({
      networkId: null,
      document: EDITED.document,
      overrides: [{ layer: "first", index: [1], value: 4 }],
    });
    expect(store.get().selected).toEqual({ layer: "first", index: [1] });
    actions.undo();
    expect(present(store).networkId).toBe("walkthrough");
  });

  it("stays as it is when the server refuses, and the reason is handed back", async () => {
    const refusal = new ApiError(422, "Invalid", "no", [], null);
    const { store, actions } = await studio(() => Promise.reject(refusal));
    const before = present(store);
    expect(await actions.restructure([rename], "rename")).toBe(refusal);
    expect(present(store)).toBe(before);
    expect(store.get().history.past).toEqual([]);
  });

  it("is changed again from what was typed while the answer was on its way", async () => {
    const asked: unknown[] = [];
    const { store, actions } = await studio(async (network) => {
      asked.push(network);
      await settle();
      return EDITED;
    });
    const done = actions.restructure([rename], "rename");
    await Promise.resolve();
    await Promise.resolve();
    actions.setWeight({ layer: "hidden", parameter: "bias", index: [0] }, 9);
    actions.setInput(0, 8);
    await done;
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({ base: "walkthrough", edits: [{ value: 9 }] });
    expect(present(store).inputs).toEqual([8, 0.7]);
  });

  it("does not come back after an undo", async () => {
    const { store, actions } = await studio(async () => {
      await settle();
      return EDITED;
    });
    await actions.open("other");
    const done = actions.restructure([rename], "rename");
    await Promise.resolve();
    await Promise.resolve();
    actions.startNew();
    await done;
    expect(present(store).document).toBe(NEW_NETWORK);
  });

  it("moves pins with the units of their layer", () => {
    const edit: Edit = {
      networkId: null,
      document: DOCUMENT,
      edits: [],
      inputs: [1, 2],
      overrides: [0, 1, 2].map((at) => ({ layer: "hidden", index: [at], value: at })),
    };
    const summary = summaryOf(["input", [2]], ["hidden", [4]]);
    const same: Edited = { ...EDITED, document: DOCUMENT, renamed: {} };
    const removed = follow(edit, [{ operation: "remove_unit", layer: "hidden", index: 1 }], same, summary);
    expect(removed.overrides.map(({ index, value }) => [index[0], value])).toEqual([
      [0, 0],
      [1, 2],
    ]);
    const added = follow(edit, [{ operation: "add_unit", layer: "hidden", index: 1 }], same, summary);
    expect(added.overrides.map(({ index, value }) => [index[0], value])).toEqual([
      [0, 0],
      [2, 1],
      [3, 2],
    ]);
  });

  it("keeps the values of inputs that are still there", () => {
    const edit: Edit = { networkId: null, document: DOCUMENT, edits: [], inputs: [8, 9], overrides: [] };
    const document = { ...DOCUMENT, input: { shape: [3], default: [0.5, 0.7, 4] } };
    const summary = summaryOf(["input", [3]]);
    expect(follow(edit, [], { ...EDITED, document }, summary).inputs).toEqual([8, 9, 4]);
    const picture = { ...DOCUMENT, input: { shape: [2, 1] } };
    expect(follow(edit, [], { ...EDITED, document: picture }, summary).inputs).toEqual([0, 0]);
  });
});

describe("a block from a spreadsheet", () => {
  it.each([
    [
      "1\t2\n3\t4\n",
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [
      "1,5\t2\r\n-3\t4e-1\r\n",
      [
        [1.5, 2],
        [-3, 0.4],
      ],
    ],
    ["1;2,5;3", [[1, 2.5, 3]]],
    [
      "1,2,3\n4,5,6",
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ["0.5, 0.7", [[0.5, 0.7]]],
    ["0,5", [[0.5]]],
    ["0,5 0,7", [[0.5, 0.7]]],
    ["0.1 0.2", [[0.1, 0.2]]],
    ['"1"\t"2"', [[1, 2]]],
    ["−1\t2", [[-1, 2]]],
  ])("%j is understood", (text, values) => {
    expect(readBlock(text)).toEqual({ values });
  });

  it.each([
    ["1\t\t3", "Row 1, column 2 is empty; expected a number, such as 0.5 or -1e-3."],
    ["1\t2\n3\tx", 'Row 2, column 2 is "x"; expected a number, such as 0.5 or -1e-3.'],
    ["1\t2\n3", "Row 2 has 1 cells, but the first row has 2; expected a rectangle."],
    ["1,5\n2,5", "The commas may stand in numbers or between them."],
    ["1.234,5\t2", 'Row 1, column 1 is "1.234,5"'],
    ["", "There is nothing to paste."],
  ])("%j is refused with the reason", (text, problem) => {
    const block = readBlock(text);
    expect("problem" in block ? block.problem : "").toContain(problem);
  });

  it("comes back as it was written", () => {
    const values = [
      [0.1 + 0.2, -1e-300],
      [5e-324, 1.7976931348623157e308],
    ];
    expect(readBlock(writeBlock(values))).toEqual({ values });
  });
});

describe("the builder's forms", () => {
  it("follow the schema", () => {
    expect(fieldKind("activation", {})).toBe("activation");
    expect(fieldKind("kernel_initializer", { anyOf: [{ enum: ["zeros"] }, { type: "object" }] })).toBe("choice");
    expect(fieldKind("axis", { anyOf: [{ type: "integer" }, { type: "array" }] })).toBe("list");
    expect(fieldKind("use_bias", { type: "boolean" })).toBe("boolean");
    expect(fieldKind("seed", { anyOf: [{ type: "integer" }, { type: "null" }] })).toBe("number");
  });

  it("read numbers within their bounds", () => {
    const rate = { type: "number", minimum: 0, exclusiveMaximum: 1 } as const;
    expect(readNumberText("0,5", rate)).toEqual({ value: 0.5 });
    expect(readNumberText("1", rate)).toEqual({ expected: "a number from 0 below 1" });
    expect(readNumberText("1.5", { type: "integer", minimum: 1 })).toEqual({ expected: "a whole number from 1" });
    expect(readNumberText("", { anyOf: [{ type: "integer" }, { type: "null" }] })).toEqual({ value: null });
    expect(readListText("8, 8", { type: "array" })).toEqual({ value: [8, 8] });
    expect(readListText("-1", { anyOf: [{ type: "integer" }, { type: "array" }] })).toEqual({ value: -1 });
    expect(readListText("8, a", { type: "array" })).toEqual({ expected: "whole numbers, such as 8, 8" });
    expect(readListText("1.5, 2", { type: "array" })).toEqual({ expected: "whole numbers, such as 8, 8" });
    const numbers: ArgumentSchema = { anyOf: [{ type: "number" }, { type: "array" }] };
    expect(readListText("0.5", numbers)).toEqual({ value: 0.5 });
    expect(readListText("0.5, -2", numbers)).toEqual({ value: [0.5, -2] });
    expect(readListText("", numbers)).toEqual({ expected: "a number, or several, such as 0.5, 2" });
    const sizes: ArgumentSchema = { anyOf: [{ type: "integer", minimum: 1 }, { type: "array" }] };
    expect(firstValue("kernel_size", sizes)).toBe(3);
    expect(firstValue("size", sizes)).toBe(1);
  });

  it("write an activation as short as it can be", () => {
    const info = { parameters: [{ name: "negative_slope", default: 0.3 }] } as ActivationInfo;
    expect(activationDocument(info, "leaky_relu", { negative_slope: 0.3 })).toBe("leaky_relu");
    expect(activationDocument(info, "leaky_relu", { negative_slope: 0.1 })).toEqual({
      name: "leaky_relu",
      negative_slope: 0.1,
    });
  });

  it("show a mistake at the argument it is about", () => {
    const errors = [
      { pointer: "/operations/0/arguments/units", detail: "units is 0" },
      { pointer: "/operations/0", detail: "something else" },
    ];
    const error = new ApiError(422, "Invalid", "units is 0", errors, null);
    expect(problemsByArgument(error, ["units"])).toEqual({ units: "units is 0", "": "something else" });
    expect(problemsByArgument(null, ["units"])).toEqual({});
  });

  it("list the layers of repeated blocks with their arguments", () => {
    const document: NetworkDocument = {
      input: { shape: [2] },
      layers: [
        {
          repeat: 2,
          layers: [
            { kind: "Dense", units: 4 },
            { kind: "Dropout", rate: 0.5 },
          ],
        },
        { name: "output", kind: "Dense", units: 1 },
      ],
    };
    const summary = summaryOf(
      ["input", [2]],
      ["dense_1", [4], ["input"]],
      ["dropout_1", [4], ["dense_1"]],
      ["dense_2", [4], ["dropout_1"]],
      ["dropout_2", [4], ["dense_2"]],
      ["output", [1], ["dropout_2"]],
    );
    const rows = layerRows(document, summary);
    expect(rows.map((row) => row.given)).toEqual([
      { units: 4 },
      { rate: 0.5 },
      { units: 4 },
      { rate: 0.5 },
      { units: 1 },
    ]);
    const [first, second] = rows;
    const last = rows.at(-1);
    if (first === undefined || second === undefined || last === undefined) throw new Error("There are rows.");
    expect(moveTarget(rows, first, "up")).toBeNull();
    expect(moveTarget(rows, second, "up")).toBe("input");
    expect(moveTarget(rows, second, "down")).toBe("dense_2");
    expect(moveTarget(rows, last, "down")).toBeNull();
  });
});

describe("the window on a large matrix", () => {
  it("is in blocks, with some to spare, and never beyond the end", () => {
    expect(extent(0, 300, 30, 1000, 24)).toEqual({ first: 0, end: 24 });
    expect(extent(3000, 300, 30, 1000, 24)).toEqual({ first: 96, end: 144 });
    expect(extent(29_900, 300, 30, 1000, 24).end).toBe(1000);
    expect(extent(0, 300, 30, 2, 24)).toEqual({ first: 0, end: 2 });
  });

  it("covers everything in sight", () => {
    for (let scroll = 0; scroll < 30_000; scroll += 7) {
      const { first, end } = extent(scroll, 310, 30, 1000, 24);
      expect(first * 30).toBeLessThanOrEqual(scroll);
      expect(Math.min(1000 * 30, scroll + 310)).toBeLessThanOrEqual(end * 30);
    }
  });

  it("sees any number of axes as rows and columns", () => {
    expect(matrixForm([5])).toEqual({ leading: [], rows: 1, columns: 5 });
    expect(matrixForm([3, 3, 8, 16])).toEqual({ leading: [3, 3], rows: 8, columns: 16 });
    expect(cellIndex([3, 3, 8, 16], [1, 2], 4, 5)).toEqual([1, 2, 4, 5]);
    expect(cellIndex([5], [], 0, 3)).toEqual([3]);
    const rows = { first: 0, end: 8 };
    const columns = { first: 4, end: 6 };
    expect(sliceFor([3, 3, 8, 16], [1, 2], rows, columns)).toEqual([
      [1, 2],
      [2, 3],
      [0, 8],
      [4, 6],
    ]);
    expect(sliceFor([16], [], rows, columns)).toEqual([[4, 6]]);
  });
});
