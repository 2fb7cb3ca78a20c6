import { useId, useRef } from "preact/hooks";
import type { Range, Reading } from "./inputs";
import { roundToStep } from "./inputs";
import { NumberField } from "./NumberField";

interface Props {
  name: string;
  value: number;
  range: Range;
  read: (text: string) => Reading;
  onChange: (value: number) => void;
  /** Takes a block of several numbers that was pasted into the field. */
  onPasteBlock: (text: string) => boolean;
}

/** Pixels that a drag must go before it counts as one. */
const DRAG_FROM = 3;

/** One feature of the input: its name (drag it), a field to type in, a slider. */
export function FeatureRow({ name, value, range, read, onChange, onPasteBlock }: Props) {
  const label = useId();
  const drag = useRef<{ x: number; value: number; moved: boolean } | null>(null);
  const clamp = (next: number) => Math.min(range.maximum, Math.max(range.minimum, roundToStep(next, range.step)));

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    drag.current = { x: event.clientX, value, moved: false };
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const from = drag.current;
    if (from === null) return;
    const distance = event.clientX - from.x;
    if (!from.moved && Math.abs(distance) < DRAG_FROM) return;
    from.moved = true;
    // Two pixels a step: a hand's width covers the range, and single steps can still be met.
    onChange(clamp(from.value + Math.round(distance / 2) * range.step));
  };
  const onPointerEnd = () => {
    drag.current = null;
  };

  const share = (x: number) =>
    `${(100 * (Math.min(range.maximum, Math.max(range.minimum, x)) - range.minimum)) / (range.maximum - range.minimum || 1)}%`;
  const [from, to] = value < 0 ? [value, 0] : [0, value];

  return (
    <li class="feature">
      <span
        id={label}
        class="feature-name"
        title={`${name}: drag sideways to change it`}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
      >
        {name}
      </span>
      <NumberField
        label={name}
        labelledBy={label}
        value={value}
        step={range.step}
        read={read}
        onChange={onChange}
        onPasteBlock={onPasteBlock}
      />
      <input
        type="range"
        class={value < 0 ? "slider negative" : "slider"}
        aria-label={`${name}, slider`}
        min={range.minimum}
        max={range.maximum}
        step={range.step}
        value={clamp(value)}
        style={{ "--from": share(from), "--to": share(to), "--zero-at": share(0) }}
        onInput={(event) => onChange(roundToStep(event.currentTarget.valueAsNumber, range.step))}
      />
    </li>
  );
}
