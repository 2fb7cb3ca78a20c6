import { useEffect, useId } from "preact/hooks";
import type { SampleSet } from "../../api_signal";
import { FIRST_SOURCE, type SignalSource } from "../../signal";
import { useActions, useStudioState } from "../context";
import { CommitField } from "../edit/CommitField";

/** Examples of a data set that are looked at to begin with. */
const SAMPLES = 64;

function keyOf(source: SignalSource): string {
  if (source.type === "random") return source.distribution;
  return source.type === "dataset" ? `dataset ${source.name} ${source.split}` : "input";
}

function fits(set: SampleSet, size: number): boolean {
  return set.here && set.shape.reduce((product, length) => product * length, 1) === size;
}

/** Over which examples the signal is looked at: this one, random ones, or some of a data set. */
export function SourceChoice() {
  const actions = useActions();
  const source = useStudioState((state) => state.signal.source);
  const sets = useStudioState((state) => state.signal.sampleSets);
  const shape = useStudioState((state) => state.present?.document.input.shape);
  const id = useId();
  useEffect(() => void actions.loadSampleSets(), [actions]);
  const size = (shape ?? []).reduce((product, length) => product * length, 1);
  const offered = sets
    .filter((set) => fits(set, size))
    .flatMap((set) => Object.keys(set.splits).map((split) => ({ set, split, key: `dataset ${set.name} ${split}` })));
  const choose = (key: string) => {
    const sample = offered.find((one) => one.key === key);
    let next: SignalSource = { type: "input" };
    if (sample !== undefined) {
      next = { type: "dataset", name: sample.set.name, split: sample.split, examples: SAMPLES };
    } else if (key === "normal" || key === "uniform") {
      next = {
        ...FIRST_SOURCE,
        ...(source.type === "random" ? source : {}),
        type: "random",
        distribution: key,
      } as SignalSource;
    }
    actions.setSignal({ source: next });
  };
  const count = (text: string, least: number) => {
    const value = Number(text.trim());
    return /^\d+$/.test(text.trim()) && value >= least && value <= 4096
      ? { value }
      : { expected: `a whole number from ${least} to 4096` };
  };
  return (
    <>
      <label for={id}>over</label>
      <select id={id} value={keyOf(source)} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="input">this input</option>
        <option value="normal">random, normal</option>
        <option value="uniform">random, -1 to 1</option>
        {offered.map(({ set, split, key }) => (
          <option key={key} value={key}>
            {set.title}, {split}
          </option>
        ))}
      </select>
      {source.type !== "input" && (
        <span class="signal-number">
          <CommitField
            label="Number of examples"
            text={String(source.examples)}
            read={(text) => count(text, 1)}
            onCommit={(examples) => actions.setSignal({ source: { ...source, examples } })}
            numeric
          />
          <span>examples</span>
        </span>
      )}
      {source.type === "random" && (
        <span class="signal-number">
          <span>seed</span>
          <CommitField
            label="Seed of the examples"
            text={String(source.seed)}
            read={(text) => count(text, 0)}
            onCommit={(seed) => actions.setSignal({ source: { ...source, seed } })}
            numeric
          />
        </span>
      )}
    </>
  );
}
