import { useMemo } from "preact/hooks";
import { formatFull, formatValue } from "../format";
import { Formula } from "../gallery/Formula";
import { CurvePlot } from "../plots/CurvePlot";
import type { ActivationInfo, Explanation } from "../wire";
import { type ActivationPoint, reachFor } from "./useActivationPoint";

interface Props {
  explanation: Explanation;
  info: ActivationInfo | undefined;
  point: ActivationPoint;
  /** The sum that the activation is applied to. */
  before: number | null;
}

/** The activation of a node: its formula, and its curve with the node's own point and tangent. */
export function ActivationSection({ explanation, info, point, before }: Props) {
  const name = explanation.activation ?? "";
  const { curve, at } = point;
  const series = useMemo(() => (curve === null ? [] : [{ name, x: curve.x, y: curve.y }]), [curve, name]);
  const slope = at !== null && Object.is(at.x, before) ? at.evaluation.derivatives : null;
  const parameters = Object.entries(explanation.activation_parameters);

  if (name === "linear") {
    return (
      <section class="activation">
        <h3>
          Activation <span>linear</span>
        </h3>
        <p class="muted">The sum passes unchanged: the value is the sum.</p>
      </section>
    );
  }
  return (
    <section class="activation">
      <h3>
        Activation <span>{name}</span>
        {parameters.map(([key, value]) => (
          <small key={key} class="muted">
            {key} {typeof value === "number" ? formatValue(value) : String(value)}
          </small>
        ))}
      </h3>
      {info !== undefined && (
        <p class="formula-line">
          <Formula latex={info.formula} />
        </p>
      )}
      {before !== null && (
        <p class="activation-step">
          <span title={formatFull(before)}>z = {formatValue(before)}</span>
          <span aria-hidden="true"> → </span>
          <span class="visually-hidden">gives</span>
          <strong title={formatFull(explanation.value)}>{formatValue(explanation.value)}</strong>
          {slope !== null && (
            <span
              class="muted"
              title="How much the value changes when z changes a little: the slope of the thin tangent"
            >
              slope {formatValue(slope)}
            </span>
          )}
        </p>
      )}
      {curve !== null && at !== null && (
        <CurvePlot
          series={series}
          point={{ x: at.x, y: at.evaluation.outputs, slope: at.evaluation.derivatives, color: 2 }}
          xDomain={[-reachFor(at.x), reachFor(at.x)]}
          height={170}
          xLabel="z"
          ariaLabel={`${name}: the point z = ${formatValue(at.x)} with the value ${formatValue(at.evaluation.outputs)}`}
        />
      )}
      {info !== undefined && <p class="muted">{info.description}</p>}
    </section>
  );
}
