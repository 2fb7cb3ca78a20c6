import { useMemo } from "preact/hooks";
import { type ActivationPoint, reachFor } from "../activation_point";
import { formatFull, formatValue } from "../format";
import { Formula } from "../gallery/Formula";
import { CurvePlot } from "../plots/CurvePlot";
import type { ActivationInfo, Explanation } from "../wire";

interface Props {
  explanation: Explanation;
  info: ActivationInfo | undefined;
  point: ActivationPoint | null;
  /** The sum that the activation is applied to. */
  before: number | null;
}

/** The activation of a node: its formula, and its curve with the node's own point and tangent. */
export function ActivationSection({ explanation, info, point, before }: Props) {
  const name = explanation.activation ?? "";
  const curve = point?.curve;
  const slope = point?.evaluation.derivatives ?? null;
  const series = useMemo(() => (curve === undefined ? [] : [{ name, x: curve.x, y: curve.y }]), [curve, name]);
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
      {point !== null && (
        <CurvePlot
          series={series}
          point={{ x: point.x, y: point.evaluation.outputs, slope, color: 2 }}
          xDomain={[-reachFor(point.x), reachFor(point.x)]}
          height={170}
          xLabel="z"
          ariaLabel={`${name}: the point z = ${formatValue(point.x)} with the value ${formatValue(point.evaluation.outputs)}`}
        />
      )}
      {info !== undefined && <p class="muted">{info.description}</p>}
    </section>
  );
}
