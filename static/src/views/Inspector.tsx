import { useEffect, useId, useMemo, useState } from "preact/hooks";
import { type ActivationPoint, knownPoint, loadPoint, sumBefore } from "../activation_point";
import type { Api } from "../api";
import { formatCount, formatFull, formatShape, formatValue, nodeName } from "../format";
import type { Answer } from "../store";
import type { Explanation, NodeReference } from "../wire";
import { ActivationSection } from "./ActivationSection";
import { AlongAxis } from "./AlongAxis";
import { arithmeticLine } from "./arithmetic";
import { CopyButton } from "./CopyButton";
import { useActions, useStudio, useStudioState } from "./context";
import { ActivationEditor } from "./edit/ActivationEditor";
import { PinControls } from "./edit/PinControls";
import { UnitMove } from "./edit/UnitMove";
import { Icon } from "./Icon";
import { CopySection, copiedPixel } from "./image/CopySection";
import { KernelGallery, seesColours } from "./image/KernelGallery";
import { SeenSection } from "./image/SeenSection";
import { pooledMap, WholeMapSection } from "./image/WholeMapSection";
import { WindowSection, windowParts } from "./image/WindowSection";
import { LayerFacts } from "./LayerFacts";
import { badgesOf, nodeLabel } from "./node_facts";
import { GoTo } from "./reach/GoTo";
import { NodeLink } from "./reach/NodeLink";
import { operationSentence } from "./sentences";
import { TermsTable } from "./TermsTable";
import { useLate } from "./useLate";
import { NARROW, useMedia } from "./useMedia";

function Value({ explanation, stale }: { explanation: Explanation; stale: boolean }) {
  const { value, exact, difference, recomputed } = explanation;
  const full = formatFull(value);
  return (
    <p class={stale ? "node-value stale" : "node-value"}>
      <output class={Number.isFinite(value) ? "" : "invalid"} title={full} aria-label={`value ${full}`}>
        {formatValue(value)}
      </output>
      <CopyButton icon label={`Copy ${full}`} text={() => full} />
      {exact ? (
        <span
          class="checked"
          title={`Done again from the terms below in double precision: ${formatFull(recomputed)}, which differs by ${formatFull(difference)}, within rounding.`}
        >
          <Icon name="check" />
          adds up
        </span>
      ) : null}
    </p>
  );
}

/** The point of an explanation. It comes with that of a selected node; one that was only pointed at fetches it here. */
function useActivationPoint(api: Api, explanation: Explanation): ActivationPoint | null {
  const [, setLoaded] = useState(explanation);
  useEffect(() => {
    if (knownPoint(explanation) !== null) return undefined;
    const stop = new AbortController();
    void loadPoint(api, explanation, stop.signal).then(() => {
      if (!stop.signal.aborted) setLoaded(explanation);
    });
    return () => stop.abort();
  }, [api, explanation]);
  return knownPoint(explanation);
}

function Body({ answer, node, explanation }: { answer: Answer; node: NodeReference; explanation: Explanation }) {
  const { api } = useStudio();
  const actions = useActions();
  const activations = useStudioState((state) => state.activations);
  const stale = useLate(useStudioState((state) => state.answer?.edit !== state.present));
  const info = explanation.activation === null ? undefined : activations.get(explanation.activation);
  const before = sumBefore(explanation);
  const along = explanation.activation_terms !== undefined;
  const point = useActivationPoint(api, explanation);
  const badges = badgesOf(explanation, info, point?.evaluation ?? null);
  const layer = answer.byName.get(node.layer);
  const window = windowParts(answer, explanation);
  const copied = copiedPixel(answer, explanation);
  const pooled = pooledMap(answer, explanation);
  const hasParameters = (answer.summary.layers.find((one) => one.name === node.layer)?.parameters ?? 0) > 0;

  return (
    <>
      <Value explanation={explanation} stale={stale} />
      <PinControls node={node} explanation={explanation} />
      <UnitMove key={node.layer} answer={answer} node={node} />
      {badges.length > 0 && (
        <ul class="badges" aria-label="Remarks">
          {badges.map((badge) => (
            <li key={badge.name} class={`badge ${badge.tone}`} title={badge.title}>
              {badge.name}
              <span class="visually-hidden">: {badge.title}</span>
            </li>
          ))}
        </ul>
      )}
      {badges
        .filter((badge) => badge.tone !== "plain")
        .map((badge) => (
          <p key={badge.name} class="badge-note muted">
            {badge.title}
          </p>
        ))}
      <p class="arithmetic full">{arithmeticLine(explanation)}</p>
      <p class="operation muted">{operationSentence(explanation)}</p>
      {pooled !== null && <WholeMapSection answer={answer} explanation={explanation} source={pooled} />}
      {window !== null ? (
        <WindowSection key={node.layer} answer={answer} explanation={explanation} {...window} />
      ) : copied !== null ? (
        <CopySection answer={answer} explanation={explanation} {...copied} />
      ) : (
        explanation.terms.length > 0 && <TermsTable answer={answer} explanation={explanation} />
      )}
      {along ? (
        <AlongAxis answer={answer} explanation={explanation} info={info} />
      ) : (
        explanation.activation !== null && (
          <ActivationSection explanation={explanation} info={info} point={point} before={before} />
        )
      )}
      <ActivationEditor key={node.layer} explanation={explanation} before={before} />
      {seesColours(answer, explanation) && <KernelGallery answer={answer} explanation={explanation} />}
      <SeenSection answer={answer} node={node} />
      {layer !== undefined && <LayerFacts layer={layer} />}
      {hasParameters && (
        <button type="button" class="button small" onClick={() => actions.setView({ weightsOf: node.layer })}>
          <Icon name="table" />
          All weights of {node.layer}
        </button>
      )}
    </>
  );
}

/** The right panel: everything about the selected node. */
export function Inspector() {
  const answer = useStudioState((state) => state.answer);
  const selected = useStudioState((state) => state.selected);
  const narrow = useMedia(NARROW);
  const heading = useId();
  const name = selected === null ? null : nodeName(selected);
  const explanation = name === null ? undefined : answer?.explanations.get(name);
  const label = useMemo(
    () => (answer === null || selected === null ? null : nodeLabel(answer, selected)),
    [answer, selected],
  );
  const layer = selected === null ? undefined : answer?.byName.get(selected.layer);

  return (
    <section class="inspector" aria-labelledby={heading}>
      {narrow && <GoTo />}
      <header class="inspector-header">
        <div class="inspector-title">
          <h2 id={heading} class="panel-title">
            {name ?? "Inspector"}
            {label !== null && <span class="node-label"> {label}</span>}
          </h2>
          {selected !== null && <NodeLink node={selected} />}
        </div>
        {layer !== undefined && (
          <p class="muted">
            {layer.kind}
            {layer.activation === null ? "" : `, ${layer.activation}`}, {formatShape(layer.shape)}
            {layer.shape.length > 1 ? ` (${formatCount(layer.size)} nodes)` : layer.size === 1 ? " node" : " nodes"}
          </p>
        )}
      </header>
      {selected === null || answer === null ? (
        answer === null ? (
          <div class="skeleton-lines" aria-hidden="true">
            <i />
            <i />
            <i />
          </div>
        ) : (
          <p class="empty muted">
            Choose a node: click it in the graph, move to it with the arrow keys and press Enter, or type its name in
            the go-to box.
          </p>
        )
      ) : explanation === undefined ? (
        <div class="skeleton-lines" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ) : (
        <Body answer={answer} node={selected} explanation={explanation} />
      )}
    </section>
  );
}
