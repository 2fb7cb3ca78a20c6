/** The layers of a network as the builder lists them: each with what the document says of it. */

import type { LayerDocument, NetworkDocument, ParameterEdit, Summary, SummaryLayer } from "../../wire";

/** Where a layer stands in a `repeat` of the document. */
export interface RepeatPlace {
  /** Which entry of the document's layers. */
  entry: number;
  rounds: number;
  /** From 0. */
  round: number;
  /** Its place in a round, from 0, and how many layers a round has. */
  position: number;
  length: number;
}

export interface LayerRow extends SummaryLayer {
  /** The arguments that the document gives; the others are the kind's defaults. */
  given: Readonly<Record<string, unknown>>;
  readers: readonly string[];
  repeat: RepeatPlace | null;
}

/** Fields of a layer's entry that are not arguments of its kind. */
const NOT_ARGUMENTS = new Set(["name", "kind", "inputs", "parameters", "repeat", "layers"]);

function writtenOut(entry: LayerDocument): LayerDocument[] {
  const inner = entry.layers === undefined ? [entry] : entry.layers.flatMap(writtenOut);
  return Array.from({ length: entry.repeat ?? 1 }, () => inner).flat();
}

interface Placed {
  entry: LayerDocument;
  repeat: RepeatPlace | null;
}

function* expanded(entries: readonly LayerDocument[]): Generator<Placed> {
  for (const [at, entry] of entries.entries()) {
    if (entry.repeat === undefined) yield { entry, repeat: null };
    else {
      const { repeat: rounds } = entry;
      const round = writtenOut({ ...entry, repeat: 1 });
      for (let number = 0; number < rounds; number += 1) {
        for (const [position, inner] of round.entries()) {
          yield { entry: inner, repeat: { entry: at, rounds, round: number, position, length: round.length } };
        }
      }
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
    const { entry, repeat }: Placed = entries.next().value ?? { entry: {}, repeat: null };
    const given = Object.fromEntries(Object.entries(entry).filter(([key]) => !NOT_ARGUMENTS.has(key)));
    return { ...layer, given, readers: readers.get(layer.name) ?? [], repeat };
  });
}

/**
 * The repeat that a layer is a part of, as long as its rounds are alike; null where it is in none, or where weights
 * of one round were changed: then the layer can only be changed alone.
 */
export function repeatOf(
  document: NetworkDocument,
  edits: readonly ParameterEdit[],
  summary: Summary,
  name: string,
): RepeatPlace | null {
  const places = new Map<string, RepeatPlace>();
  const entries = expanded(document.layers);
  for (const layer of summary.layers.slice(1)) {
    const { repeat }: Placed = entries.next().value ?? { entry: {}, repeat: null };
    if (repeat !== null) places.set(layer.name, repeat);
  }
  const own = places.get(name) ?? null;
  return edits.some(({ layer }) => places.get(layer)?.entry === own?.entry) ? null : own;
}

/** What the list shows in one place: a layer, or a repeat by one of its rounds. */
export type ListItem =
  | { readonly type: "layer"; readonly row: LayerRow }
  | {
      readonly type: "repeat";
      readonly place: RepeatPlace;
      /** The layers of the round that is shown. */
      readonly rows: readonly LayerRow[];
      readonly first: string;
      readonly last: string;
    };

/** The list: of a repeat the round that the chosen layer is in, else its first. */
export function listItems(rows: readonly LayerRow[], chosen: string | null): ListItem[] {
  const items: ListItem[] = [];
  const wanted = rows.find((row) => row.name === chosen)?.repeat ?? null;
  for (let at = 0; at < rows.length; ) {
    const row = rows[at];
    if (row === undefined) break;
    const { repeat: place } = row;
    if (place === null) {
      items.push({ type: "layer", row });
      at += 1;
      continue;
    }
    const round = wanted?.entry === place.entry ? wanted.round : 0;
    const start = at + round * place.length;
    const count = place.length * place.rounds;
    items.push({
      type: "repeat",
      place,
      rows: rows.slice(start, start + place.length),
      first: row.name,
      last: rows[at + count - 1]?.name ?? row.name,
    });
    at += count;
  }
  return items;
}

/** Behind which layer a row stands when it goes one place up or down; null where it cannot. */
export function moveTarget(rows: readonly LayerRow[], row: LayerRow, direction: "up" | "down"): string | null {
  if (row.inputs.length !== 1) return null;
  if (direction === "down") return row.readers[0] ?? null;
  const source = rows.find((one) => one.name === row.inputs[0]);
  return source?.inputs[0] ?? null;
}
