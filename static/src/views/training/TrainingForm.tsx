import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import { formatCount } from "../../format";
import { misfit, OPTIMIZERS, type Output } from "../../training";
import { useActions, useStudioState } from "../context";
import { CommitField } from "../edit/CommitField";
import { Icon } from "../Icon";
import { inputSize } from "../inputs";

function whole(least: number) {
  return (text: string): { value: number } | { expected: string } => {
    const value = Number(text.trim());
    return /^\d+$/.test(text.trim()) && value >= least ? { value } : { expected: `a whole number from ${least} on` };
  };
}

function Field({
  title,
  hint,
  children,
}: {
  title: string;
  hint: string;
  children: (id: string) => ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="training-field" title={hint}>
      <span id={id}>{title}</span>
      {children(id)}
    </div>
  );
}

/** What to train on, and how; the loss is the one that fits the data and the output. */
export function TrainingForm() {
  const actions = useActions();
  const { choice, beginning } = useStudioState((state) => state.training);
  const sets = useStudioState((state) => state.signal.sampleSets);
  const present = useStudioState((state) => state.present);
  const answer = useStudioState((state) => state.answer);
  const setId = useId();
  const optimizerId = useId();
  useEffect(() => void actions.loadSampleSets(), [actions]);
  if (present === null || answer === null) return <div class="skeleton-lines" aria-hidden="true" />;

  const last = answer.summary.layers.at(-1);
  const output: Output = {
    nodes: (last?.output_shape ?? []).reduce((size, length) => size * length, 1),
    activation: answer.byName.get(last?.name ?? "")?.activation ?? null,
  };
  const size = inputSize(present.document);
  const here = sets.filter((set) => set.here);
  const fitting = here.filter((set) => misfit(set, size, output) === null);
  const others = here.filter((set) => misfit(set, size, output) !== null);
  const chosen = fitting.find((set) => set.name === choice.dataset) ?? fitting[0];
  const optimizer = OPTIMIZERS.find((one) => one.name === choice.optimizer);

  return (
    <>
      <form
        class="training-form"
        aria-label="Train this network"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen !== undefined) void actions.beginTraining(chosen, output);
        }}
      >
        <div class="training-field">
          <label for={setId}>data set</label>
          <select
            id={setId}
            value={chosen?.name ?? ""}
            onChange={(event) => actions.setTraining({ dataset: event.currentTarget.value })}
          >
            {chosen === undefined && <option value="">none fits</option>}
            {fitting.map((set) => (
              <option key={set.name} value={set.name}>
                {set.title} ({formatCount(set.splits.train ?? 0)} examples)
              </option>
            ))}
            {others.map((set) => (
              <option key={set.name} value={set.name} disabled>
                {misfit(set, size, output)}
              </option>
            ))}
          </select>
        </div>
        <div class="training-field" title="How the weights follow the gradient">
          <label for={optimizerId}>optimiser</label>
          <select
            id={optimizerId}
            value={choice.optimizer}
            onChange={(event) => actions.setTraining({ optimizer: event.currentTarget.value, learningRate: null })}
          >
            {OPTIMIZERS.map((one) => (
              <option key={one.name} value={one.name}>
                {one.title}
              </option>
            ))}
          </select>
        </div>
        <Field title="learning rate" hint="How far each step goes: too small learns slowly, too large never settles">
          {(id) => (
            <CommitField
              label="learning rate"
              labelledBy={id}
              text={String(choice.learningRate ?? optimizer?.rate ?? 0.001)}
              read={(text) => {
                const value = Number(text.trim());
                return text.trim() !== "" && value > 0 && Number.isFinite(value)
                  ? { value }
                  : { expected: "a number above 0, such as 0.001" };
              }}
              onCommit={(learningRate) => actions.setTraining({ learningRate })}
              numeric
            />
          )}
        </Field>
        <Field title="epochs" hint="How often all examples are gone through">
          {(id) => (
            <CommitField
              label="epochs"
              labelledBy={id}
              text={String(choice.epochs)}
              read={whole(1)}
              onCommit={(epochs) => actions.setTraining({ epochs })}
              step={1}
            />
          )}
        </Field>
        <Field title="batch size" hint="The weights change once for so many examples">
          {(id) => (
            <CommitField
              label="batch size"
              labelledBy={id}
              text={String(choice.batchSize)}
              read={whole(1)}
              onCommit={(batchSize) => actions.setTraining({ batchSize })}
              step={1}
            />
          )}
        </Field>
        <Field title="seed" hint="The order of the examples; the same seed gives the same training, bit for bit">
          {(id) => (
            <CommitField
              label="seed"
              labelledBy={id}
              text={String(choice.seed)}
              read={whole(0)}
              onCommit={(seed) => actions.setTraining({ seed })}
              numeric
            />
          )}
        </Field>
        <button type="submit" class="button small primary" disabled={chosen === undefined || beginning}>
          <Icon name="play" />
          Start training
        </button>
      </form>
      {chosen === undefined && sets.length > 0 && (
        <p class="training-note muted">
          No data set that is here has {formatCount(size)} {size === 1 ? "input" : "inputs"} and goes with{" "}
          {formatCount(output.nodes)} {output.nodes === 1 ? "output" : "outputs"}. Open an example such as Handwritten
          digits, or change the number of inputs and outputs under Network.
        </p>
      )}
    </>
  );
}
