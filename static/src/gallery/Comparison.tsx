import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { formatValue } from "../format";
import { CurvePlot } from "../plots/CurvePlot";
import type { CurvePoint, CurveSeries } from "../plots/curve";
import { Icon } from "../views/Icon";
import type { ActivationInfo, ActivationParameters, Curve } from "../wire";
import { COMPARE_LIMIT, type Compared } from "./address";
import type { ParameterChoices } from "./Gallery";
import { useCurve, useValueAt } from "./hooks";
import { Swatch } from "./Readout";
import { RANGE, type ValueAt } from "./requests";
import { snap } from "./Toolbar";
import { Value } from "./Value";
import { shownWindow } from "./window";

const PLOT_HEIGHT = 340;

interface Props {
  list: readonly ActivationInfo[];
  compared: readonly Compared[];
  choices: ParameterChoices;
  x: number;
  onPick: (x: number) => void;
  onCompare: (name: string, on: boolean) => void;
}

/** Up to six functions in one plot; the table beside it is the legend. */
export function Comparison({ list, compared, choices, x, onPick, onCompare }: Props) {
  const [slopes, setSlopes] = useState(false);
  const [lookedAt, setLookedAt] = useState<string | null>(null);
  const [curves, setCurves] = useState<ReadonlyMap<string, Curve | null>>(new Map());
  const [places, setPlaces] = useState<ReadonlyMap<string, ValueAt | null>>(new Map());
  const onCurve = useCallback(
    (name: string, curve: Curve | null) => setCurves((old) => new Map(old).set(name, curve)),
    [],
  );
  const onPlace = useCallback((name: string, at: ValueAt | null) => setPlaces((old) => new Map(old).set(name, at)), []);

  const series = useMemo(
    () =>
      compared.flatMap((entry) => {
        const faded = lookedAt !== null && lookedAt !== entry.name;
        return seriesOf(entry, curves.get(entry.name) ?? null, slopes, faded);
      }),
    [compared, slopes, curves, lookedAt],
  );
  const { yDomain, beyond } = useMemo(() => shownWindow(series.map((one) => one.y)), [series]);
  const points = compared.flatMap((entry): CurvePoint[] => {
    const at = places.get(entry.name) ?? null;
    return at === null
      ? []
      : [{ x: at.x, y: at.value, color: entry.color, ...(compared.length === 1 && { slope: at.slope }) }];
  });
  const names = compared.map((entry) => entry.name);
  const addable = list.filter((activation) => activation.elementwise && !names.includes(activation.name));
  return (
    <section class="comparison" aria-labelledby="comparison-title">
      <div class="section-head">
        <h2 id="comparison-title">Compared</h2>
        <select
          aria-label="Add a function to the comparison"
          value=""
          disabled={compared.length >= COMPARE_LIMIT}
          onChange={(event) => {
            onCompare(event.currentTarget.value, true);
            event.currentTarget.value = "";
          }}
        >
          <option value="">{compared.length >= COMPARE_LIMIT ? "Six at most" : "Add a function"}</option>
          {addable.map((activation) => (
            <option key={activation.name} value={activation.name}>
              {activation.name}
            </option>
          ))}
        </select>
        <label class="compare-switch">
          <input type="checkbox" checked={slopes} onChange={(event) => setSlopes(event.currentTarget.checked)} />
          Derivatives, dashed
        </label>
      </div>
      <div class="comparison-body">
        <div class="comparison-plot">
          {compared.length === 0 && (
            <p class="empty">Nothing is compared. Add a function here, or tick “Compare” on its card.</p>
          )}
          <CurvePlot
            series={series}
            height={PLOT_HEIGHT}
            legend={false}
            jumps
            xDomain={[RANGE.start, RANGE.stop]}
            yDomain={yDomain}
            point={points}
            ariaLabel={`${names.join(", ") || "No function"} for x from -10 to 10`}
            onPick={(at) => onPick(snap(at))}
          />
          {beyond.length > 0 && (
            <p class="plot-note">
              The plot ends here; the values go on to {beyond.map((value) => formatValue(value)).join(" and ")}.
            </p>
          )}
        </div>
        <table class="comparison-table">
          <thead>
            <tr>
              <th scope="col">Function</th>
              <th scope="col">
                at x = <Value of={x} />
              </th>
              <th scope="col">slope</th>
              <th scope="col">
                <span class="visually-hidden">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {compared.map((entry) => (
              <Row
                key={entry.name}
                entry={entry}
                parameters={choices.get(entry.name) ?? NO_PARAMETERS}
                x={x}
                onCurve={onCurve}
                onPlace={onPlace}
                onLook={setLookedAt}
                onRemove={() => onCompare(entry.name, false)}
              />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const NO_PARAMETERS: ActivationParameters = {};

function seriesOf({ name, color }: Compared, curve: Curve | null, slopes: boolean, faded: boolean): CurveSeries[] {
  if (curve === null) return [];
  const own: CurveSeries = { name, x: curve.x, y: curve.y, color, faded };
  return slopes ? [own, { ...own, name: `${name}, derivative`, y: curve.dy, dashed: true }] : [own];
}

interface RowProps {
  entry: Compared;
  parameters: ActivationParameters;
  x: number;
  onCurve: (name: string, curve: Curve | null) => void;
  onPlace: (name: string, at: ValueAt | null) => void;
  /** The reader points at this function, or at none any more. */
  onLook: (name: string | null) => void;
  onRemove: () => void;
}

/** One function of the comparison: it fetches its own numbers and reports them to the plot. */
function Row({ entry: { name, color }, parameters, x, onCurve, onPlace, onLook, onRemove }: RowProps) {
  const { answer: curve } = useCurve(name, parameters);
  const { answer: at } = useValueAt(name, parameters, x);
  useEffect(() => onCurve(name, curve), [name, curve, onCurve]);
  useEffect(() => onPlace(name, at), [name, at, onPlace]);
  // A row that is removed under the pointer is never left.
  useEffect(() => () => onLook(null), [onLook]);
  const settings = Object.entries(parameters).map(([key, value]) => `${key} ${value}`);
  return (
    <tr
      data-function={name}
      onPointerEnter={() => onLook(name)}
      onPointerLeave={() => onLook(null)}
      onFocusIn={() => onLook(name)}
      onFocusOut={() => onLook(null)}
    >
      <th scope="row">
        <Swatch line={`plot-series-${color}`} />
        <a href={`#${name}`}>{name}</a>
        {settings.length > 0 && <span class="muted">{settings.join(", ")}</span>}
      </th>
      <td data-quantity="value">{at === null ? "…" : <Value of={at.value} />}</td>
      <td data-quantity="slope">{at === null ? "…" : <Value of={at.slope} />}</td>
      <td>
        <button
          type="button"
          class="button quiet icon small"
          aria-label={`Remove ${name}`}
          title={`Remove ${name}`}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      </td>
    </tr>
  );
}
