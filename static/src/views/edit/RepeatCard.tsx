import { useId, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import { formatCount } from "../../format";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { ArgumentForm } from "./ArgumentForm";
import type { LayerRow, RepeatPlace } from "./layer_rows";
import { problemsByArgument } from "./problems";

/** What can be changed about a layer of a repeat: it changes in every round. */
export function RepeatCard({ id, row, place }: { id: string; row: LayerRow; place: RepeatPlace }) {
  const actions = useActions();
  const kind = useStudioState((state) => state.layerKinds.get(row.kind));
  const [refused, setRefused] = useState<{ error: ApiError; given: Record<string, unknown> } | null>(null);
  const noteId = useId();
  const change = async (argument: string, value: unknown) => {
    const error = await actions.restructure(
      [{ operation: "set_repeated_arguments", layer: row.name, arguments: { [argument]: value } }],
      `${argument} of every round`,
    );
    setRefused(error === null ? null : { error, given: { [argument]: value } });
  };
  const wrong = problemsByArgument(refused?.error ?? null, Object.keys(kind?.arguments.properties ?? {}));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend.
    <div class="layer-card" id={id} role="group" aria-label={`Layer ${row.name}`} aria-describedby={noteId}>
      <p class="muted" id={noteId}>
        This is round {formatCount(place.round + 1)} of {formatCount(place.rounds)}. A change here is made in every
        round; to change one alone, write the repeat out first.
      </p>
      {kind !== undefined && (
        <ArgumentForm
          kind={kind}
          values={{ ...row.given, ...refused?.given }}
          problems={wrong}
          onChange={(argument, value) => void change(argument, value)}
        />
      )}
      {wrong[""] !== undefined && (
        <p class="field-problem" role="alert">
          {wrong[""]}
        </p>
      )}
      {row.parameters > 0 && (
        <div class="card-tools">
          <button type="button" class="button small" onClick={() => actions.setView({ weightsOf: row.name })}>
            <Icon name="table" />
            Weights of {row.name}
          </button>
        </div>
      )}
    </div>
  );
}
