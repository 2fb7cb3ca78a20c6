/** Beginning a training, following it, and opening what it made. */

import { type Actions, networkOf } from "./actions";
import { ApiError } from "./api";
import type { SampleSet } from "./api_signal";
import type { TrainingOrder, TrainingsApi } from "./api_trainings";
import type { Store, TrainingState } from "./store";
import { afterEvents, isOver, type Output, type TrainingChoice, type TrainingEvent, trainingBody } from "./training";

/** Milliseconds between two drawings: events come faster than anybody reads. */
const FLUSH = 150;

export interface TrainingActions {
  setTraining(change: Partial<TrainingChoice>): void;
  loadTrainings(): Promise<void>;
  beginTraining(set: SampleSet, output: Output): Promise<void>;
  /** Follows a training from its first event; null: none, and a new one can be begun. */
  showTraining(id: string | null): Promise<void>;
  orderTraining(order: TrainingOrder): Promise<void>;
  openTrained(): Promise<void>;
}

export function createTrainingActions(store: Store, api: TrainingsApi, core: Pick<Actions, "open">): TrainingActions {
  let end = () => {};
  let queue: TrainingEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const put = (change: Partial<TrainingState>) =>
    store.update(({ training }) => ({ training: { ...training, ...change } }));

  /** Does some work, and keeps its failure for the person. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    put({ failure: null });
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      put({ failure: error, beginning: false });
    }
  }

  function flush(): void {
    timer = undefined;
    const events = queue;
    queue = [];
    const { shown } = store.get().training;
    if (shown === null) return;
    const next = afterEvents(shown, events);
    put({ shown: next });
    if (isOver(next) && !isOver(shown)) void loadTrainings();
  }

  async function showTraining(id: string | null): Promise<void> {
    end();
    clearTimeout(timer);
    timer = undefined;
    queue = [];
    if (id === null) {
      put({ shown: null, failure: null });
      return;
    }
    await attempt(async () => {
      put({ shown: await api.get(id) });
      end = api.follow(
        id,
        (event) => {
          queue.push(event);
          timer ??= setTimeout(flush, FLUSH);
        },
        () => void attempt(async () => put({ shown: await api.get(id) })),
      );
    });
  }

  async function loadTrainings(): Promise<void> {
    await attempt(async () => put({ list: await api.list() }));
  }

  return {
    setTraining: (change) =>
      store.update(({ training }) => ({ training: { ...training, choice: { ...training.choice, ...change } } })),
    loadTrainings,
    async beginTraining(set, output) {
      const { present, training } = store.get();
      if (present === null) return;
      put({ beginning: true });
      await attempt(async () => {
        const { id } = await api.begin(networkOf(present), trainingBody(training.choice, set, output));
        put({ beginning: false });
        await showTraining(id);
      });
    },
    showTraining,
    orderTraining: (order) =>
      attempt(async () => {
        const { shown } = store.get().training;
        if (shown === null) return;
        const wasOver = isOver(shown);
        const { status } = await api.order(shown.id, order);
        const { shown: now } = store.get().training;
        if (now?.id !== shown.id) return;
        // One that had ended goes on: its events do, too.
        if (wasOver) await showTraining(shown.id);
        else put({ shown: { ...now, status: isOver(now) ? now.status : status } });
      }),
    async openTrained() {
      const { shown } = store.get().training;
      if (shown?.saved) await core.open(shown.network);
    },
  };
}
