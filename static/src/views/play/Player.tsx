import { useEffect, useMemo, useRef } from "preact/hooks";
import { currentStage, planFor, SPEEDS, stageNode } from "../../actions_play";
import { formatCount, nodeName } from "../../format";
import { SINGLE_OF_MANY, SINGLE_UP_TO } from "../../play";
import type { Answer, Play } from "../../store";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { usePlayerKeys } from "./keys";
import { progressText, stepSentence } from "./sentence";

const BY = [
  { by: "layer", title: "One layer at a time" },
  { by: "node", title: "One node at a time" },
] as const;

/** What the step does, in one sentence, also for a screen reader. */
function Sentence({ answer, play }: { answer: Answer; play: Play }) {
  const kinds = useStudioState((state) => state.layerKinds);
  const stage = currentStage(answer, play);
  const node = stage === null ? null : stageNode(answer, stage);
  const explanation = node === null ? undefined : answer.explanations.get(nodeName(node));
  const text = stage === null ? "" : stepSentence(answer, stage, explanation, kinds);
  // The sentence waits for its numbers; the one before stays meanwhile, so that nothing flickers.
  const last = useRef(text);
  if (text !== "") last.current = text;
  return (
    <p class="player-sentence" aria-live="polite">
      {last.current}
    </p>
  );
}

/** The bar that steps through the forward pass. */
export function Player({ answer, play }: { answer: Answer; play: Play }) {
  const actions = useActions();
  const bar = useRef<HTMLElement>(null);
  const start = useRef<HTMLButtonElement>(null);
  usePlayerKeys();
  useEffect(() => start.current?.focus({ preventScroll: true }), []);
  const plan = planFor(answer, play.by);
  const last = plan.steps - 1;
  const stage = currentStage(answer, play);
  const capped = useMemo(() => plan.by === "node" && plan.sizes.some((size) => size > SINGLE_UP_TO), [plan]);
  const progress = stage === null ? "" : progressText(answer, stage);

  return (
    <section class="player" aria-label="Step through the forward pass" ref={bar}>
      <div class="player-bar">
        <div class="player-buttons">
          <button
            type="button"
            class="button quiet icon"
            aria-label="Step back"
            title="Step back (←)"
            disabled={play.step === 0}
            onClick={() => actions.stepBy(-1)}
          >
            <Icon name="stepBack" />
          </button>
          <button
            ref={start}
            type="button"
            class="button primary icon"
            aria-label={play.playing ? "Pause" : "Play"}
            title={`${play.playing ? "Pause" : "Play"} (space)`}
            onClick={() => actions.togglePlaying()}
          >
            <Icon name={play.playing ? "pause" : "play"} />
          </button>
          <button
            type="button"
            class="button quiet icon"
            aria-label="Step forward"
            title="Step forward (→)"
            disabled={play.step === last}
            onClick={() => actions.stepBy(1)}
          >
            <Icon name="stepForward" />
          </button>
        </div>
        <div class="player-scrub">
          <input
            type="range"
            min={0}
            max={last}
            step={1}
            value={play.step}
            aria-label="Step"
            aria-valuetext={`step ${play.step} of ${last}, ${progress}`}
            style={{ "--done": `${last === 0 ? 0 : (100 * play.step) / last}%` }}
            onInput={(event) => actions.goToStep(event.currentTarget.valueAsNumber)}
          />
          <p class="player-progress">
            <b>
              {formatCount(play.step)} / {formatCount(last)}
            </b>{" "}
            <span>{progress}</span>
          </p>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar. */}
        <div class="segments small" role="group" aria-label="Step size">
          {BY.map(({ by, title }) => (
            <button
              key={by}
              type="button"
              title={title}
              aria-label={`by ${by}`}
              aria-pressed={play.by === by}
              onClick={() => actions.setBy(by)}
            >
              <span class="player-by">{"by "}</span>
              {by}
            </button>
          ))}
        </div>
        <label class="player-speed">
          <span class="visually-hidden">Speed</span>
          <select
            value={String(play.speed)}
            title="Speed"
            onChange={(event) => actions.setSpeed(Number(event.currentTarget.value))}
          >
            {SPEEDS.map((speed) => (
              <option key={speed} value={String(speed)}>
                {speed}×
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="button quiet icon"
          aria-label="Leave, and show all values"
          title="Leave, and show all values (Escape)"
          onClick={() => actions.leavePlaying()}
        >
          <Icon name="close" />
        </button>
      </div>
      <Sentence answer={answer} play={play} />
      {capped && (
        <p class="player-note">
          Layers of more than {SINGLE_UP_TO} nodes: the first {SINGLE_OF_MANY} one by one, then all others in one step.
        </p>
      )}
    </section>
  );
}

/** The button that opens the player. */
export function PlayerButton() {
  const actions = useActions();
  const active = useStudioState((state) => state.play !== null);
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(active);
  useEffect(() => {
    // What had the focus is gone with the bar.
    if (was.current && !active && document.activeElement === document.body) button.current?.focus();
    was.current = active;
  }, [active]);
  return (
    <button
      ref={button}
      type="button"
      class="button player-button"
      aria-label="Step"
      aria-pressed={active}
      title="Step through the forward pass, layer by layer or node by node"
      onClick={() => (active ? actions.leavePlaying() : actions.startPlaying())}
    >
      <Icon name="play" />
      <span>Step</span>
    </button>
  );
}
