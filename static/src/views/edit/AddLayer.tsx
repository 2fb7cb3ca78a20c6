import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import type { LayerKind } from "../../wire";
import { useActions, useStudioState } from "../context";
import { ArgumentForm } from "./ArgumentForm";
import { firstValue } from "./argument_fields";
import { CommitField } from "./CommitField";
import { problemsByArgument } from "./problems";

interface Props {
  after: string;
  /** Called when the form is no longer needed; `done` tells whether a layer was added. */
  onDone: (done: boolean) => void;
}

function beginning(kind: LayerKind | undefined): Record<string, unknown> {
  if (kind === undefined) return {};
  const { properties, required } = kind.arguments;
  const given = Object.fromEntries(required.map((name) => [name, firstValue(name, properties[name] ?? {})]));
  return kind.kind === "Dense" || kind.kind === "Activation" ? { ...given, activation: "relu" } : given;
}

/** A form for a new layer: its kind, and what the server says that kind needs. */
export function AddLayer({ after, onDone }: Props) {
  const actions = useActions();
  const kinds = useStudioState((state) => state.layerKinds);
  const [chosen, setChosen] = useState("Dense");
  const [branch, setBranch] = useState(false);
  const [times, setTimes] = useState(1);
  const [values, setValues] = useState<Record<string, unknown>>(() => beginning(kinds.get("Dense")));
  const [error, setError] = useState<ApiError | null>(null);
  const first = useRef<HTMLSelectElement>(null);
  const id = useId();
  const kind = kinds.get(chosen);
  useEffect(() => {
    first.current?.form?.scrollIntoView({ block: "nearest" });
    first.current?.focus({ preventScroll: true });
  }, []);

  const add = async () => {
    const layer = { kind: chosen, ...values };
    const operation =
      times > 1 && !branch
        ? { operation: "add_repeat", layers: [layer], repeat: times, after }
        : { operation: "add_layer", layer, after, ...(branch ? { branch } : {}) };
    const refused = await actions.restructure([operation], `add ${chosen}`);
    setError(refused);
    if (refused !== null) return;
    onDone(true);
  };
  const properties = Object.keys(kind?.arguments.properties ?? {});
  const wrong = problemsByArgument(error, properties);

  return (
    <form
      class="add-layer"
      aria-label={`A new layer after ${after}`}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone(false);
      }}
    >
      <div class="argument wide">
        <label for={id}>New layer after {after}</label>
        <select
          id={id}
          ref={first}
          value={chosen}
          onChange={(event) => {
            setChosen(event.currentTarget.value);
            setValues(beginning(kinds.get(event.currentTarget.value)));
            setError(null);
          }}
        >
          {[...kinds.keys()].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </div>
      {kind !== undefined && <p class="muted">{kind.description}</p>}
      {kind !== undefined && (
        <ArgumentForm
          key={chosen}
          kind={kind}
          values={values}
          problems={wrong}
          onChange={(name, value) => setValues((now) => ({ ...now, [name]: value }))}
        />
      )}
      {!branch && (
        <div class="argument" title="More than one repeats: the document keeps them as one line">
          <span id={`${id}-times`}>how many of it</span>
          <CommitField
            label="how many of it"
            labelledBy={`${id}-times`}
            text={String(times)}
            read={(text) => {
              const value = Number(text.trim());
              return /^\d+$/.test(text.trim()) && value >= 1 ? { value } : { expected: "a whole number from 1 on" };
            }}
            onCommit={setTimes}
            step={1}
          />
        </div>
      )}
      <div class="argument check">
        <input
          id={`${id}-branch`}
          type="checkbox"
          checked={branch}
          onChange={(event) => setBranch(event.currentTarget.checked)}
        />
        <label for={`${id}-branch`} title="Nothing reads it yet; let another layer read it afterwards">
          as a branch, beside what is there
        </label>
      </div>
      {wrong[""] !== undefined && (
        <p class="field-problem" role="alert">
          {wrong[""]}
        </p>
      )}
      <div class="card-tools">
        <button type="submit" class="button small primary">
          Add {chosen}
        </button>
        <button type="button" class="button quiet small" onClick={() => onDone(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
