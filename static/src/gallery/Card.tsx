import { useRef } from "preact/hooks";

import type { ActivationInfo, ActivationParameters } from "../wire";
import type { Compared } from "./address";
import { CardFoot } from "./CardFoot";
import { CardHead } from "./CardHead";
import { FunctionPlot } from "./FunctionPlot";
import { useCurve, useInView, useOnce, useValueAt } from "./hooks";
import { Parameters } from "./Parameters";
import { Readout } from "./Readout";

const PLOT_HEIGHT = 190;

interface Props {
  activation: ActivationInfo;
  parameters: ActivationParameters;
  onParameters: (name: string, parameters: ActivationParameters) => void;
  linked: boolean;
  x: number;
  onPick: (x: number) => void;
  compared: Compared | null;
  /** No colour is left for another one. */
  full: boolean;
  onCompare: (name: string, on: boolean) => void;
}

/** One function of single numbers: its curve, its numbers at x, its formulas and facts. */
export function Card(props: Props) {
  const { activation, parameters, x, compared, full } = props;
  const { name } = activation;
  const card = useRef<HTMLElement>(null);
  const inView = useInView(card);
  const { answer: curve, error } = useCurve(name, parameters, useOnce(inView));
  const { answer: at } = useValueAt(name, parameters, x, inView);
  const refused = full && compared === null;
  return (
    <article ref={card} id={name} class={props.linked ? "card card-linked" : "card"} aria-labelledby={`${name}-title`}>
      <CardHead activation={activation}>
        <label class="compare-switch" title={refused ? "Six functions are compared already" : undefined}>
          <input
            type="checkbox"
            checked={compared !== null}
            disabled={refused}
            onChange={(event) => props.onCompare(name, event.currentTarget.checked)}
          />
          Compare
        </label>
      </CardHead>
      <div class="card-plot">
        <FunctionPlot name={name} curve={curve} at={at} height={PLOT_HEIGHT} derivative onPick={props.onPick} />
      </div>
      <Readout name={name} at={at} legend />
      <Parameters
        of={name}
        parameters={activation.parameters}
        values={parameters}
        onChange={(values) => props.onParameters(name, values)}
        error={error}
      />
      {activation.parameters.length === 0 && error !== null && (
        <p class="card-error" role="alert">
          The curve did not arrive. {error}
        </p>
      )}
      <CardFoot activation={activation} />
    </article>
  );
}
