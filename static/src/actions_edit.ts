/** Changing the network itself: single weights, activations, pins and structure. Every change goes through
 * `core.change`, so that all of it can be undone. */

import { type Actions, networkOf } from "./actions";
import { type Api, ApiError } from "./api";
import { nodeName } from "./format";
import type { Edit, Store } from "./store";
import { repeatOf } from "./views/edit/layer_rows";
import { defaultInputs } from "./views/inputs";
import type {
  ActivationDocument,
  Edited,
  NetworkDocument,
  NodeReference,
  Operation,
  Override,
  ParameterEdit,
  Summary,
} from "./wire";

/** More single edits than this are written into the document, so that requests stay small. */
export const EDITS_KEPT = 2000;

/** What "start new" begins with. */
export const NEW_NETWORK: NetworkDocument = {
  name: "network",
  title: "New network",
  input: { shape: [2], names: ["x1", "x2"], default: [0.5, 0.7] },
  layers: [{ name: "output", kind: "Dense", units: 1 }],
};

/** One value of a parameter. */
export type ParameterPlace = Omit<ParameterEdit, "value">;

export interface EditActions {
  setWeight(place: ParameterPlace, value: number): void;
  /** Several values of one parameter as one step. */
  setWeights(edits: readonly ParameterEdit[], label: string): Promise<ApiError | null>;
  /** Of a layer that repeats, the activation changes in every round. */
  setActivation(layer: string, activation: ActivationDocument): Promise<ApiError | null>;
  /** Holds a node at a value, whatever is computed for it. */
  pin(node: NodeReference, value: number): void;
  release(node: NodeReference): void;
  releaseAll(): void;
  /** Changes the structure: all of the operations, as one step, or none. The answer is why not; null when it is done. */
  restructure(operations: readonly Operation[], label: string): Promise<ApiError | null>;
  startNew(): void;
}

export function placeName({ layer, parameter, index }: ParameterPlace): string {
  return `${layer} ${parameter}[${index.join(",")}]`;
}

/** `edits` with `added` in their place: the last word on a value is the only one. */
export function mergeEdits(edits: readonly ParameterEdit[], added: readonly ParameterEdit[]): readonly ParameterEdit[] {
  const merged = new Map(edits.map((edit) => [placeName(edit), edit]));
  for (const edit of added) merged.set(placeName(edit), edit);
  return [...merged.values()];
}

/** Where a node stands after a unit of its layer was added, removed or moved; null when it is the one removed. */
function shifted<Node extends NodeReference>(node: Node, operation: Operation): Node | null {
  if (operation.layer !== node.layer || typeof operation.index !== "number") return node;
  const at = node.index.at(-1) ?? 0;
  const placed = (place: number) => ({ ...node, index: [...node.index.slice(0, -1), place] });
  if (operation.operation === "add_unit") return at >= operation.index ? placed(at + 1) : node;
  const isRemoved = operation.operation === "remove_unit";
  if (!isRemoved && operation.operation !== "move_unit") return node;
  if (at === operation.index) return isRemoved ? null : placed(Number(operation.to));
  const without = at > operation.index ? at - 1 : at;
  return placed(!isRemoved && without >= Number(operation.to) ? without + 1 : without);
}

function hasNode(summary: Summary, { layer, index }: NodeReference): boolean {
  const shape = summary.layers.find((one) => one.name === layer)?.output_shape;
  return (
    shape !== undefined &&
    shape.length === index.length &&
    index.every((position, axis) => position < (shape[axis] ?? 0))
  );
}

/** The example for a document whose input may have another shape: values stay where they stood. */
function followInputs(edit: Edit, document: NetworkDocument): readonly number[] {
  const { shape: before } = edit.document.input;
  const { shape } = document.input;
  if (before.join() === shape.join()) return edit.inputs;
  const fresh = defaultInputs(document);
  if (before.length !== 1 || shape.length !== 1) return fresh;
  return fresh.map((value, flat) => edit.inputs[flat] ?? value);
}

/** The edit that `edited` makes of another one: pins and inputs go along as far as there is a place for them. */
export function follow(edit: Edit, operations: readonly Operation[], edited: Edited, summary: Summary): Edit {
  const overrides = edit.overrides.flatMap((override) => {
    let kept: Override | null = override;
    for (const operation of operations) kept = kept === null ? null : shifted(kept, operation);
    if (kept === null) return [];
    const layer = edited.renamed[kept.layer] ?? kept.layer;
    const there = !edited.removed.includes(kept.layer) && hasNode(summary, { ...kept, layer });
    return there ? [{ ...kept, layer }] : [];
  });
  return {
    ...edit,
    networkId: null,
    document: edited.document,
    edits: [],
    inputs: followInputs(edit, edited.document),
    overrides,
  };
}

/** A new layer is selected, so that it can be worked on at once; else the selection goes along with its layer. */
function followSelection(
  selected: NodeReference | null,
  operations: readonly Operation[],
  edited: Edited,
  summary: Summary,
): NodeReference | null {
  const added = operations.some(({ operation }) => operation === "add_layer" || operation === "add_repeat")
    ? summary.layers.find((layer) => edited.added.includes(layer.name))
    : undefined;
  if (added !== undefined) return { layer: added.name, index: added.output_shape.map(() => 0) };
  if (selected === null) return null;
  const moved = operations
    .filter((one) => one.operation === "move_unit")
    .reduce((node, one) => shifted(node, one) ?? node, selected);
  const renamed = edited.renamed[moved.layer];
  return renamed === undefined ? moved : { ...moved, layer: renamed };
}

export function createEditActions(store: Store, api: Api, core: Actions): EditActions {
  /** Operations wait for each other: the second is about what the first has made. */
  let queue: Promise<unknown> = Promise.resolve();

  /** `added` are single values that are written into the document before the operations. */
  async function apply(
    operations: readonly Operation[],
    label: string,
    added: readonly ParameterEdit[],
  ): Promise<ApiError | null> {
    for (;;) {
      const { present } = store.get();
      if (present === null) return null;
      let next: Edit;
      let edited: Edited;
      let summary: Summary;
      try {
        const start = added.length === 0 ? present : { ...present, edits: mergeEdits(present.edits, added) };
        edited = await api.edit(networkOf(start), operations);
        const bare: Edit = { ...present, networkId: null, document: edited.document, edits: [] };
        summary = await core.summaryOf(bare);
        const { present: now } = store.get();
        // Meanwhile something else was undone or opened: these operations were about what is gone.
        if (now === null || now.document !== present.document) return null;
        if (now.edits !== present.edits) continue;
        next = follow(now, operations, edited, summary);
      } catch (error) {
        if (error instanceof ApiError) return error;
        throw error;
      }
      core.change(next, label);
      store.update(({ selected, notice }) => ({
        selected: followSelection(selected, operations, edited, summary),
        notice: edited.notes.length > 0 ? edited.notes.join(" ") : notice,
      }));
      return null;
    }
  }

  function restructure(
    operations: readonly Operation[],
    label: string,
    added: readonly ParameterEdit[] = [],
  ): Promise<ApiError | null> {
    const done = queue.then(() => apply(operations, label, added));
    queue = done.catch(() => undefined);
    return done;
  }

  async function setWeights(added: readonly ParameterEdit[], label: string): Promise<ApiError | null> {
    const { present } = store.get();
    if (present === null || added.length === 0) return null;
    const edits = mergeEdits(present.edits, added);
    if (edits.length > EDITS_KEPT) return restructure([], label, added);
    core.change({ ...present, edits }, label);
    return null;
  }

  function setPins(change: (overrides: readonly Override[]) => readonly Override[], label: string): void {
    const { present } = store.get();
    if (present !== null) core.change({ ...present, overrides: change(present.overrides) }, label);
  }

  return {
    setWeights,
    setWeight: (place, value) => void setWeights([{ ...place, value }], placeName(place)),
    setActivation(layer, activation) {
      const { present, answer } = store.get();
      const isRepeated =
        present !== null &&
        answer !== null &&
        repeatOf(present.document, present.edits, answer.summary, layer) !== null;
      return isRepeated
        ? restructure(
            [{ operation: "set_repeated_arguments", layer, arguments: { activation } }],
            "activation of every round",
          )
        : restructure([{ operation: "set_arguments", layer, arguments: { activation } }], `activation of ${layer}`);
    },
    pin(node, value) {
      const name = nodeName(node);
      const pinned = { layer: node.layer, index: [...node.index], value };
      setPins((overrides) => {
        const at = overrides.findIndex((one) => nodeName(one) === name);
        return at < 0 ? [...overrides, pinned] : overrides.map((one, position) => (position === at ? pinned : one));
      }, `pin ${name}`);
    },
    release(node) {
      const name = nodeName(node);
      setPins((overrides) => overrides.filter((one) => nodeName(one) !== name), `release ${name}`);
    },
    releaseAll: () => setPins(() => [], "release all"),
    restructure,
    startNew() {
      core.change(
        { networkId: null, document: NEW_NETWORK, edits: [], inputs: defaultInputs(NEW_NETWORK), overrides: [] },
        "new network",
      );
      store.update(({ view }) => ({ view: { ...view, panel: "network", chooserOpen: false } }));
    },
  };
}
