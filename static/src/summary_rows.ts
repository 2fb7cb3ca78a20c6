/** The rows of a summary, with runs of layers that say the same folded into one row each. Pure. */

import { formatCount } from "./format";
import type { Summary, SummaryLayer, SummaryRepeat } from "./wire";

export type SummaryRow =
  | { readonly type: "layer"; readonly layer: SummaryLayer; readonly position: number; readonly repeated: boolean }
  | { readonly type: "fold"; readonly repeat: SummaryRepeat; readonly open: boolean };

/** Kinds of a repeated block that are written out; of more only the first, so that the counts stay in view. */
const KINDS_LISTED = 3;

/** Summaries of fewer layers are shown as they are. */
export const FOLDED_FROM = 16;

/** The rows to show; `open` are the runs, by their first layer, that a person unfolded. */
export function summaryRows({ layers, repeats = [] }: Summary, open: ReadonlySet<number>): SummaryRow[] {
  const folds = new Map(layers.length < FOLDED_FROM ? [] : repeats.map((repeat) => [repeat.first, repeat]));
  const rows: SummaryRow[] = [];
  let unfolded = 0;
  for (let position = 0; position < layers.length; position += 1) {
    const repeat = folds.get(position);
    if (repeat !== undefined) {
      const isOpen = open.has(position);
      const length = repeat.layers * repeat.times;
      rows.push({ type: "fold", repeat, open: isOpen });
      if (isOpen) unfolded = position + length;
      else {
        position += length - 1;
        continue;
      }
    }
    const layer = layers[position];
    if (layer !== undefined) rows.push({ type: "layer", layer, position, repeated: position < unfolded });
  }
  return rows;
}

/** What stands in a row for a run of layers, all taken from the layers of its first and last block. */
export function describeFold(layers: readonly SummaryLayer[], { first, layers: length, times }: SummaryRepeat) {
  const block = layers.slice(first, first + length);
  const last = layers[first + length * times - 1];
  const kinds = block.map((layer) => layer.kind);
  const listed = kinds.length > KINDS_LISTED ? [`${kinds[0]} + ${formatCount(kinds.length - 1)} more`] : kinds;
  return {
    names: `${block[0]?.name ?? ""} … ${last?.name ?? ""}`,
    kinds: kinds.length === 1 ? (kinds[0] ?? "") : `(${listed.join(", ")})`,
    allKinds: kinds.join(", "),
    inputs: block[0]?.inputs ?? [],
    shape: last?.output_shape ?? [],
  };
}

/** The place of the run that a layer is folded into; null where it has a row of its own. */
export function foldOf(summary: Summary, name: string): number | null {
  const position = summary.layers.findIndex((layer) => layer.name === name);
  const run = summary.repeats?.find(
    ({ first, layers, times }) => position >= first && position < first + layers * times,
  );
  return run === undefined || summary.layers.length < FOLDED_FROM ? null : run.first;
}
