import { roundToStep } from "../views/inputs";
import type { ActivationParameter } from "../wire";

/** Bounds beyond this only keep out nonsense; a slider over them would jump from one absurd value to the next. */
const WIDEST = 100;

/** A slider needs ends even where the function has none; any other allowed value can be typed. */
export function sliderRange({ type, default: original, minimum, maximum }: ActivationParameter) {
  const step = type === "integer" ? 1 : 0.01;
  const reach = Math.max(1, 2 * Math.abs(Number(original)));
  const low = minimum === null || minimum < -WIDEST ? -reach : roundToStep(Math.ceil(minimum / step) * step, step);
  const high = maximum === null || maximum > WIDEST ? reach : maximum;
  return { minimum: low, maximum: Math.max(low + step, high), step };
}
