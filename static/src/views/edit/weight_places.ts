/** Where the numbers of an explanation stand among the parameters of its layer. */

import { type ParameterPlace, placeName } from "../../actions_edit";
import type { Explanation, NodeReference, ParameterEdit } from "../../wire";

/** Kinds whose terms are kernel[feature, unit] and whose bias is bias[unit]. In the others a weight is used at several
 * places, or made of several parameters: those are edited in the table of all weights. */
const PLAIN = new Set(["Dense"]);
/** Kinds whose weights are kernel[place in the window, input map of the group, output map]; a bias is bias[output map]. */
const SLIDING = new Set(["Conv1D", "Conv2D"]);
/** Kinds with one bias for each map of the output. */
const BIASED = new Set([...PLAIN, ...SLIDING, "Conv2DTranspose", "DepthwiseConv2D", "SeparableConv2D"]);

type Place = Pick<Explanation, "layer" | "kind" | "index">;

/** The parameter value that multiplies `source`; null where there is no single one. */
export function weightPlace({ layer, kind, index }: Place, source: NodeReference): ParameterPlace | null {
  const feature = source.index.at(-1);
  const unit = index.at(-1);
  if (!PLAIN.has(kind) || feature === undefined || unit === undefined) return null;
  return { layer, parameter: "kernel", index: [feature, unit] };
}

export function biasPlace({ layer, kind, index }: Place): ParameterPlace | null {
  const unit = index.at(-1);
  return BIASED.has(kind) && unit !== undefined ? { layer, parameter: "bias", index: [unit] } : null;
}

/** The parameter value in a cell of a kernel: at `row` and `column` of the window, in the group's input map `map`. */
export function kernelPlace(
  { layer, kind, index }: Place,
  row: number,
  column: number,
  map: number,
): ParameterPlace | null {
  const filter = index.at(-1);
  if (!SLIDING.has(kind) || filter === undefined) return null;
  return { layer, parameter: "kernel", index: kind === "Conv1D" ? [column, map, filter] : [row, column, map, filter] };
}

/** What an arrow key adds to one of these weights: a hundredth of the power of ten above the largest. */
export function weightStep(weights: readonly number[]): number {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  if (!Number.isFinite(largest) || largest === 0) return 0.01;
  return 10 ** (Math.ceil(Math.log10(largest)) - 2);
}

const byPlace = new WeakMap<readonly ParameterEdit[], ReadonlyMap<string, number>>();

/** The value that stands in place of the document's, if one does. The list is looked through once, however many ask. */
export function editedValue(edits: readonly ParameterEdit[], name: string): number | undefined {
  let values = byPlace.get(edits);
  if (values === undefined) {
    values = new Map(edits.map((edit) => [placeName(edit), edit.value]));
    byPlace.set(edits, values);
  }
  return values.get(name);
}
