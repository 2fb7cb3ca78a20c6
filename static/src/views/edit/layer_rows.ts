/** The layers of a network as the builder lists them: each with what the document says of it. */

import type { LayerDocument, NetworkDocument, Summary, SummaryLayer } from "../../wire";

export interface LayerRow extends SummaryLayer {
  /** The arguments that the document gives; the others are the kind's defaults. */
  given: Readonly<Record<string, unknown>>;
  readers: readonly string[];
}

/** Fields of a layer's entry that are not arguments of its kind. */
const NOT_ARGUMENTS = new Set(["name", "kind", "inputs", "parameters", "repeat", "layers"]);

function* expanded(entries: readonly LayerDocument[]): Generator<LayerDocument> {
  for (const entry of entries) {
    const rounds = entry.repeat ?? 1;
    for (let round = 0; round < rounds; round += 1) {
      if (entry.layers === undefined) yield entry;
      else yield* expanded(entry.layers);
    }
  }
}

/** All layers but the input, in order. The summary and the written-out document go side by side. */
export function layerRows(document: NetworkDocument, summary: Summary): LayerRow[] {
  const readers = new Map<string, string[]>();
  for (const layer of summary.layers) {
    for (const source of layer.inputs) readers.set(source, [...(readers.get(source) ?? []), layer.name]);
  }
  const entries = expanded(document.layers);
  return summary.layers.slice(1).map((layer) => {
    const entry = entries.next().value ?? {};
    const given = Object.fromEntries(Object.entries(entry).filter(([key]) => !NOT_ARGUMENTS.has(key)));
    return { ...layer, given, readers: readers.get(layer.name) ?? [] };
  });
}

/** Behind which layer a row stands when it goes one place up or down; null where it cannot. */
export function moveTarget(rows: readonly LayerRow[], row: LayerRow, direction: "up" | "down"): string | null {
  if (row.inputs.length !== 1) return null;
  if (direction === "down") return row.readers[0] ?? null;
  const source = rows.find((one) => one.name === row.inputs[0]);
  return source?.inputs[0] ?? null;
}
