import { useMemo } from "preact/hooks";

import { formatValue } from "../format";
import { CurvePlot } from "../plots/CurvePlot";
import type { Curve } from "../wire";
import { RANGE, type ValueAt } from "./requests";
import { snap } from "./Toolbar";
import { shownWindow } from "./window";

interface Props {
  name: string;
  curve: Curve | null;
  at: ValueAt | null;
  height: number;
  /** Draw the derivative too, dashed. */
  derivative: boolean;
  onPick: (x: number) => void;
}

/** One function on -10…10 with its derivative, the point at x and its tangent. */
export function FunctionPlot({ name, curve, at, height, derivative, onPick }: Props) {
  const series = useMemo(() => {
    if (curve === null) return [];
    const own = { name: `${name}(x)`, x: curve.x, y: curve.y };
    return derivative ? [own, { name: "derivative", x: curve.x, y: curve.dy, dashed: true }] : [own];
  }, [name, curve, derivative]);
  const { yDomain, beyond } = useMemo(() => shownWindow(series.map((one) => one.y)), [series]);
  const place = at === null ? "" : `; at x = ${formatValue(at.x)} the value is ${formatValue(at.value)}`;
  const label = `${name}${derivative ? " and its derivative" : ""} for x from -10 to 10${place}`;
  // The box is as high as the plot, so that nothing moves when the curve arrives.
  if (curve === null) return <svg class="plot-waiting" width="100%" height={height} aria-hidden="true" />;
  return (
    <>
      <CurvePlot
        series={series}
        height={height}
        legend={false}
        jumps
        xDomain={[RANGE.start, RANGE.stop]}
        yDomain={yDomain}
        ariaLabel={label}
        onPick={(x) => onPick(snap(x))}
        {...(at !== null && { point: { x: at.x, y: at.value, slope: at.slope } })}
      />
      {beyond.length > 0 && (
        <p class="plot-note">
          The plot ends here; the values go on to {beyond.map((value) => formatValue(value)).join(" and ")}.
        </p>
      )}
    </>
  );
}
