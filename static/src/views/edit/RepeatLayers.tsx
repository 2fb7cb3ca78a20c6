import { useId, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import { useActions } from "../context";
import { CommitField } from "./CommitField";
import type { LayerRow } from "./layer_rows";
import { problemText } from "./problems";

/** Makes a repeat of a layer that is there, or of it and those behind it. */
export function RepeatLayers({ row, rows, onDone }: { row: LayerRow; rows: readonly LayerRow[]; onDone: () => void }) {
  const actions = useActions();
  const [times, setTimes] = useState(10);
  const [last, setLast] = useState(row.name);
  const [error, setError] = useState<ApiError | null>(null);
  const id = useId();
  const start = rows.indexOf(row);
  const stop = rows.findIndex((one, at) => at > start && one.repeat !== null);
  const following = rows.slice(start, stop < 0 ? undefined : stop);
  const repeat = async () => {
    const refused = await actions.restructure(
      [{ operation: "repeat_layers", layer: row.name, last, repeat: times }],
      `repeat ${row.name}`,
    );
    setError(refused);
    if (refused === null) onDone();
  };
  return (
    <form
      class="add-layer"
      aria-label={`Repeat ${row.name}`}
      onSubmit={(event) => {
        event.preventDefault();
        void repeat();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onDone();
      }}
    >
      <div class="argument">
        <label for={`${id}-last`}>from {row.name} to</label>
        <select id={`${id}-last`} value={last} onChange={(event) => setLast(event.currentTarget.value)}>
          {following.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
            </option>
          ))}
        </select>
      </div>
      <div class="argument">
        <span id={`${id}-times`}>how often</span>
        <CommitField
          label="how often"
          labelledBy={`${id}-times`}
          text={String(times)}
          read={(text) => {
            const value = Number(text.trim());
            return /^\d+$/.test(text.trim()) && value >= 2 ? { value } : { expected: "a whole number from 2 on" };
          }}
          onCommit={setTimes}
          step={1}
        />
      </div>
      <p class="muted">Every round draws weights of its own; weights that are given here are given up.</p>
      {error !== null && (
        <p class="field-problem" role="alert">
          {problemText(error)}
        </p>
      )}
      <div class="card-tools">
        <button type="submit" class="button small primary">
          Repeat
        </button>
        <button type="button" class="button quiet small" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
