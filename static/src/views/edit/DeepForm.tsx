import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import { type DeepStack, FIRST_STACK, type Normalization, roundOf, stackOperations } from "../../deep_stack";
import { formatCount } from "../../format";
import type { Summary } from "../../wire";
import { useActions, useStudioState } from "../context";
import { ActivationForm, readActivation } from "./ActivationForm";
import { choices } from "./argument_fields";
import { CommitField } from "./CommitField";
import { problemText } from "./problems";

const NORMALIZATIONS: readonly { value: Normalization; title: string }[] = [
  { value: "none", title: "none" },
  { value: "BatchNormalization", title: "batch" },
  { value: "LayerNormalization", title: "layer" },
];

function readCount(text: string): { value: number } | { expected: string } {
  const value = Number(text.trim());
  return /^\d+$/.test(text.trim()) && value >= 1 ? { value } : { expected: "a whole number from 1 on" };
}

interface Props {
  after: string;
  summary: Summary;
  onDone: (done: boolean) => void;
}

/** A form for many layers at once: one round, and how often it repeats. */
export function DeepForm({ after, summary, onDone }: Props) {
  const actions = useActions();
  const dense = useStudioState((state) => state.layerKinds.get("Dense"));
  const [stack, setStack] = useState<DeepStack>(FIRST_STACK);
  const [error, setError] = useState<ApiError | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useEffect(() => {
    form.current?.scrollIntoView({ block: "nearest" });
    form.current?.querySelector<HTMLElement>("input")?.focus({ preventScroll: true });
  }, []);
  const initializers = choices(dense?.arguments.properties.kernel_initializer ?? {});
  const set = (change: Partial<DeepStack>) => setStack((now) => ({ ...now, ...change }));
  const add = async () => {
    const source = summary.layers.find((layer) => layer.name === after);
    const taken = new Set(summary.layers.map((layer) => layer.name));
    const operations = stackOperations(stack, after, source?.output_shape ?? [], taken);
    const refused = await actions.restructure(operations, `add ${formatCount(stack.times)} layers`);
    setError(refused);
    if (refused === null) onDone(true);
  };
  const layers = stack.times * roundOf(stack).length;

  return (
    <form
      ref={form}
      class="add-layer"
      aria-label={`A deep stack after ${after}`}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone(false);
      }}
    >
      <p class="muted">
        Many alike layers behind <strong>{after}</strong>. The document keeps them as one line, however many they are.
      </p>
      <div class="argument">
        <span id={`${id}-times`}>how often</span>
        <CommitField
          label="how often"
          labelledBy={`${id}-times`}
          text={String(stack.times)}
          read={readCount}
          onCommit={(times) => set({ times })}
          step={1}
        />
      </div>
      <div class="argument">
        <span id={`${id}-units`}>units of each layer</span>
        <CommitField
          label="units of each layer"
          labelledBy={`${id}-units`}
          text={String(stack.units)}
          read={readCount}
          onCommit={(units) => set({ units })}
          step={1}
        />
      </div>
      <div class="argument wide">
        <ActivationForm
          label="activation"
          {...readActivation(stack.activation)}
          invalid={false}
          describedBy={undefined}
          onChange={(activation) => set({ activation })}
        />
      </div>
      <div class="argument">
        <label for={`${id}-initializer`}>first weights</label>
        <select
          id={`${id}-initializer`}
          title="How the weights are drawn before any training: their spread decides whether values keep their size on the way through many layers"
          value={stack.initializer ?? ""}
          onChange={(event) => set({ initializer: event.currentTarget.value || null })}
        >
          <option value="">as usual</option>
          {initializers.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <div class="argument">
        <label for={`${id}-normalization`}>normalisation</label>
        <select
          id={`${id}-normalization`}
          title="Brings the values that enter each round to mean 0 and spread 1"
          value={stack.normalization}
          onChange={(event) => set({ normalization: event.currentTarget.value as Normalization })}
        >
          {NORMALIZATIONS.map(({ value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <div class="argument check">
        <input
          id={`${id}-residual`}
          type="checkbox"
          checked={stack.residual}
          onChange={(event) => set({ residual: event.currentTarget.checked })}
        />
        <label for={`${id}-residual`} title="A residual connection: the values have a way around each round">
          add what enters each round to its result
        </label>
      </div>
      {error !== null && (
        <p class="field-problem" role="alert">
          {problemText(error)}
        </p>
      )}
      <div class="card-tools">
        <button type="submit" class="button small primary">
          Add {formatCount(layers)} layers
        </button>
        <button type="button" class="button quiet small" onClick={() => onDone(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
