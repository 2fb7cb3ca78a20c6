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
  /** How the value is written while nobody types; else in full. */
  display?: (value: number) => string;
  /** Where the text of a block that was pasted goes, if it is more than one number. */
  onPasteBlock?: (text: string) => boolean;
  /** Dragging the field sideways changes the value, unless it is being typed in. */
  scrub?: boolean;
}

/** Pixels that a drag must go before it counts as one, and pixels for each step of it. */
const DRAG_FROM = 3;
const DRAG_STEP = 2;

/** A number to type. What was typed stays as it is, also when it is no number; then the field says what it expects. */
export function NumberField({
  label,
  value,
  step,
  read,
  onChange,
  labelledBy,
  display,
  onPasteBlock,
  scrub = false,
}: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const [focused, setFocused] = useState(false);
  const drag = useRef<{ x: number; value: number; moved: boolean } | null>(null);
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
    const next = roundToStep(value + amount, Math.min(step, Math.abs(amount)));
    if ("value" in read(String(next))) {
      setDraft(null);
      emit(next);
    }
  };
  const whole = "expected" in read(String(0.5));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey) return;
    const size = step * (event.shiftKey ? 10 : event.altKey && !whole ? 0.1 : 1);
    if (event.key === "ArrowUp") nudge(size);
    else if (event.key === "ArrowDown") nudge(-size);
    else if (event.key === "Escape" && draft !== null) setDraft(null);
    else return;
    event.preventDefault();
  };

  const onPointerDown = (event: PointerEvent) => {
    const field = event.currentTarget as HTMLInputElement;
    if (!scrub || event.button !== 0 || document.activeElement === field) return;
    drag.current = { x: event.clientX, value, moved: false };
    field.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const from = drag.current;
    if (from === null) return;
    const distance = event.clientX - from.x;
    if (!from.moved && Math.abs(distance) < DRAG_FROM) return;
    from.moved = true;
    const size = step * (event.shiftKey ? 10 : event.altKey && !whole ? 0.1 : 1);
    const next = roundToStep(from.value + Math.round(distance / DRAG_STEP) * size, Math.min(step, size));
    if (!("value" in read(String(next)))) return;
    setDraft(null);
    emit(next);
  };
  const onPointerUp = (event: PointerEvent) => {
    const from = drag.current;
    drag.current = null;
    if (from === null || from.moved) return;
    const field = event.currentTarget as HTMLInputElement;
    field.focus();
    field.select();
  };

  return (
    <span class="number-field">
      <input
        class={scrub ? "scrub" : undefined}
        type="text"
        inputMode="decimal"
        autoComplete="off"
        spellcheck={false}
        {...(labelledBy === undefined ? { "aria-label": label } : { "aria-labelledby": labelledBy })}
        aria-invalid={expected !== null}
        aria-describedby={expected === null ? undefined : hint}
        value={draft ?? (focused || display === undefined ? String(value) : display(value))}
        onInput={(event) => type(event.currentTarget.value)}
        onFocus={(event) => {
          setFocused(true);
          if (display === undefined || draft !== null) return;
          // At once, for the selection would not outlive a later change of the text.
          event.currentTarget.value = String(value);
          event.currentTarget.select();
        }}
        onBlur={() => {
          setFocused(false);
          if (expected === null) setDraft(null);
        }}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          if (onPasteBlock?.(event.clipboardData?.getData("text") ?? "")) event.preventDefault();
        }}
        onPointerDown={onPointerDown}
        onMouseDown={(event) => {
          // The browser would focus the field and select text in it; a click does that above, when no drag came of it.
          if (drag.current !== null) event.preventDefault();
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          drag.current = null;
        }}
      />
      {expected !== null && (
        <span class="field-hint" id={hint} role="alert">
          Expected {expected}.
        </span>
      )}
    </span>
  );
}
