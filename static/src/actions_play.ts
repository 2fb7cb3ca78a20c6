/** Stepping through the forward pass, and gradients in the graph.
 *
 * Stepping asks the server for nothing of its own: every value is there already, and a step only says how much of it
 * is shown. It selects the node that it computes, so that the line below the graph and the inspector explain it. */

import { type Actions, EDGE_LIMIT, missingNode, questionOf, tellingNode } from "./actions";
import { ApiError } from "./api";
import type { PlayApi } from "./api_play";
import { nodeName } from "./format";
import { indexOf } from "./layout";
import { type By, clampStep, type Plan, planOf, type Stage, stageAt, stepOf } from "./play";
import type { Shows } from "./share";
import type { Answer, Play, Store } from "./store";
import type { NodeReference, TracedLayer } from "./wire";

export const SPEEDS = [0.5, 1, 2, 4] as const;

/** Milliseconds for one step at the ordinary speed; longer where nothing moves that could be followed. */
const STEP_TIME = { moving: 1500, still: 2500 };

/** Milliseconds that a step waits for its arithmetic before it goes on without it. */
const PATIENCE = 4000;
const POLL = 60;

export interface PlayActions {
  /** Begins at the input, with everything after it still to be computed. */
  startPlaying(): void;
  /** Shows all values again. */
  leavePlaying(): void;
  /** Goes to a step, and stops there. */
  goToStep(step: number): void;
  stepBy(steps: number): void;
  /** Plays, from the beginning where it stands at the end; or pauses. */
  togglePlaying(): void;
  setBy(by: By): void;
  setSpeed(speed: number): void;
  setShows(shows: Shows): void;
  setTarget(target: NodeReference): void;
}

const plans = new WeakMap<readonly TracedLayer[], Partial<Record<By, Plan>>>();

/** The steps through an answer's layers; made once. */
export function planFor({ layers }: Pick<Answer, "layers">, by: By): Plan {
  const known = plans.get(layers) ?? {};
  const plan =
    known[by] ??
    planOf(
      layers.map((layer) => layer.size),
      by,
    );
  plans.set(layers, { ...known, [by]: plan });
  return plan;
}

/** What the step that is shown computes; null while nothing is stepped through. */
export function currentStage(answer: Answer | null, play: Play | null): Stage | null {
  return answer === null || play === null ? null : stageAt(planFor(answer, play.by), play.step);
}

/** The node that speaks for a step: the first of those that it computes. */
export function stageNode(answer: Answer, stage: Stage): NodeReference | null {
  const layer = answer.layers[stage.position];
  return layer === undefined ? null : { layer: layer.name, index: indexOf(layer.shape, stage.first) };
}

/** The node whose derivative says most: the one that a person chose, else the output's largest. */
export function defaultTarget(answer: Answer, selected: NodeReference | null): NodeReference | null {
  const automatic = tellingNode(answer.layers);
  const chosen = selected !== null && automatic !== null && nodeName(selected) !== nodeName(automatic);
  if (chosen && selected.layer !== "input" && missingNode(answer.byName, selected) === null) return selected;
  const last = answer.layers.at(-1);
  if (last === undefined) return null;
  return { layer: last.name, index: last.statistics.argmax ?? last.shape.map(() => 0) };
}

function sameShape(a: Answer, b: Answer): boolean {
  return (
    a.layers.length === b.layers.length &&
    a.layers.every(({ name, size }, at) => b.layers[at]?.name === name && b.layers[at]?.size === size)
  );
}

export function createPlayActions(
  store: Store,
  api: Pick<PlayApi, "gradients">,
  core: Pick<Actions, "select">,
  isStill: () => boolean = () => false,
): PlayActions {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: Answer | null = null;

  const time = () => STEP_TIME[isStill() ? "still" : "moving"] / (store.get().play?.speed ?? 1);

  function put(change: Partial<Play>): void {
    const { answer, play } = store.get();
    if (answer === null || play === null) return;
    const next = { ...play, ...change };
    const step = clampStep(planFor(answer, next.by), next.step);
    store.update({ play: { ...next, step }, focus: null });
    const stage = currentStage(answer, store.get().play);
    const node = stage === null ? null : stageNode(answer, stage);
    if (node !== null) core.select(node);
  }

  /** Waits for the time of one step, and for its arithmetic, then goes on. */
  function waitFor(since: number): void {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        const { answer, play, selected, failure } = store.get();
        if (answer === null || !play?.playing) return;
        const waited = performance.now() - since;
        const explained = selected === null || answer.explanations.has(nodeName(selected));
        if (waited < time() || !(explained || failure !== null || waited > PATIENCE)) {
          waitFor(since);
          return;
        }
        const { steps } = planFor(answer, play.by);
        if (play.step >= steps - 1) {
          store.update({ play: { ...play, playing: false } });
          return;
        }
        put({ step: play.step + 1 });
        waitFor(performance.now());
      },
      Math.max(POLL, time() - (performance.now() - since)),
    );
  }

  function leave(): void {
    clearTimeout(timer);
    if (store.get().play !== null) store.update({ play: null });
  }

  let asking: { answer: Answer; target: string; stop: AbortController } | null = null;

  /** Asks for the gradients that the view wants and does not have. */
  function followGradients(): void {
    const { answer, view, target, derivative } = store.get();
    if (answer === null || view.shows !== "gradients") {
      asking?.stop.abort();
      asking = null;
      return;
    }
    if (target === null || missingNode(answer.byName, target) !== null) {
      const other = defaultTarget(answer, null);
      if (other !== null) store.update({ target: other });
      return;
    }
    const name = nodeName(target);
    if (derivative?.edit === answer.edit && nodeName(derivative.target) === name) return;
    // The values of one edit come in several answers; its gradients are the same.
    if (asking !== null && asking.answer.edit === answer.edit && asking.target === name) return;
    asking?.stop.abort();
    const stop = new AbortController();
    const entry = { answer, target: name, stop };
    asking = entry;
    api
      .gradients(questionOf(answer.edit), target, stop.signal, answer.summary.multiply_adds <= EDGE_LIMIT)
      .then((layers) => {
        if (!stop.signal.aborted) store.update({ derivative: { edit: answer.edit, target, layers } });
      })
      .catch((error: unknown) => {
        if (stop.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        store.update(({ view: current }) => ({
          view: { ...current, shows: "values" },
          notice: `The gradients cannot be shown. ${error.message}`,
        }));
      })
      .finally(() => {
        if (asking === entry) asking = null;
      });
  }

  store.subscribe(() => {
    const { answer, play } = store.get();
    if (answer !== shown) {
      const before = shown;
      shown = answer;
      // Other numbers in the same network are stepped through further; another network begins anew.
      if (play !== null && (answer === null || (before !== null && !sameShape(before, answer)))) leave();
    }
    followGradients();
  });

  return {
    startPlaying() {
      const { answer, play } = store.get();
      if (answer === null || play !== null) return;
      store.update(({ view }) => ({
        play: { by: "layer", step: 0, playing: false, speed: 1 },
        view: view.shows === "gradients" ? { ...view, shows: "values" } : view,
      }));
      put({});
    },
    leavePlaying: leave,
    goToStep(step) {
      clearTimeout(timer);
      put({ step, playing: false });
    },
    stepBy(steps) {
      clearTimeout(timer);
      put({ step: (store.get().play?.step ?? 0) + steps, playing: false });
    },
    togglePlaying() {
      const { answer, play } = store.get();
      if (answer === null || play === null) return;
      clearTimeout(timer);
      if (play.playing) {
        put({ playing: false });
        return;
      }
      const atEnd = play.step >= planFor(answer, play.by).steps - 1;
      put({ playing: true, step: atEnd ? 0 : play.step });
      waitFor(performance.now());
    },
    setBy(by) {
      const { answer, play } = store.get();
      const stage = currentStage(answer, play);
      if (answer === null || stage === null) return;
      put({ by, step: stepOf(planFor(answer, by), stage.position, stage.first) });
    },
    setSpeed: (speed) => put({ speed }),
    setShows(shows) {
      const { answer, selected, view } = store.get();
      if (shows === "gradients") leave();
      store.update({
        view: { ...view, shows },
        ...(shows === "gradients" && answer !== null && view.shows !== "gradients"
          ? { target: defaultTarget(answer, selected) }
          : {}),
      });
    },
    setTarget: (target) => store.update({ target }),
  };
}
