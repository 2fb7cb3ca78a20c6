import { useId, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import type { NetworkDocument, Operation } from "../../wire";
import { useActions } from "../context";
import { Icon } from "../Icon";
import { inputSize } from "../inputs";
import { readListText } from "./argument_fields";
import { CommitField } from "./CommitField";
import { problemText } from "./problems";

/** Names are listed up to so many inputs; more are a picture or a signal. */
const NAMED = 64;

/** The network's input: how many values, and what they are called. */
export function InputCard({ id, document, onAdd }: { id: string; document: NetworkDocument; onAdd: () => void }) {
  const actions = useActions();
  const [refused, setRefused] = useState<{ field: string; error: ApiError } | null>(null);
  const shapeId = useId();
  const { shape, names } = document.input;
  const size = inputSize(document);
  const flat = shape.length === 1;
  const run = async (field: string, operation: Operation, label: string) => {
    const error = await actions.restructure([operation], label);
    setRefused(error === null ? null : { field, error });
  };
  const problem = (field: string) => (refused?.field === field ? problemText(refused.error) : null);
  const called = (position: number) => names?.[position] ?? `x${position + 1}`;
  const rename = (position: number, name: string) => {
    const all = Array.from({ length: size }, (_, at) => (at === position ? name : called(at)));
    void run(`name ${position}`, { operation: "set_input", names: all }, `name ${called(position)}`);
  };
  return (
    <div class="layer-card" id={id}>
      <div class="argument">
        <span id={shapeId}>{flat ? "values" : "shape"}</span>
        <CommitField
          label={flat ? "values" : "shape"}
          labelledBy={shapeId}
          text={shape.join(", ")}
          read={(text) => {
            const reading = readListText(text, { anyOf: [{ type: "integer" }, { type: "array" }] });
            if ("expected" in reading) return { expected: "a whole number, or several such as 8, 8" };
            const lengths = [reading.value].flat();
            if (lengths.some((length) => length < 1)) return { expected: "1 or more" };
            return reading;
          }}
          onCommit={(next) => void run("shape", { operation: "set_input", shape: [next].flat() }, "number of inputs")}
          {...(flat ? { step: 1 } : {})}
          numeric
          problem={problem("shape")}
        />
      </div>
      {flat && size <= NAMED && (
        <ol class="input-names" aria-label="Names of the inputs">
          {Array.from({ length: size }, (_, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the index is what an input is.
            <li key={position}>
              <CommitField
                label={`Name of input ${position}`}
                text={called(position)}
                read={(text) => (text.trim() === "" ? { expected: "a name" } : { value: text.trim() })}
                onCommit={(name) => rename(position, name)}
                problem={problem(`name ${position}`)}
              />
            </li>
          ))}
        </ol>
      )}
      <div class="card-tools">
        <button type="button" class="button small" onClick={onAdd}>
          <Icon name="plus" />
          Add after
        </button>
      </div>
    </div>
  );
}
