/** The window of an explanation as the graph draws it: a change of form, no arithmetic. */

import { type GraphField, type GraphWindow, sameNode } from "../../graph_types";
import type { Field } from "../../images";
import { flatIndex } from "../../layout";
import type { Answer } from "../../store";
import { rowsAndColumns, spanOf, windowGrids } from "../../windows";
import type { Explanation, NodeReference } from "../../wire";

/** Null where a node looks at no window. */
export function graphWindow(answer: Answer, explanation: Explanation | undefined): GraphWindow | null {
  const target = explanation === undefined ? undefined : answer.byName.get(explanation.layer);
  if (explanation?.window === undefined || target === undefined) return null;
  const window = rowsAndColumns(explanation.window);
  const span = spanOf(window);
  const grids = windowGrids(explanation);
  const weighted = explanation.operation === "weighted_sum" && (explanation.channels?.length ?? 0) > 0;
  const channels = grids.map(({ channel, sum, cells }) => ({
    channel,
    sum: weighted ? sum : null,
    weights: weighted ? Float64Array.from(cells, ({ term }) => term?.weight ?? Number.NaN) : null,
  }));
  const limit = channels.reduce(
    (most, { weights }) =>
      (weights ?? new Float64Array()).reduce((so, one) => (Math.abs(one) > so ? Math.abs(one) : so), most),
    0,
  );
  return {
    layer: explanation.layer,
    flat: flatIndex(target.shape, explanation.index),
    source: explanation.window.layer,
    row: window.start[0],
    column: window.start[1],
    spanRows: span.rows,
    spanColumns: span.columns,
    sequence: answer.byName.get(explanation.window.layer)?.shape.length === 2,
    rows: window.size[0],
    columns: window.size[1],
    limit,
    channels,
  };
}

/** The part of the input that the selected node depends on; null where that is all of it, or not known. */
export function graphField(answer: Answer, seen: Field | null, selected: NodeReference | null): GraphField | null {
  const input = answer.layers[0];
  if (seen === null || input === undefined || !sameNode(seen.node, selected)) return null;
  if (seen.edit.document !== answer.edit.document || seen.node.layer === "input") return null;
  const [top = 0, left = 0] = seen.start;
  const [bottom = 1, right = 1] = seen.stop;
  const [rows = 1, columns = 1] = input.shape;
  if (input.shape.length < 2 || (bottom - top >= rows && right - left >= columns)) return null;
  return { layer: "input", start: [top, left], stop: [bottom, right] };
}
