import { useState } from "preact/hooks";
import type { ApiError } from "../../api";
import { formatCount } from "../../format";
import type { Operation } from "../../wire";
import { useActions } from "../context";
import { Icon } from "../Icon";
import { CommitField } from "./CommitField";
import type { ListItem } from "./layer_rows";
import { problemText } from "./problems";

/** What can be done with a repeat as a whole: how often, each layer by itself, gone. */
export function RepeatHead({ item }: { item: Extract<ListItem, { type: "repeat" }> }) {
  const actions = useActions();
  const [error, setError] = useState<ApiError | null>(null);
  const { place, first, last } = item;
  const run = async (operation: Operation, label: string) => setError(await actions.restructure([operation], label));
  const each = place.length === 1 ? "" : `${place.length} layers: `;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend.
    <div class="repeat-head" role="group" aria-label={`Repeat of ${first} to ${last}`}>
      <span class="repeat-words">
        <span class="times">repeat</span>
        <CommitField
          label={`How often ${first} to ${last} repeat`}
          text={String(place.rounds)}
          read={(text) => {
            const value = Number(text.trim());
            return /^\d+$/.test(text.trim()) && value >= 1 ? { value } : { expected: "a whole number from 1 on" };
          }}
          onCommit={(repeat) =>
            void run({ operation: "set_repeat", layer: first, repeat }, `repeat ${formatCount(repeat)} times`)
          }
          step={1}
        />
        <span class="muted">times</span>
      </span>
      <span class="repeat-words">
        <span class="repeat-range muted" title={`${first} … ${last}`}>
          {each}
          {first} … {last}
        </span>
        <button
          type="button"
          class="button quiet icon small"
          aria-label="Write the repeat out, layer by layer"
          title="Write out: each layer can then be changed by itself"
          onClick={() => void run({ operation: "write_out", layer: first }, "write out the repeat")}
        >
          <Icon name="layers" />
        </button>
        <button
          type="button"
          class="button quiet icon small"
          aria-label="Remove the whole repeat"
          title="Remove the whole repeat"
          onClick={() => void run({ operation: "remove_repeat", layer: first }, "remove the repeat")}
        >
          <Icon name="trash" />
        </button>
      </span>
      {error !== null && (
        <p class="field-problem" role="alert">
          {problemText(error)}
        </p>
      )}
    </div>
  );
}
