/** The state of the studio: one immutable object, replaced as a whole and read by subscription.
 * Only `actions.ts` calls `update`. */

import { useEffect, useReducer, useRef } from "preact/hooks";
import type { ApiError } from "./api";
import type {
  ActivationInfo,
  Explanation,
  LayerEdges,
  LayerKind,
  NetworkDocument,
  NetworkInfo,
  NodeReference,
  Override,
  Summary,
  TracedLayer,
} from "./wire";

/** Everything a person can change about what is computed, and nothing else: a history of edits is a list of these. */
export interface Edit {
  /** Id of the stored network that `document` came from; null once the document itself is changed. */
  readonly networkId: string | null;
  readonly document: NetworkDocument;
  /** One example, flat in C order. */
  readonly inputs: readonly number[];
  readonly overrides: readonly Override[];
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

export type ThemeChoice = "system" | "light" | "dark";
export type Tab = "summary" | "values";
export type Sheet = "input" | "inspector" | "tables";

export interface View {
  readonly themeChoice: ThemeChoice;
  readonly theme: "light" | "dark";
  readonly edgeQuantity: "weight" | "product";
  readonly scale: "layer" | "network";
  readonly tab: Tab;
  readonly drawerOpen: boolean;
  /** The panel that lies over the graph on a narrow screen. */
  readonly sheet: Sheet | null;
  readonly chooserOpen: boolean;
  /** The layer whose rows the Values table shows; null: all. */
  readonly valuesLayer: string | null;
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
}

export const initialState: State = {
  networks: null,
  activations: new Map(),
  layerKinds: new Map(),
  present: null,
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
    edgeQuantity: "product",
    scale: "layer",
    tab: "summary",
    drawerOpen: true,
    sheet: null,
    chooserOpen: false,
    valuesLayer: null,
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
