/**
 * What of a large network's values is fetched: those of the layers in view, at the precision that can be seen, and exactly
 * what is read as a number. The statistics of all layers are always there. Small networks are fetched as a whole.
 */

import { type Api, type ForwardOptions, fitsFloat32, type Question } from "./api";
import type { Answer, Edit, Store } from "./store";
import type { Fetched, LayerEdges, TracedLayer } from "./wire";

/** What the drawing shows of a network. */
export interface Seen {
  /** Layers in view. */
  layers: readonly string[];
  /** Those of them whose numbers can be read. */
  printed: readonly string[];
  /** Those of them whose incoming edges can be told apart. */
  edges: readonly string[];
}

/** Who reads values as numbers. */
export type Reader = "table" | "list";

/** Edges asked for into each layer in view of a large network. */
export const EDGES_IN_VIEW = 400;

/** So many values or more are fetched as float32, where that is half as large. */
const MANY = 50_000;

const RANK: Record<Fetched, number> = { nothing: 0, drawn: 1, exact: 2, complete: 3 };

export interface Fetching {
  /** What a computation of `edit` asks for. */
  options(edit: Edit): ForwardOptions;
  /** The layers whose edges a computation of a large network asks for. */
  edges(edit: Edit): readonly string[];
  /** Fetches what is looked at and not there; to be called when an answer has come. */
  load(): void;
  see(seen: Seen): void;
  /** What one reader needs, in place of what it needed before. */
  need(reader: Reader, layers: readonly string[], fetched: "exact" | "complete"): void;
  /** Resolves when the exact values of these layers are there, or rejects. */
  fetchAll(layers: readonly string[]): Promise<Answer>;
}

interface Environment {
  isLarge: (edit: Edit) => boolean;
  questionOf: (edit: Edit) => Question;
  onFailure: (error: unknown, signal: AbortSignal) => void;
}

const NOTHING: Seen = { layers: [], printed: [], edges: [] };

/** `layers` with the newly fetched ones in their places. */
export function withFetched(layers: readonly TracedLayer[], fetched: readonly TracedLayer[]): TracedLayer[] {
  const fresh = new Map(fetched.map((layer) => [layer.name, layer]));
  return layers.map((layer) => {
    const other = fresh.get(layer.name);
    return other === undefined || RANK[other.fetched] <= RANK[layer.fetched] ? layer : other;
  });
}

export function createFetching(store: Store, api: Pick<Api, "forward" | "edges">, environment: Environment): Fetching {
  const { isLarge, questionOf, onFailure } = environment;
  let seen = NOTHING;
  /** What tables and lists read. */
  const needed = new Map<Reader, { layers: readonly string[]; much: "exact" | "complete" }>();
  let running: { edit: Edit; stop: AbortController } | null = null;
  let runningEdges: { edit: Edit; stop: AbortController } | null = null;

  /** The layers that are drawn or explained. */
  function drawn({ layers, byName, summary }: Answer): Set<string> {
    const { view, selected, focus } = store.get();
    if (view.scale === "network") return byName.size > 0 ? new Set(byName.keys()) : new Set();
    const names = new Set([...seen.layers, "input"]);
    const last = layers.at(-1);
    if (last !== undefined) names.add(last.name);
    for (const node of [selected, focus]) {
      if (node === null) continue;
      names.add(node.layer);
      const read = summary.layers.find((layer) => layer.name === node.layer)?.inputs ?? [];
      for (const name of read) names.add(name);
    }
    return names;
  }

  /** How much of each layer is wanted. */
  function wanted(answer: Answer): Map<string, Fetched> {
    const wish = new Map<string, Fetched>([...drawn(answer)].map((name) => [name, "drawn"]));
    for (const name of seen.printed) wish.set(name, "exact");
    for (const { layers, much } of needed.values()) {
      for (const name of layers) if (wish.get(name) !== "complete") wish.set(name, much);
    }
    return wish;
  }

  function merge(edit: Edit, fetched: readonly TracedLayer[]): void {
    store.update(({ answer }) => {
      if (answer?.edit !== edit) return {};
      const layers = withFetched(answer.layers, fetched);
      return { answer: { ...answer, layers, byName: new Map(layers.map((layer) => [layer.name, layer])) } };
    });
  }

  async function fetchLayers(
    edit: Edit,
    layers: readonly TracedLayer[],
    much: Fetched,
    signal: AbortSignal,
  ): Promise<void> {
    if (layers.length === 0) return;
    const options: ForwardOptions = { layers: layers.map(({ name }) => name), preActivations: much === "complete" };
    if (much === "drawn" && layers.reduce((sum, { size }) => sum + size, 0) >= MANY) options.precision = "float32";
    merge(edit, (await api.forward(questionOf(edit), signal, options)).layers);
  }

  async function loadValues(answer: Answer): Promise<void> {
    const stop = new AbortController();
    const { edit } = answer;
    const missing: Record<Fetched, TracedLayer[]> = { nothing: [], drawn: [], exact: [], complete: [] };
    for (const [name, much] of wanted(answer)) {
      const layer = answer.byName.get(name);
      if (layer === undefined || RANK[layer.fetched] >= RANK[much]) continue;
      // What float32 cannot show is drawn from the exact values.
      missing[much === "drawn" && !fitsFloat32(layer.statistics) ? "exact" : much].push(layer);
    }
    const kinds = (["drawn", "exact", "complete"] as const).filter((much) => missing[much].length > 0);
    if (kinds.length === 0) return;
    running = { edit, stop };
    try {
      await Promise.all(kinds.map((much) => fetchLayers(edit, missing[much], much, stop.signal)));
    } catch (error) {
      if (store.get().present === edit) onFailure(error, stop.signal);
      return;
    } finally {
      if (running?.stop === stop) running = null;
    }
    load();
  }

  async function loadEdges(answer: Answer): Promise<void> {
    const stop = new AbortController();
    const { edit } = answer;
    const known = new Set((answer.edges ?? []).map(({ name }) => name));
    const missing = seen.edges.filter((name) => answer.byName.has(name) && !known.has(name));
    if (missing.length === 0) return;
    runningEdges = { edit, stop };
    let arrived: LayerEdges[];
    try {
      arrived = await api.edges(questionOf(edit), EDGES_IN_VIEW, stop.signal, missing);
    } catch (error) {
      if (store.get().present === edit) onFailure(error, stop.signal);
      return;
    } finally {
      if (runningEdges?.stop === stop) runningEdges = null;
    }
    store.update(({ answer: current }) =>
      current?.edit === edit ? { answer: { ...current, edges: [...(current.edges ?? []), ...arrived] } } : {},
    );
    load();
  }

  function load(): void {
    const { answer, present } = store.get();
    // A newer edit brings its own values.
    if (answer === null || answer.edit !== present || !isLarge(answer.edit)) return;
    for (const one of [running, runningEdges]) if (one !== null && one.edit !== answer.edit) one.stop.abort();
    if (running === null || running.edit !== answer.edit) void loadValues(answer);
    if (runningEdges === null || runningEdges.edit !== answer.edit) void loadEdges(answer);
  }

  return {
    options(edit) {
      if (!isLarge(edit)) return {};
      const { answer } = store.get();
      const rough: ForwardOptions = { precision: "float32", preActivations: false };
      if (answer?.edit.document !== edit.document) return rough;
      const names = [...drawn(answer)].filter((name) => answer.byName.has(name));
      if (names.length >= answer.layers.length) return rough;
      const values = names.reduce((sum, name) => sum + (answer.byName.get(name)?.size ?? 0), 0);
      return { values: names, preActivations: false, ...(values >= MANY ? { precision: "float32" } : {}) };
    },
    edges(edit) {
      const { answer } = store.get();
      return answer?.edit.document === edit.document ? seen.edges.filter((name) => answer.byName.has(name)) : [];
    },
    load,
    see(now) {
      seen = now;
      load();
    },
    need(reader, layers, much) {
      needed.set(reader, { layers, much });
      load();
    },
    async fetchAll(names) {
      const { answer } = store.get();
      if (answer === null) throw new Error("no values are there yet");
      const layers = names.flatMap((name) => answer.byName.get(name) ?? []);
      const missing = layers.filter(({ fetched }) => fetched !== "complete");
      await fetchLayers(answer.edit, missing, "complete", new AbortController().signal);
      const now = store.get().answer;
      if (now?.edit !== answer.edit) throw new Error("the values have changed meanwhile");
      return now;
    },
  };
}
