import { useId, useState } from "preact/hooks";
import { formatCount, formatShape } from "../../format";
import type { Edit } from "../../store";
import { useActions, useStudioState } from "../context";
import { Dialog } from "../Dialog";
import { readTyped } from "../inputs";
import { NumberField } from "../NumberField";
import { useParameters } from "./useWeights";
import { WeightsGrid } from "./WeightsGrid";
import { matrixForm } from "./weights_window";

function Body({ layer, present }: { layer: string; present: Edit }) {
  const parameters = useParameters(layer, present);
  const [chosen, setChosen] = useState<string | null>(null);
  const [plane, setPlane] = useState<readonly number[]>([]);
  const id = useId();
  if (parameters === null) return <div class="skeleton-lines" aria-hidden="true" />;
  const current = parameters.find((one) => one.parameter === chosen) ?? parameters[0];
  if (current === undefined) return <p class="empty muted">This layer has no parameters.</p>;
  const { leading } = matrixForm(current.shape);
  const settled = leading.map((length, axis) => Math.min(plane[axis] ?? 0, length - 1));
  return (
    <div class="weights">
      <div class="weights-tools">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar. */}
        <div class="segments" role="group" aria-label="Parameter">
          {parameters.map(({ parameter }) => (
            <button
              key={parameter}
              type="button"
              aria-pressed={parameter === current.parameter}
              onClick={() => {
                setChosen(parameter);
                setPlane([]);
              }}
            >
              {parameter.replaceAll("_", " ")}
            </button>
          ))}
        </div>
        <span class="muted">
          {current.shape.length > 1
            ? `${formatShape(current.shape)}, ${formatCount(current.shape.reduce((a, b) => a * b, 1))} values`
            : `${formatCount(current.shape[0] ?? 1)} ${current.shape[0] === 1 ? "value" : "values"}`}
        </span>
        {leading.map((length, axis) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the axis is what it is about.
          <span class="plane" key={axis}>
            <span id={`${id}-${axis}`}>axis {axis}</span>
            <NumberField
              label={`axis ${axis}`}
              labelledBy={`${id}-${axis}`}
              value={settled[axis] ?? 0}
              step={1}
              read={(text) => readTyped(text, true, length - 1)}
              onChange={(next) => setPlane(settled.map((old, at) => (at === axis ? next : old)))}
            />
          </span>
        ))}
      </div>
      <WeightsGrid
        key={`${current.parameter} ${current.shape.join()}`}
        present={present}
        layer={layer}
        parameter={current.parameter}
        shape={current.shape}
        plane={settled}
      />
    </div>
  );
}

/** A layer's parameters as a spreadsheet; open as long as the view says of which layer. */
export function WeightsDialog() {
  const actions = useActions();
  const layer = useStudioState((state) => state.view.weightsOf);
  const present = useStudioState((state) => state.present);
  if (layer === null || present === null) return null;
  return (
    <Dialog title={`Weights of ${layer}`} class="weights-dialog" onClose={() => actions.setView({ weightsOf: null })}>
      <Body key={layer} layer={layer} present={present} />
    </Dialog>
  );
}
