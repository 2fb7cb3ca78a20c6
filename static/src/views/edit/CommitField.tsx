import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "../Icon";
import type { Read } from "./argument_fields";

interface Props<Value> {
  label: string;
  labelledBy?: string;
  /** What stands there now, as it would be typed. */
  text: string;
  read: (text: string) => Read<Value>;
  /** Called with Enter, on leaving the field, and with each step. */
  onCommit: (value: Value) => void;
  /** Buttons and arrow keys that add or take off this much; none for what is no number. */
  step?: number;
  numeric?: boolean;
  /** What the server found wrong with the value. */
  problem?: string | null;
}

/** A field whose value counts once it is complete: half a number of units would already cost weights. */
export function CommitField<Value>(props: Props<Value>) {
  const { label, labelledBy, text, read, onCommit, step, numeric = step !== undefined, problem = null } = props;
  const [draft, setDraft] = useState<{ about: string; text: string } | null>(null);
  const committed = useRef("");
  const hint = useId();
  // A draft is about the value that it was to replace; when another one comes, it is about something else.
  const typed = draft !== null && draft.about === text ? draft.text : null;
  const reading = typed === null ? null : read(typed);
  const message = reading !== null && "expected" in reading ? `Expected ${reading.expected}.` : problem;

  const commit = (next: string) => {
    const wanted = read(next);
    if ("expected" in wanted) return;
    if (next === text) setDraft(null);
    // Enter and leaving the field after it are one wish, also when it was refused.
    else if (committed.current !== `${text}\n${next}`) {
      committed.current = `${text}\n${next}`;
      onCommit(wanted.value);
    }
  };
  const nudge = (by: number) => {
    const now = read(typed ?? text);
    if (!("value" in now) || typeof now.value !== "number") return;
    const next = String(Number((now.value + by).toPrecision(12)));
    if ("expected" in read(next)) return;
    setDraft({ about: text, text: next });
    commit(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const size = (step ?? 0) * (event.shiftKey ? 10 : 1);
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") commit(typed ?? text);
    else if (event.key === "Escape" && typed !== null) setDraft(null);
    else if (event.key === "ArrowUp" && step !== undefined) nudge(size);
    else if (event.key === "ArrowDown" && step !== undefined) nudge(-size);
    else return;
    event.preventDefault();
  };
  const canStep = (by: number) => {
    const now = read(typed ?? text);
    return "value" in now && typeof now.value === "number" && "value" in read(String(now.value + by));
  };

  const field = (
    <input
      type="text"
      {...(labelledBy === undefined ? { "aria-label": label } : { "aria-labelledby": labelledBy })}
      inputMode={numeric ? "decimal" : "text"}
      autoComplete="off"
      autoCapitalize="off"
      spellcheck={false}
      class={numeric ? "number" : undefined}
      data-own-undo={typed === null ? undefined : ""}
      aria-invalid={message !== null}
      aria-describedby={message === null ? undefined : hint}
      value={typed ?? text}
      onInput={(event) => setDraft({ about: text, text: event.currentTarget.value })}
      onBlur={() => {
        if (typed !== null) commit(typed);
      }}
      onKeyDown={onKeyDown}
    />
  );
  return (
    <span class={step === undefined ? "commit-field" : "commit-field stepper"}>
      {step !== undefined && (
        <button
          type="button"
          class="button icon small"
          aria-label={`${label}: ${step} less`}
          aria-disabled={!canStep(-step)}
          onClick={() => nudge(-step)}
        >
          <Icon name="minus" />
        </button>
      )}
      {field}
      {step !== undefined && (
        <button
          type="button"
          class="button icon small"
          aria-label={`${label}: ${step} more`}
          aria-disabled={!canStep(step)}
          onClick={() => nudge(step)}
        >
          <Icon name="plus" />
        </button>
      )}
      {message !== null && (
        <span class="field-hint" id={hint} role="alert">
          {message}
        </span>
      )}
    </span>
  );
}
