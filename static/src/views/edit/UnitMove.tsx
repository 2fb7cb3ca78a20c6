import { useState } from "preact/hooks";
import { nodeName } from "../../format";
import type { Answer } from "../../store";
import type { NodeReference } from "../../wire";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { problemText } from "./problems";

/** Giving a unit another place in its layer; nothing for layers that have no units of their own. */
export function UnitMove({ answer, node }: { answer: Answer; node: NodeReference }) {
  const actions = useActions();
  const layer = answer.byName.get(node.layer);
  const hasUnits = useStudioState(
    (state) => state.layerKinds.get(layer?.kind ?? "")?.arguments.properties.units !== undefined,
  );
  const count = layer?.shape.at(-1) ?? 0;
  const index = node.index.at(-1) ?? 0;
  const [problem, setProblem] = useState<string | null>(null);
  if (!hasUnits || count < 2) return null;
  const name = nodeName(node);
  const move = (to: number) => {
    if (to < 0 || to >= count) return;
    void actions
      .restructure([{ operation: "move_unit", layer: node.layer, index, to }], `move ${name}`)
      .then((error) => setProblem(error === null ? null : problemText(error)));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend.
    <div class="unit-move" role="group" aria-label="Place in the layer">
      <button
        type="button"
        class="button quiet small"
        aria-disabled={index === 0}
        title={`Move ${name} one place up in its layer; nothing else changes`}
        onClick={() => move(index - 1)}
      >
        <Icon name="up" />
        Move up
      </button>
      <button
        type="button"
        class="button quiet small"
        aria-disabled={index === count - 1}
        title={`Move ${name} one place down in its layer; nothing else changes`}
        onClick={() => move(index + 1)}
      >
        <Icon name="chevron" />
        Move down
      </button>
      {problem !== null && (
        <p class="field-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
