import { readTyped } from "../views/inputs";
import { NumberField } from "../views/NumberField";
import { RANGE, STEPS_PER_UNIT } from "./requests";

/** The shared x: it moves the point on every plot. It stays on screen while the page scrolls. */
export function Toolbar({ x, onChange }: { x: number; onChange: (x: number) => void }) {
  return (
    <div class="x-bar">
      <label class="x-name" for="x-slider">
        x
      </label>
      <input
        id="x-slider"
        type="range"
        min={RANGE.start}
        max={RANGE.stop}
        step={1 / STEPS_PER_UNIT}
        value={x}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />
      <NumberField
        label="Value of x"
        value={x}
        step={1 / STEPS_PER_UNIT}
        read={(text) => readTyped(text, false)}
        onChange={onChange}
      />
    </div>
  );
}

/** The position of the slider that is nearest to a place on a plot. */
export function snap(x: number): number {
  return Math.round(x * STEPS_PER_UNIT) / STEPS_PER_UNIT;
}
