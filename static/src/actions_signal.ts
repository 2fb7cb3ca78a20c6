/** Looking at the signal through the depth: one network, or several variants of it side by side. */

import { type Actions, questionOf } from "./actions";
import type { EditActions } from "./actions_edit";
import { ApiError } from "./api";
import type { SignalApi } from "./api_signal";
import type { SignalVariant, VariedSignal } from "./signal";
import type { Edit, SignalState, Store } from "./store";
import { inputSize } from "./views/inputs";

/** Steps of arithmetic that take a second or so; more are a job. */
const QUICK = 1e9;

/** What describing a value costs, in multiply-adds. */
const PER_NODE = 16;

export interface SignalActions {
  /** Computes what the Signal tab shows, unless it is there. */
  loadSignal(): Promise<void>;
  stopSignal(): void;
  setSignal(change: Partial<Pick<SignalState, "of" | "scale" | "table" | "source">>): void;
  /** Variants side by side; null: those that the server thinks of. */
  compareSignals(variants: readonly SignalVariant[] | null): Promise<void>;
  /** Back to the signal of the network as it is. */
  endComparison(): void;
  /** Makes a variant the network, as one step that can be undone. */
  takeVariant(variant: VariedSignal): Promise<ApiError | null>;
  /** Which data sets fit the network's input; asked for once. */
  loadSampleSets(): Promise<void>;
}

export function createSignalActions(
  store: Store,
  api: SignalApi,
  core: Pick<Actions, "summaryOf">,
  editing: Pick<EditActions, "restructure">,
): SignalActions {
  let work = new AbortController();
  let askedSets = false;

  const put = (change: Partial<SignalState>) => store.update(({ signal }) => ({ signal: { ...signal, ...change } }));

  function examplesOf({ source }: SignalState): number {
    return source.type === "input" ? 1 : source.examples;
  }

  /** Whether that many passes are better done beside the others. */
  async function isLong(edit: Edit, passes: number): Promise<boolean> {
    const summary = await core.summaryOf(edit);
    const nodes = summary.layers.reduce(
      (sum, layer) => sum + layer.output_shape.reduce((size, length) => size * length, 1),
      inputSize(edit.document),
    );
    return (nodes * PER_NODE + summary.multiply_adds) * examplesOf(store.get().signal) * passes > QUICK;
  }

  async function run(
    edit: Edit,
    passes: number,
    ask: (job: boolean, stop: AbortSignal) => Promise<Partial<SignalState>>,
  ) {
    work.abort();
    work = new AbortController();
    const { signal: stop } = work;
    put({ waiting: { progress: null }, failure: null });
    try {
      const job = await isLong(edit, passes);
      const found = await ask(job, stop);
      if (!stop.aborted) put({ ...found, waiting: null });
    } catch (error) {
      if (stop.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      put({ waiting: null, failure: error });
    }
  }

  const onProgress = (stop: AbortSignal) => (progress: number) => {
    if (!stop.aborted) put({ waiting: { progress } });
  };

  async function loadSignal(): Promise<void> {
    const { present, signal } = store.get();
    if (present === null) return;
    const { answer, source, comparison } = signal;
    if (comparison !== null) return;
    if (answer !== null && answer.edit === present && answer.source === source) return;
    await run(present, 1, async (job, stop) => {
      const found = await api.signal(questionOf(present), source, { job, onProgress: onProgress(stop) }, stop);
      return { answer: { edit: present, source, signal: found } };
    });
  }

  return {
    loadSignal,
    stopSignal() {
      work.abort();
      put({ waiting: null });
    },
    setSignal: put,
    async compareSignals(variants) {
      const { present, signal } = store.get();
      if (present === null) return;
      const { source } = signal;
      put({ comparison: { edit: present, source, variants: signal.comparison?.variants ?? [] } });
      await run(present, variants?.length ?? 7, async (job, stop) => {
        const options = { job, onProgress: onProgress(stop) };
        const found = await api.compare(questionOf(present), source, variants, options, stop);
        return { comparison: { edit: present, source, variants: found } };
      });
    },
    endComparison() {
      work.abort();
      put({ comparison: null, waiting: null, failure: null });
    },
    async takeVariant({ activation, initializer, label }) {
      const operation = {
        operation: "vary_layers",
        ...(activation === null ? {} : { activation }),
        ...(initializer === null ? {} : { initializer }),
      };
      const refused = await editing.restructure([operation], label);
      if (refused === null) put({ comparison: null });
      return refused;
    },
    async loadSampleSets() {
      if (askedSets) return;
      askedSets = true;
      try {
        put({ sampleSets: await api.datasets() });
      } catch (error) {
        // Without them there is the input itself, and random ones.
        askedSets = false;
        if (!(error instanceof ApiError)) throw error;
      }
    },
  };
}
