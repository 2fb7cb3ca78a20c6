import { useId } from "preact/hooks";
import type { ActivationDocument, ActivationInfo, ActivationParameters } from "../../wire";
import { useStudioState } from "../context";
import { readTyped } from "../inputs";
import { NumberField } from "../NumberField";

interface Props {
  label: string;
  /** A name or alias. */
  name: string;
  parameters: ActivationParameters;
  onChange: (activation: ActivationDocument) => void;
  invalid?: boolean;
  describedBy?: string | undefined;
}

/** An activation as a document writes it: the name alone where every parameter is at its default. */
export function activationDocument(info: ActivationInfo | undefined, name: string, parameters: ActivationParameters) {
  const own = Object.entries(parameters).filter(
    ([key, value]) => !Object.is(info?.parameters.find((one) => one.name === key)?.default, value),
  );
  return own.length === 0 ? name : { name, ...Object.fromEntries(own) };
}

/** Name and parameters of an activation that a document holds. */
export function readActivation(value: unknown): { name: string; parameters: ActivationParameters } {
  if (typeof value === "string") return { name: value, parameters: {} };
  if (typeof value !== "object" || value === null) return { name: "linear", parameters: {} };
  const { name, ...parameters } = value as { name?: string } & ActivationParameters;
  return { name: String(name ?? "linear"), parameters: parameters as ActivationParameters };
}

/** Choosing an activation and its parameters. */
export function ActivationForm({ label, name, parameters, onChange, invalid = false, describedBy }: Props) {
  const activations = useStudioState((state) => state.activations);
  const id = useId();
  const info = activations.get(name);
  const names = [...new Set([...activations.values()].map((one) => one.name))];
  const chosen = info?.name ?? name;
  return (
    <div class="activation-form">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={chosen}
        aria-invalid={invalid}
        aria-describedby={describedBy}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {!names.includes(chosen) && <option value={chosen}>{chosen}</option>}
        {names.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      {info?.parameters.map((parameter) => {
        const value = parameters[parameter.name] ?? parameter.default;
        const put = (next: number | boolean) =>
          onChange(activationDocument(info, info.name, { ...parameters, [parameter.name]: next }));
        return (
          <div class="activation-parameter" key={`${info.name} ${parameter.name}`}>
            <span id={`${id}-${parameter.name}`} title={parameter.description}>
              {parameter.name}
            </span>
            {typeof value === "boolean" ? (
              <input
                type="checkbox"
                aria-labelledby={`${id}-${parameter.name}`}
                checked={value}
                onChange={(event) => put(event.currentTarget.checked)}
              />
            ) : (
              <NumberField
                label={parameter.name}
                labelledBy={`${id}-${parameter.name}`}
                value={value}
                step={parameter.type === "integer" ? 1 : 0.01}
                read={(text) => {
                  const reading = readTyped(text, false);
                  if ("expected" in reading) return reading;
                  const { minimum, maximum } = parameter;
                  if (parameter.type === "integer" && !Number.isInteger(reading.value))
                    return { expected: "a whole number" };
                  if (minimum !== null && reading.value < minimum) return { expected: `${minimum} or more` };
                  if (maximum !== null && reading.value > maximum) return { expected: `${maximum} or less` };
                  return reading;
                }}
                onChange={put}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}
