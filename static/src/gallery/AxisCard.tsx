import { useRef, useState } from "preact/hooks";

import { formatFull, formatValue } from "../format";
import { BarPlot } from "../plots/BarPlot";
import { Icon } from "../views/Icon";
import { readTyped } from "../views/inputs";
import { NumberField } from "../views/NumberField";
import type { ActivationInfo, ActivationParameters } from "../wire";
import { CardFoot } from "./CardFoot";
import { CardHead } from "./CardHead";
import { useInView, useLatest } from "./hooks";
import { vectorValue } from "./requests";
import { Value } from "./Value";

const PLOT_HEIGHT = 170;
const FIRST_VECTOR = [2, 1, 0.5, -1];
const SHORTEST = 1;
const LONGEST = 6;

interface Props {
  activation: ActivationInfo;
  parameters: ActivationParameters;
  linked: boolean;
}

interface Question {
  name: string;
  parameters: ActivationParameters;
  inputs: readonly number[];
}

const ask = ({ name, parameters, inputs }: Question) => vectorValue(name, parameters, inputs);

/** A function of a whole vector: every output depends on all inputs, so there is no curve but a vector to edit. */
export function AxisCard({ activation, parameters, linked }: Props) {
  const { name } = activation;
  const [vector, setVector] = useState<readonly number[]>(FIRST_VECTOR);
  const card = useRef<HTMLElement>(null);
  const inView = useInView(card);
  const { answer, error } = useLatest(ask, { name, parameters, inputs: vector }, inView);
  const set = (place: number, value: number) => setVector(vector.map((old, i) => (i === place ? value : old)));
  const outputs = answer?.outputs ?? [];
  const entries = outputs.map((value, i) => ({ place: `[${i}]`, value }));
  return (
    <article ref={card} id={name} class={linked ? "card card-linked" : "card"} aria-labelledby={`${name}-title`}>
      <CardHead activation={activation} />
      <div class="vector-plots card-plot">
        <VectorBars caption="Inputs x" label={`Inputs of ${name}`} values={vector} color={4} />
        <VectorBars caption={`${name}(x)`} label={`Outputs of ${name}`} values={outputs} color={1} />
      </div>
      <fieldset class="vector">
        <legend>Inputs, to edit</legend>
        <div class="vector-fields">
          {vector.map((value, i) => (
            <NumberField
              // biome-ignore lint/suspicious/noArrayIndexKey: the place in the vector is what the field is about.
              key={i}
              label={`${name}, input ${i}`}
              value={value}
              step={0.1}
              read={(text) => readTyped(text, false)}
              onChange={(next) => set(i, next)}
            />
          ))}
          <button
            type="button"
            class="button quiet icon small"
            aria-label={`Remove the last input of ${name}`}
            title="Remove the last input"
            disabled={vector.length <= SHORTEST}
            onClick={() => setVector(vector.slice(0, -1))}
          >
            <Icon name="minus" />
          </button>
          <button
            type="button"
            class="button quiet icon small"
            aria-label={`Add an input to ${name}`}
            title="Add an input"
            disabled={vector.length >= LONGEST}
            onClick={() => setVector([...vector, 0])}
          >
            <Icon name="plus" />
          </button>
        </div>
      </fieldset>
      <p class="vector-outputs" data-quantity="outputs">
        <span class="muted">Outputs</span>{" "}
        {error === null ? (
          entries.map(({ place, value }) => (
            <span key={place} class="vector-output">
              <Value of={value} />
            </span>
          ))
        ) : (
          <span role="alert">{error}</span>
        )}
      </p>
      <CardFoot activation={activation} />
    </article>
  );
}

function VectorBars(props: { caption: string; label: string; values: readonly number[]; color: 1 | 4 }) {
  const { caption, label, values, color } = props;
  return (
    <figure>
      <figcaption>{caption}</figcaption>
      <BarPlot
        values={values}
        texts={values.map((value) => formatValue(value, 2))}
        height={PLOT_HEIGHT}
        color={color}
        ariaLabel={`${label}: ${values.map(formatFull).join(", ")}`}
      />
    </figure>
  );
}
