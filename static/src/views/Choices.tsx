export interface Choice<Value extends string> {
  value: Value;
  text: string;
  title: string;
}

/** Two or three words of which one is chosen. */
export function Choices<Value extends string>(props: {
  label: string;
  chosen: Value;
  choices: readonly Choice<Value>[];
  onChange: (value: Value) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar.
    <div class="segments small" role="group" aria-label={props.label}>
      {props.choices.map(({ value, text, title }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.chosen}
          title={title}
          onClick={() => props.onChange(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
