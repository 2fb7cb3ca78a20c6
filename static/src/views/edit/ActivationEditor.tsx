import { useId, useState } from "preact/hooks";
import type { ActivationDocument, Explanation } from "../../wire";
import { useActions, useStudioState } from "../context";
import { ActivationForm } from "./ActivationForm";
import { WhatIf } from "./WhatIf";

/** The activation of the selected node's layer, to change; nothing for kinds that take none. */
export function ActivationEditor({ explanation, before }: { explanation: Explanation; before: number | null }) {
  const actions = useActions();
  const takesOne = useStudioState(
    (state) => state.layerKinds.get(explanation.kind)?.arguments.properties.activation !== undefined,
  );
  const info = useStudioState((state) => state.activations.get(explanation.activation ?? ""));
  const [problem, setProblem] = useState<string | null>(null);
  const hint = useId();
  if (!takesOne || explanation.activation === null) return null;
  const { layer, activation: name } = explanation;
  const apply = async (activation: ActivationDocument) => {
    const error = await actions.setActivation(layer, activation);
    setProblem(error === null ? null : error.message);
  };
  return (
    <section class="activation-editor" aria-label={`Activation of ${layer}`}>
      <ActivationForm
        label={`Activation of ${layer}`}
        name={name}
        parameters={explanation.activation_parameters}
        onChange={(activation) => void apply(activation)}
        invalid={problem !== null}
        describedBy={problem === null ? undefined : hint}
      />
      {problem !== null && (
        <p class="field-problem" id={hint} role="alert">
          {problem}
        </p>
      )}
      {before !== null && Number.isFinite(before) && info !== undefined && (
        <WhatIf z={before} current={name} layer={layer} onApply={(chosen) => void apply(chosen)} />
      )}
    </section>
  );
}
