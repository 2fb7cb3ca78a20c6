import { useId, useMemo, useState } from "preact/hooks";
import { formatCount } from "../../format";
import type { ActivationDocument, Explanation } from "../../wire";
import { useActions, useStudioState } from "../context";
import { ActivationForm } from "./ActivationForm";
import { repeatOf } from "./layer_rows";
import { WhatIf } from "./WhatIf";

/** The activation of the selected node's layer, to change; nothing for kinds that take none. */
export function ActivationEditor({ explanation, before }: { explanation: Explanation; before: number | null }) {
  const actions = useActions();
  const takesOne = useStudioState(
    (state) => state.layerKinds.get(explanation.kind)?.arguments.properties.activation !== undefined,
  );
  const info = useStudioState((state) => state.activations.get(explanation.activation ?? ""));
  const answer = useStudioState((state) => state.answer);
  const repeat = useMemo(
    () =>
      answer === null ? null : repeatOf(answer.edit.document, answer.edit.edits, answer.summary, explanation.layer),
    [answer, explanation.layer],
  );
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
      {repeat !== null && (
        <p class="muted repeat-note">
          {layer} is round {formatCount(repeat.round + 1)} of {formatCount(repeat.rounds)}: the activation changes in
          all of them. To change one alone, write the repeat out first, under Network.
        </p>
      )}
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
