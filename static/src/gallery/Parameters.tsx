import { useId } from "preact/hooks";

import { type Reading, readTyped } from "../views/inputs";
import { NumberField } from "../views/NumberField";
import type { ActivationParameter, ActivationParameters } from "../wire";
import { sliderRange } from "./ranges";

interface Props {
  /** The function's name. */
  of: string;
  parameters: readonly ActivationParameter[];
  values: ActivationParameters;
  onChange: (values: ActivationParameters) => void;
  error: string | null;
}

/** The parameters of a function, each with a slider or a switch; the way back to the defaults beside them. */
export function Parameters({ of, parameters, values, onChange, error }: Props) {
  if (parameters.length === 0) return null;
  const set = (name: string, value: number | boolean) => onChange({ ...values, [name]: value });
  const changed = parameters.some(({ name, default: original }) => (values[name] ?? original) !== original);
  return (
    <fieldset class="parameters">
      <legend>{parameters.length === 1 ? "Parameter" : "Parameters"}</legend>
      {parameters.map((parameter) => (
        <ParameterRow
          key={parameter.name}
          of={of}
          parameter={parameter}
          value={values[parameter.name] ?? parameter.default}
          onChange={(value) => set(parameter.name, value)}
        />
      ))}
      {error !== null && (
        <p class="parameter-error" role="alert">
          {error}
        </p>
      )}
      {changed && (
        <button type="button" class="link-button parameter-reset" onClick={() => onChange({})}>
          {parameters.length === 1 ? "Default" : "Defaults"}
          <span class="visually-hidden"> of {of}</span>
        </button>
      )}
    </fieldset>
  );
}

interface RowProps {
  of: string;
  parameter: ActivationParameter;
  value: number | boolean;
  onChange: (value: number | boolean) => void;
}

function ParameterRow({ of, parameter, value, onChange }: RowProps) {
  const id = useId();
  if (typeof value === "boolean") {
    return (
      <div class="parameter">
        <label class="parameter-switch">
          <input type="checkbox" checked={value} onChange={(event) => onChange(event.currentTarget.checked)} />
          <code>{parameter.name}</code>
        </label>
        <p>{parameter.description}</p>
      </div>
    );
  }
  const { minimum, maximum, step } = sliderRange(parameter);
  return (
    <div class="parameter">
      <label for={id}>
        <code>{parameter.name}</code>
      </label>
      <input
        id={id}
        type="range"
        min={minimum}
        max={maximum}
        step={step}
        value={value}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <NumberField
        label={`${of}, value of ${parameter.name}`}
        value={value}
        step={step}
        read={(text) => readParameter(parameter, text)}
        onChange={onChange}
      />
      <p>{parameter.description}</p>
    </div>
  );
}

function readParameter({ type, minimum, maximum }: ActivationParameter, text: string): Reading {
  const reading = readTyped(text, false);
  if ("expected" in reading) return reading;
  if (type === "integer" && !Number.isInteger(reading.value)) return { expected: "a whole number" };
  if (minimum !== null && reading.value < minimum) return { expected: `at least ${minimum}` };
  if (maximum !== null && reading.value > maximum) return { expected: `at most ${maximum}` };
  return reading;
}
