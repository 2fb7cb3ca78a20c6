/** Links that hold a whole network: making one of what is on screen, and opening one. */

import { type Actions, FIRST_NETWORK, missingNode, questionOf } from "./actions";
import { type Api, ApiError } from "./api";
import { decodeShare, encodeShare, isShare, LINK_LIMIT, type Shared, ShareError } from "./share";
import type { Edit, State, Store } from "./store";
import { writeAddress } from "./views/address";
import { defaultInputs } from "./views/inputs";
import type { ParameterEdit, TracedLayer } from "./wire";

/** A link, or why there is none: it would have more characters than a link may have. */
export interface Link {
  /** Relative to the page's own address, as in "?network=walkthrough" or "#share=…". */
  readonly path: string;
  readonly characters: number;
  /** Whether the network itself is in the link, and not only its name. */
  readonly whole: boolean;
  readonly tooLong: boolean;
}

export interface ShareActions {
  /** The shortest link to what is on screen; null while nothing is. */
  makeLink(): Promise<Link | null>;
  /** Opens what an address asks for: the network in its fragment, else the one that its query names. */
  openAddress(address: { search: string; hash: string }): Promise<void>;
}

function sameInputs(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((value, at) => Object.is(value, b[at]));
}

function sameEdits(a: readonly ParameterEdit[], b: readonly ParameterEdit[]): boolean {
  return a === b || (a.length === 0 && b.length === 0);
}

/** Whether everything on screen can be named: a stored network as it is stored, and nothing that a query cannot say. */
function hasName({ present, view, shelf }: State): boolean {
  if (present === null || present.overrides.length > 0 || view.shows !== "values") return false;
  const kept = present.networkId === null ? shelf.kept.get(present.home ?? "") : undefined;
  const isExample = present.networkId !== null && present.edits.length === 0;
  const isKept = kept !== undefined && kept.document === present.document && sameEdits(kept.edits, present.edits);
  if (!isExample && !isKept) return false;
  if (sameInputs(present.inputs, defaultInputs(present.document))) return true;
  const named = new URLSearchParams(writeAddress({ present, selected: null })).get("inputs");
  return named !== null && sameInputs(named.split(",").map(Number), present.inputs);
}

function sharedOf(state: State, { document, edits, inputs, overrides }: Edit): Shared {
  const { view, selected, target } = state;
  const { shows, scale } = view;
  return { network: document, edits, inputs, overrides, selected, view: { shows, scale, target } };
}

export function createShareActions(
  store: Store,
  api: Pick<Api, "forward">,
  core: Pick<Actions, "open" | "start" | "change" | "loadLists">,
): ShareActions {
  async function makeLink(): Promise<Link | null> {
    const state = store.get();
    if (state.present === null) return null;
    if (hasName(state)) {
      const path = writeAddress(state);
      return { path, characters: path.length, whole: false, tooLong: false };
    }
    const fragment = await encodeShare(sharedOf(state, state.present));
    return { path: `#${fragment}`, characters: fragment.length, whole: true, tooLong: fragment.length > LINK_LIMIT };
  }

  /** The network of the walkthrough instead of the one that cannot be opened, and why. */
  async function openInstead(reason: string): Promise<void> {
    await core.open(FIRST_NETWORK);
    store.update({ notice: `This link could not be opened. ${reason} Here is the walkthrough instead.` });
  }

  async function openShare(fragment: string): Promise<void> {
    let shared: Shared;
    try {
      shared = await decodeShare(fragment);
    } catch (error) {
      if (!(error instanceof ShareError)) throw error;
      await openInstead(error.message);
      return;
    }
    const { network, edits, inputs, overrides, selected, view } = shared;
    const edit: Edit = { networkId: null, home: null, document: network, edits, inputs, overrides };
    // The server checks the document before anything of the page reads more of it than was checked here.
    store.update({ opening: "a shared network", failure: null, notice: null });
    let layers: ReadonlyMap<string, TracedLayer>;
    try {
      const [forward] = await Promise.all([api.forward(questionOf(edit)), core.loadLists()]);
      layers = new Map(forward.layers.map((layer) => [layer.name, layer]));
    } catch (error) {
      store.update({ opening: null });
      if (!(error instanceof ApiError)) throw error;
      await openInstead(error.message);
      return;
    }
    const known = (node: Shared["selected"]) => (node !== null && missingNode(layers, node) === null ? node : null);
    store.update((state) => ({
      opening: null,
      selected: known(selected),
      target: known(view.target),
      focus: null,
      view: { ...state.view, shows: view.shows, scale: view.scale, valuesLayer: null },
    }));
    core.change(edit, "open a shared network");
  }

  return {
    makeLink,
    async openAddress({ search, hash }) {
      if (isShare(hash)) await openShare(hash);
      else await core.start(search);
    },
  };
}
