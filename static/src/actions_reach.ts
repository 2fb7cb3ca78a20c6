/** Going to a node by its name, and jumping to what stands out among all values. */

import { type Actions, questionOf } from "./actions";
import { ApiError } from "./api";
import type { FindApi } from "./api_find";
import { type NamedLayer, readPlace, type Sought } from "./reach";
import type { Answer, Store } from "./store";

/** Of a search that jumps from one place to the next. */
export interface ReachActions {
  /** Selects the node of that name; the answer says what was wrong with it, if anything. */
  goTo(name: string): string | null;
  /** Selects the first node of a layer, and brings it into sight. */
  showLayer(name: string): void;
  /** Looks for the first place among all values, and goes there. */
  find(what: Sought): Promise<void>;
  /** Goes on to the next place, or back to the one before. */
  findFurther(step: 1 | -1): Promise<void>;
  endSearch(): void;
}

const layersOf = new WeakMap<Answer, readonly NamedLayer[]>();

/** All layers of an answer as they are looked for, made once. */
export function namedLayers(answer: Answer): readonly NamedLayer[] {
  const known = layersOf.get(answer);
  if (known !== undefined) return known;
  const { names = [], classes = [] } = answer.edit.document.input;
  const last = answer.summary.layers.at(-1);
  const layers = answer.summary.layers.map((layer): NamedLayer => {
    const size = layer.output_shape.length === 1 ? layer.output_shape[0] : undefined;
    const isInput = layer === answer.summary.layers[0];
    const labels = isInput && names.length === size ? names : layer === last && classes.length === size ? classes : [];
    return {
      name: layer.name,
      kind: layer.kind,
      activation: answer.byName.get(layer.name)?.activation ?? null,
      shape: layer.output_shape,
      labels,
    };
  });
  layersOf.set(answer, layers);
  return layers;
}

export function createReachActions(store: Store, api: FindApi, core: Pick<Actions, "show">): ReachActions {
  let search = new AbortController();

  async function look(what: Sought, skip: number): Promise<void> {
    const { present } = store.get();
    if (present === null) return;
    search.abort();
    search = new AbortController();
    const { signal } = search;
    store.update(({ found }) => ({
      found: {
        what,
        skip,
        edit: present,
        finding: found?.what === what ? found.finding : null,
        looking: true,
        failure: null,
      },
    }));
    try {
      const finding = await api.find(questionOf(present), what, skip, signal);
      if (signal.aborted) return;
      store.update({ found: { what, skip, edit: present, finding, looking: false, failure: null } });
      if (finding.match !== null) core.show({ layer: finding.match.layer, index: finding.match.index });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      store.update({ found: { what, skip, edit: present, finding: null, looking: false, failure: error } });
    }
  }

  return {
    goTo(name) {
      const { answer } = store.get();
      if (answer === null) return "No values are there yet.";
      const place = readPlace(name, namedLayers(answer));
      if (typeof place === "string") return place;
      core.show(place);
      return null;
    },
    showLayer(name) {
      const { answer } = store.get();
      const layer = answer === null ? undefined : namedLayers(answer).find((one) => one.name === name);
      if (layer !== undefined) core.show({ layer: name, index: layer.shape.map(() => 0) });
    },
    find: (what) => look(what, 0),
    async findFurther(step) {
      const { found, present } = store.get();
      if (found === null) return;
      // Other values: the places are others too.
      if (found.edit !== present) await look(found.what, 0);
      else await look(found.what, Math.max(0, found.skip + step));
    },
    endSearch() {
      search.abort();
      store.update({ found: null });
    },
  };
}
