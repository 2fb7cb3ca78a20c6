import { useMemo } from "preact/hooks";
import { formatValue } from "../../format";
import { CurvePlot } from "../../plots/CurvePlot";
import type { CurveSeries } from "../../plots/curve";
import { measuresOf, type Training } from "../../training";

/** Plots shown at most: the loss and the metrics. */
const SHOWN = 3;

function title(measure: string): string {
  return measure.replaceAll("_", " ");
}

function seriesOf({ history, steps }: Training, measure: string): CurveSeries[] {
  const numbers = history.get(measure) ?? [];
  const validation = history.get(`val_${measure}`);
  const x = numbers.map((_, epoch) => epoch + 1);
  const series: CurveSeries[] = [{ name: "training", x, y: numbers, color: 1 }];
  if (validation !== undefined) series.push({ name: "validation", x, y: validation, color: 2, dashed: true });
  if (measure === "loss" && steps.at.length > 1) {
    series.unshift({ name: "single steps", x: steps.at, y: steps.loss, color: 1, faded: true });
  }
  return series;
}

function Curve({ training, measure }: { training: Training; measure: string }) {
  const series = useMemo(() => seriesOf(training, measure), [training, measure]);
  const latest = training.history.get(measure)?.at(-1);
  const validation = training.history.get(`val_${measure}`)?.at(-1);
  const said = [
    latest === undefined ? null : `training ${formatValue(latest)}`,
    validation === undefined ? null : `validation ${formatValue(validation)}`,
  ].filter((part) => part !== null);
  return (
    <section aria-label={`Curve of the ${title(measure)}`}>
      <h3>
        {title(measure)} {said.length > 0 && <span class="muted">{said.join(", ")}</span>}
      </h3>
      <CurvePlot
        series={series}
        height={150}
        xLabel="epochs"
        xDomain={[0, Math.max(1, training.epochs)]}
        ariaLabel={`${title(measure)} over the epochs: ${said.join(", ")}`}
      />
    </section>
  );
}

/** The loss and the metrics as they come, for what is trained on and what is not. */
export function TrainingCurves({ training }: { training: Training }) {
  const measures = measuresOf(training.history);
  const shown = measures.length > 0 ? measures : ["loss"];
  return (
    <div class="training-curves">
      {shown.slice(0, SHOWN).map((measure) => (
        <Curve key={measure} training={training} measure={measure} />
      ))}
    </div>
  );
}
