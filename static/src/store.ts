/** The state of the studio: one immutable object, replaced as a whole and read by subscription.
 * Only `actions.ts` calls `update`. */

import { useEffect, useReducer, useRef } from "preact/hooks";
import type { ApiError } from "./api";
import type { Finding } from "./api_find";
import type { LayerGradients } from "./api_play";
import type { SampleSet } from "./api_signal";
import type { GraphView } from "./graph_types";
import { type ImagesState, noImages } from "./images";
import type { By } from "./play";
import type { Sought } from "./reach";
import type { Shows } from "./share";
import { emptyShelf, type Shelf } from "./shelf";
import {
  FIRST_SOURCE,
  type Signal,
  type SignalOf,
  type SignalScale,
  type SignalSource,
  type VariedSignal,
} from "./signal";
import { FIRST_CHOICE, type Training, type TrainingChoice, type TrainingInfo } from "./training";
import type {
  ActivationInfo,
  Explanation,
  LayerEdges,
  LayerKind,
  NetworkDocument,
  NetworkInfo,
  NodeReference,
  Override,
  ParameterEdit,
  Summary,
  TracedLayer,
} from "./wire";

/** Everything a person can change about what is computed, and nothing else: a history of edits is a list of these. */
export interface Edit {
  /** Id of the stored network that `document` came from; null once the document itself is changed. */
  readonly networkId: string | null;
  readonly document: NetworkDocument;
  /** Single parameter values that stand in place of the document's: `networkOf` in actions.ts joins the two. */
  readonly edits: readonly ParameterEdit[];
  /** One example, flat in C order. */
  readonly inputs: readonly number[];
  readonly overrides: readonly Override[];
  /** Id of the stored network that this one was opened from and is saved to, through all changes. */
  readonly home?: string | null;
}

/** What stood before a change, and the change in a few words ("x1", "remove hidden"), for a person. */
export interface Step {
  readonly edit: Edit;
  readonly label: string;
}

/** `past` ends with the latest step, `future` begins with the next one to be done again. */
export interface History {
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

/** The server's answer to one edit, kept on screen until the next one is there. */
export interface Answer {
  readonly edit: Edit;
  readonly dtype: string;
  readonly layers: readonly TracedLayer[];
  readonly byName: ReadonlyMap<string, TracedLayer>;
  /** Of the edit's document: how the layers are joined, and how much there is of everything. */
  readonly summary: Summary;
  /** The strongest edges; null while they are awaited, or where there are too many to ask for all. */
  readonly edges: readonly LayerEdges[] | null;
  /** Explanations that were asked for so far, by node name. */
  readonly explanations: ReadonlyMap<string, Explanation>;
}

/** Where the player stands in the forward pass. */
export interface Play {
  readonly by: By;
  readonly step: number;
  readonly playing: boolean;
  /** Times the ordinary speed. */
  readonly speed: number;
}

/** The derivative of one node by every node and parameter. */
export interface Derivative {
  readonly edit: Edit;
  readonly target: NodeReference;
  readonly layers: ReadonlyMap<string, LayerGradients>;
}

/** The signal through the depth: what is wanted, and what is there. */
export interface SignalState {
  readonly of: SignalOf;
  readonly scale: SignalScale;
  /** Numbers in a table instead of the drawing. */
  readonly table: boolean;
  readonly source: SignalSource;
  /** Of an older edit or source while a newer answer is awaited. */
  readonly answer: { readonly edit: Edit; readonly source: SignalSource; readonly signal: Signal } | null;
  /** Variants side by side; null while there is one network only. Empty while the first are awaited. */
  readonly comparison: {
    readonly edit: Edit;
    readonly source: SignalSource;
    readonly variants: readonly VariedSignal[];
  } | null;
  /** What is awaited, and how far it is where that is known. */
  readonly waiting: { readonly progress: number | null } | null;
  readonly failure: ApiError | null;
  readonly sampleSets: readonly SampleSet[];
}

/** Training the network on screen: what is chosen, and the training that is followed. */
export interface TrainingState {
  readonly choice: TrainingChoice;
  /** The latest, newest first; null before they are known. */
  readonly list: readonly TrainingInfo[] | null;
  readonly shown: Training | null;
  readonly beginning: boolean;
  readonly failure: ApiError | null;
}

/** A search among all values: what for, how many places were passed over, and what was found. */
export interface Found {
  readonly what: Sought;
  readonly skip: number;
  readonly edit: Edit;
  /** Of an earlier step of the same search while `looking`. */
  readonly finding: Finding | null;
  readonly looking: boolean;
  readonly failure: ApiError | null;
}

export type ThemeChoice = "system" | "light" | "dark";
export type Tab = "summary" | "values" | "signal" | "training" | "code";
export type Sheet = "input" | "network" | "inspector" | "tables";

/** What the left panel shows: the example, or the layers to build with. */
export type Panel = "input" | "network";

export interface View {
  readonly themeChoice: ThemeChoice;
  readonly theme: "light" | "dark";
  /** What nodes and edges of the graph show: values and weights, values and w·x, or derivatives. */
  readonly shows: Shows;
  readonly scale: GraphView["scale"];
  readonly tab: Tab;
  readonly drawerOpen: boolean;
  /** The panel that lies over the graph on a narrow screen. */
  readonly sheet: Sheet | null;
  readonly chooserOpen: boolean;
  /** The layer whose rows the Values table shows; null: all. */
  readonly valuesLayer: string | null;
  readonly panel: Panel;
  /** The layer whose weights stand open in the table editor. */
  readonly weightsOf: string | null;
}

/** A failure, what was being done, and whether it is tried again without being asked. */
export interface Failure {
  readonly error: ApiError;
  readonly retrying: boolean;
  readonly during: "open" | "compute" | "lists";
}

export interface State {
  readonly networks: readonly NetworkInfo[] | null;
  readonly activations: ReadonlyMap<string, ActivationInfo>;
  readonly layerKinds: ReadonlyMap<string, LayerKind>;
  /** What is wanted now; null until a network has been opened. */
  readonly present: Edit | null;
  readonly history: History;
  /** The network that is on its way. */
  readonly opening: string | null;
  /** What is shown now: `answer.edit !== present` while a newer answer is awaited. */
  readonly answer: Answer | null;
  /** Summaries of the stored networks, by id: what the chooser draws its pictures from. */
  readonly pictures: ReadonlyMap<string, Summary>;
  readonly selected: NodeReference | null;
  /** Under the pointer, or reached by the arrow keys. */
  readonly focus: NodeReference | null;
  /** The node that was last asked to come into sight; a new object each time. */
  readonly reveal: NodeReference | null;
  readonly failure: Failure | null;
  /** One sentence about something that was put right, e.g. a bad value in the address. */
  readonly notice: string | null;
  readonly view: View;
  readonly shelf: Shelf;
  readonly images: ImagesState;
  /** Stepping through the forward pass; null while all values are shown at once. */
  readonly play: Play | null;
  /** The node whose derivatives are shown where the view shows gradients. */
  readonly target: NodeReference | null;
  /** The latest that the server said about the target; of an older edit while a newer answer is awaited. */
  readonly derivative: Derivative | null;
  /** The search that jumps through the network; null while there is none. */
  readonly found: Found | null;
  readonly signal: SignalState;
  readonly training: TrainingState;
}

export const initialState: State = {
  shelf: emptyShelf,
  images: noImages,
  play: null,
  target: null,
  derivative: null,
  found: null,
  signal: {
    of: "values",
    scale: "auto",
    table: false,
    source: FIRST_SOURCE,
    answer: null,
    comparison: null,
    waiting: null,
    failure: null,
    sampleSets: [],
  },
  training: { choice: FIRST_CHOICE, list: null, shown: null, beginning: false, failure: null },
  networks: null,
  activations: new Map(),
  layerKinds: new Map(),
  present: null,
  history: { past: [], future: [] },
  opening: null,
  answer: null,
  pictures: new Map(),
  selected: null,
  focus: null,
  reveal: null,
  failure: null,
  notice: null,
  view: {
    themeChoice: "system",
    theme: "light",
    shows: "values",
    scale: "layer",
    tab: "summary",
    drawerOpen: true,
    sheet: null,
    chooserOpen: false,
    valuesLayer: null,
    panel: "input",
    weightsOf: null,
  },
};

export interface Store {
  get(): State;
  /** Replaces the parts of the state that `change` gives; subscribers hear of it only when something differs. */
  update(change: Partial<State> | ((state: State) => Partial<State>)): void;
  /** Calls `listener` after every change; the answer ends that. */
  subscribe(listener: () => void): () => void;
}

export function createStore(start: State = initialState): Store {
  let state = start;
  const listeners = new Set<() => void>();
  return {
    get: () => state,
    update(change) {
      const part = typeof change === "function" ? change(state) : change;
      const keys = Object.keys(part) as (keyof State)[];
      if (keys.every((key) => Object.is(state[key], part[key]))) return;
      state = Object.freeze({ ...state, ...part });
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}

/** The part of the state that `select` picks; the component renders again only when that part is another one. */
export function useStore<Part>(store: Store, select: (state: State) => Part): Part {
  const [, render] = useReducer((count: number) => count + 1, 0);
  const selected = select(store.get());
  const latest = useRef({ select, selected });
  latest.current = { select, selected };
  useEffect(() => {
    const check = () => {
      const next = latest.current.select(store.get());
      if (!Object.is(next, latest.current.selected)) render(0);
    };
    check(); // The state may have moved between the rendering and this effect.
    return store.subscribe(check);
  }, [store]);
  return selected;
}
