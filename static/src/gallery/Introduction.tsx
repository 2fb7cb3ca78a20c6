import { useState } from "preact/hooks";

import type { ActivationInfo, ActivationParameters } from "../wire";
import { FunctionPlot } from "./FunctionPlot";
import { named } from "./find";
import type { ParameterChoices } from "./Gallery";
import { useCurve, useValueAt } from "./hooks";
import { Readout } from "./Readout";

const PLOT_HEIGHT = 230;

/** Why a network needs functions that are not straight lines. */
export function Introduction() {
  return (
    <div class="introduction">
      <h1>Activation functions</h1>
      <p>
        A layer multiplies and adds. Stack a hundred such layers and nothing is gained: a weighted sum of weighted sums
        is again one weighted sum, a straight line. A function with a bend between the layers changes that. Its slope
        depends on where <i>x</i> is, and many bends put together can follow any shape.
      </p>
    </div>
  );
}

interface PlotsProps {
  list: readonly ActivationInfo[];
  choices: ParameterChoices;
  x: number;
  onPick: (x: number) => void;
}

/** Linear beside non-linear, at the same x. */
Introduction.Plots = function Plots({ list, choices, x, onPick }: PlotsProps) {
  const bent = list.filter((activation) => activation.elementwise && activation.name !== "linear");
  const [chosen, setChosen] = useState((named(bent, "tanh") ?? bent[0])?.name ?? "");
  const linear = named(list, "linear");
  return (
    <section class="beside" aria-label="Linear beside non-linear">
      {linear !== undefined && (
        <Beside name={linear.name} parameters={{}} x={x} onPick={onPick}>
          <h2>Linear</h2>
          <p>The same slope everywhere: moving x by one always moves the value by one.</p>
        </Beside>
      )}
      {chosen !== "" && (
        <Beside key={chosen} name={chosen} parameters={choices.get(chosen) ?? {}} x={x} onPick={onPick}>
          <h2>
            <label for="non-linear">Non-linear</label>
            <select id="non-linear" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
              {bent.map((activation) => (
                <option key={activation.name} value={activation.name}>
                  {activation.name}
                </option>
              ))}
            </select>
          </h2>
          <p>The slope depends on x: move the slider and watch the tangent turn.</p>
        </Beside>
      )}
    </section>
  );
};

interface BesideProps {
  name: string;
  parameters: ActivationParameters;
  x: number;
  onPick: (x: number) => void;
  children: preact.ComponentChildren;
}

function Beside({ name, parameters, x, onPick, children }: BesideProps) {
  const { answer: curve } = useCurve(name, parameters);
  const { answer: at } = useValueAt(name, parameters, x);
  return (
    <figure class="beside-plot" data-function={name}>
      <figcaption>{children}</figcaption>
      <FunctionPlot name={name} curve={curve} at={at} height={PLOT_HEIGHT} derivative={false} onPick={onPick} />
      <Readout name={name} at={at} />
    </figure>
  );
}
