/** Plain words for derivatives. Every number in them came from the server. */

import { formatValue, nodeName } from "../../format";
import { flatIndex } from "../../layout";
import type { Answer, Derivative } from "../../store";
import type { NodeReference } from "../../wire";

/** What the derivative of the target by one node says; empty while it is awaited. */
export function derivativeSentence(answer: Answer, derivative: Derivative | null, node: NodeReference): string {
  const layer = answer.byName.get(node.layer);
  const gradients = derivative?.layers.get(node.layer);
  if (derivative === null || gradients === undefined || layer === undefined) return "";
  const target = nodeName(derivative.target);
  const name = nodeName(node);
  if (gradients.output === null) return "holds a whole number: no derivative by it";
  const value = gradients.output[flatIndex(layer.shape, node.index)];
  if (value === undefined) return "";
  const shown = `∂ ${target} / ∂ ${name} = ${formatValue(value)}`;
  if (target === name) return `${shown}: the target itself`;
  if (value === 0) return `${shown}: a small change of it does not reach ${target}`;
  if (!Number.isFinite(value)) return shown;
  const moves = value > 0 ? "goes up with it" : "goes down as it goes up";
  return `${shown}: ${target} ${moves}, ${formatValue(Math.abs(value))} times as fast`;
}

/** What limits the gradients on screen, in words: pins, whole numbers. */
export function gradientNotes(answer: Answer, derivative: Derivative | null): string[] {
  const notes: string[] = [];
  const pins = answer.edit.overrides.map(nodeName);
  if (pins.length > 0) {
    const names = pins.length > 3 ? `${pins.slice(0, 3).join(", ")} and ${pins.length - 3} more` : pins.join(", ");
    const plural = pins.length === 1 ? "A pinned node stops" : "Pinned nodes stop";
    notes.push(`${plural} the gradient: nothing flows back through ${names}.`);
  }
  const input = derivative?.layers.get("input");
  if (input !== undefined && input.output === null) {
    notes.push("The input holds whole numbers: there is no derivative by it.");
  }
  return notes;
}
