import { useId, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import type { Operation } from "../../wire";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { ArgumentForm } from "./ArgumentForm";
import { CommitField } from "./CommitField";
import { Connections } from "./Connections";
import { type LayerRow, moveTarget } from "./layer_rows";
import { problemsByArgument, problemText } from "./problems";
import { RepeatLayers } from "./RepeatLayers";

interface Props {
  id: string;
  row: LayerRow;
  rows: readonly LayerRow[];
  /** Of all layers, the input's first. */
  names: readonly string[];
  onAdd: () => void;
  /** The layer whose entry takes the keyboard's place once the list has changed. */
  onFocusLater: (name: string) => void;
}

/** Where a refused change is shown. */
type Place = "name" | "arguments" | "connections" | "layer";

/** Everything that can be changed about one layer. */
export function LayerCard({ id, row, rows, names, onAdd, onFocusLater }: Props) {
  const actions = useActions();
  const kind = useStudioState((state) => state.layerKinds.get(row.kind));
  const [refused, setRefused] = useState<{ place: Place; error: ApiError; given: Record<string, unknown> } | null>(
    null,
  );
  const [repeating, setRepeating] = useState(false);
  const nameId = useId();
  const { name } = row;

  const run = async (place: Place, operation: Operation, label: string, given: Record<string, unknown> = {}) => {
    const error = await actions.restructure([operation], label);
    setRefused(error === null ? null : { place, error, given });
    return error === null;
  };
  const at = (place: Place) => (refused?.place === place ? refused : null);
  const said = (place: Place) => (refused?.place === place ? problemText(refused.error) : null);
  const up = moveTarget(rows, row, "up");
  const down = moveTarget(rows, row, "down");
  const move = async (after: string | null) => {
    if (after === null) return;
    onFocusLater(name);
    await run("layer", { operation: "move_layer", layer: name, after }, `move ${name}`);
  };
  const remove = () => {
    const place = rows.indexOf(row);
    onFocusLater(rows[place + 1]?.name ?? rows[place - 1]?.name ?? "input");
    void run("layer", { operation: "remove_layer", layer: name }, `remove ${name}`);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    void move(event.key === "ArrowUp" ? up : down);
  };
  const properties = Object.keys(kind?.arguments.properties ?? {});
  const wrong = problemsByArgument(at("arguments")?.error ?? null, properties);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend.
    <div class="layer-card" id={id} role="group" aria-label={`Layer ${name}`} onKeyDown={onKeyDown}>
      <div class="argument">
        <span id={nameId}>name</span>
        <CommitField
          label="name"
          labelledBy={nameId}
          text={name}
          read={(text) => (text.trim() === "" ? { expected: "a name, such as hidden_2" } : { value: text.trim() })}
          onCommit={(next) => {
            void run("name", { operation: "rename_layer", layer: name, name: next }, `rename ${name}`);
          }}
          problem={said("name")}
        />
      </div>
      {kind !== undefined && (
        <ArgumentForm
          kind={kind}
          // What was refused stays as it was typed.
          values={{ ...row.given, ...at("arguments")?.given }}
          problems={wrong}
          onChange={(argument, value) =>
            void run(
              "arguments",
              { operation: "set_arguments", layer: name, arguments: { [argument]: value } },
              `${argument} of ${name}`,
              { [argument]: value },
            )
          }
        />
      )}
      {wrong[""] !== undefined && (
        <p class="field-problem" role="alert">
          {wrong[""]}
        </p>
      )}
      <Connections
        row={row}
        names={names}
        problem={said("connections")}
        onChange={(operation, label) => run("connections", operation, label)}
      />
      {said("layer") !== null && (
        <p class="field-problem" role="alert">
          {said("layer")}
        </p>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar. */}
      <div class="card-tools" role="group" aria-label="What to do with it">
        <button type="button" class="button small" title={`Add a layer after ${name}`} onClick={onAdd}>
          <Icon name="plus" />
          Add after
        </button>
        <button
          type="button"
          class="button small"
          title="Make many of it, one behind the other"
          aria-expanded={repeating}
          onClick={() => setRepeating(!repeating)}
        >
          <Icon name="layers" />
          Repeat
        </button>
        {row.parameters > 0 && (
          <button type="button" class="button small" onClick={() => actions.setView({ weightsOf: name })}>
            <Icon name="table" />
            Weights
          </button>
        )}
        <span class="card-order">
          <button
            type="button"
            class="button quiet icon small"
            aria-label={`Move ${name} up`}
            title="Move up (Alt+Up)"
            aria-disabled={up === null}
            onClick={() => void move(up)}
          >
            <Icon name="up" />
          </button>
          <button
            type="button"
            class="button quiet icon small"
            aria-label={`Move ${name} down`}
            title="Move down (Alt+Down)"
            aria-disabled={down === null}
            onClick={() => void move(down)}
          >
            <Icon name="chevron" />
          </button>
          <button
            type="button"
            class="button quiet icon small"
            aria-label={`Remove ${name}`}
            title={`Remove ${name}`}
            onClick={remove}
          >
            <Icon name="trash" />
          </button>
        </span>
      </div>
      {repeating && <RepeatLayers row={row} rows={rows} onDone={() => setRepeating(false)} />}
    </div>
  );
}
