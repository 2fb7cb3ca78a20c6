import { useId } from "preact/hooks";
import type { LayerKind } from "../../wire";
import { ActivationForm, readActivation } from "./ActivationForm";
import {
  argumentTitle,
  choiceName,
  choices,
  fieldKind,
  isOptional,
  isWhole,
  readListText,
  readNumberText,
  textOf,
} from "./argument_fields";
import { CommitField } from "./CommitField";

interface Props {
  kind: LayerKind;
  /** The arguments that are given; the schema has the defaults of the others. */
  values: Readonly<Record<string, unknown>>;
  onChange: (name: string, value: unknown) => void;
  /** What the server found wrong, by argument. */
  problems: Readonly<Record<string, string>>;
}

function Field({ kind, values, onChange, problems, name }: Props & { name: string }) {
  const id = useId();
  const hint = useId();
  const schema = kind.arguments.properties[name];
  if (schema === undefined) return null;
  const value = values[name] ?? schema.default ?? null;
  const problem = problems[name] ?? null;
  const title = argumentTitle(name);
  const note = problem !== null && (
    <p class="field-problem" id={hint} role="alert">
      {problem}
    </p>
  );
  const described = problem === null ? undefined : hint;

  switch (fieldKind(name, schema)) {
    case "activation": {
      const activation = readActivation(value);
      return (
        <div class="argument wide">
          <ActivationForm
            label={title}
            {...activation}
            invalid={problem !== null}
            describedBy={described}
            onChange={(next) => onChange(name, next)}
          />
          {note}
        </div>
      );
    }
    case "boolean":
      return (
        <div class="argument check" title={schema.description}>
          <input
            id={id}
            type="checkbox"
            checked={value === true}
            aria-invalid={problem !== null}
            aria-describedby={described}
            onChange={(event) => onChange(name, event.currentTarget.checked)}
          />
          <label for={id}>{title}</label>
          {note}
        </div>
      );
    case "choice": {
      const chosen = choiceName(value);
      const names = choices(schema);
      return (
        <div class="argument" title={schema.description}>
          <label for={id}>{title}</label>
          <select
            id={id}
            value={chosen}
            aria-invalid={problem !== null}
            aria-describedby={described}
            onChange={(event) => onChange(name, event.currentTarget.value)}
          >
            {!names.includes(chosen) && <option value={chosen}>{chosen}</option>}
            {names.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
          {note}
        </div>
      );
    }
    case "list":
      return (
        <div class="argument" title={schema.description}>
          <span id={id}>{title}</span>
          <CommitField
            label={title}
            labelledBy={id}
            text={textOf(value)}
            read={(text) => readListText(text, schema)}
            onCommit={(next) => onChange(name, next)}
            numeric
            problem={problem}
          />
        </div>
      );
    default:
      return (
        <div class="argument" title={schema.description}>
          <span id={id}>{title}</span>
          <CommitField
            label={title}
            labelledBy={id}
            text={textOf(value)}
            read={(text) => readNumberText(text, schema)}
            onCommit={(next) => onChange(name, next)}
            {...(isWhole(schema) && !isOptional(schema) ? { step: 1 } : {})}
            numeric
            problem={problem}
          />
        </div>
      );
  }
}

/** The arguments of a layer, made from what the server says of its kind: those that must be given first. */
export function ArgumentForm(props: Props) {
  const { properties, required } = props.kind.arguments;
  const names = Object.keys(properties);
  const first = names.filter((name) => required.includes(name) || name === "activation");
  const rest = names.filter((name) => !first.includes(name));
  const wrong = rest.some((name) => props.problems[name] !== undefined);
  return (
    <div class="arguments">
      {first.map((name) => (
        <Field key={name} {...props} name={name} />
      ))}
      {rest.length > 0 && (
        <details class="explain more" open={wrong || undefined}>
          <summary>More arguments</summary>
          {rest.map((name) => (
            <Field key={name} {...props} name={name} />
          ))}
        </details>
      )}
    </div>
  );
}
