import { useId, useRef, useState } from "preact/hooks";
import { type Reading, roundToStep } from "./inputs";

interface Props {
  label: string;
  value: number;
  /** What one press of an arrow key adds. */
  step: number;
  read: (text: string) => Reading;
  onChange: (value: number) => void;
  /** Joined by the field: the element that says what the field is about. */
  labelledBy?: string;
}

/** A number to type. What was typed stays as it is, also when it is no number; then the field says what it expects. */
export function NumberField({ label, value, step, read, onChange, labelledBy }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const emitted = useRef(value);
  const hint = useId();

  // The value came from elsewhere (slider, reset): the old draft is about something else.
  if (draft !== null && !Object.is(emitted.current, value)) {
    emitted.current = value;
    setDraft(null);
  }

  const reading = draft === null ? { value } : read(draft);
  const expected = "expected" in reading ? reading.expected : null;

  const emit = (next: number) => {
    emitted.current = next;
    onChange(next);
  };
  const type = (text: string) => {
    emitted.current = value;
    setDraft(text);
    const typed = read(text);
    if ("value" in typed) emit(typed.value);
  };
  const nudge = (amount: number) => {
    const next = roundToStep(value + amount, step);
    if ("value" in read(String(next))) {
      setDraft(null);
      emit(next);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const size = step * (event.shiftKey ? 10 : 1);
    if (event.key === "ArrowUp") nudge(size);
    else if (event.key === "ArrowDown") nudge(-size);
    else if (event.key === "Escape" && draft !== null) setDraft(null);
    else return;
    event.preventDefault();
  };

  return (
    <span class="number-field">
      <input
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellcheck={false}
        {...(labelledBy === undefined ? { "aria-label": label } : { "aria-labelledby": labelledBy })}
        aria-invalid={expected !== null}
        aria-describedby={expected === null ? undefined : hint}
        value={draft ?? String(value)}
        onInput={(event) => type(event.currentTarget.value)}
        onBlur={() => {
          if (expected === null) setDraft(null);
        }}
        onKeyDown={onKeyDown}
      />
      {expected !== null && (
        <span class="field-hint" id={hint} role="alert">
          Expected {expected}.
        </span>
      )}
    </span>
  );
}
