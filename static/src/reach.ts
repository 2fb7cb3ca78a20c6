/** Finding a node by what a person types: completion of names and indexes, and reading the name of a place. Pure. */

import { formatShape, nodeName, parseNodeName } from "./format";
import type { NodeReference } from "./wire";

/** What is known of a layer without its values. */
export interface NamedLayer {
  readonly name: string;
  readonly kind: string;
  readonly activation: string | null;
  readonly shape: readonly number[];
  /** What people call its nodes, such as the names of inputs and classes; empty where they have none. */
  readonly labels: readonly string[];
}

/** What values can be looked for. */
export type Sought = "largest" | "smallest" | "non_finite" | "dead";

export const JUMPS: readonly { what: Sought; title: string; words: string }[] = [
  { what: "largest", title: "Largest value", words: "largest value maximum max biggest" },
  { what: "smallest", title: "Smallest value", words: "smallest value minimum min most negative" },
  { what: "non_finite", title: "First NaN or infinity", words: "first nan inf infinity not finite" },
  { what: "dead", title: "First dead layer", words: "first dead layer zero relu" },
];

/** Something to choose: a place in the network, or a search among its values. */
export type Offer =
  | { readonly type: "place"; readonly name: string; readonly detail: string; readonly node: NodeReference }
  | { readonly type: "jump"; readonly name: string; readonly what: Sought };

export interface Offers {
  readonly offers: readonly Offer[];
  /** Places that fit the text and are not among the offers. */
  readonly more: number;
}

/** Completions offered at a time. */
export const OFFERED = 12;

function firstNode(layer: NamedLayer): NodeReference {
  return { layer: layer.name, index: layer.shape.map(() => 0) };
}

function layerDetail({ kind, activation, shape }: NamedLayer): string {
  const parts = [kind];
  if (activation !== null && activation !== "linear" && kind !== "Activation") parts.push(activation);
  return `${parts.join(" ")} · ${formatShape(shape)}`;
}

/** How well a layer fits: 0 best; null: not at all. */
function fit({ name, kind, activation }: NamedLayer, wanted: string): number | null {
  const lower = name.toLowerCase();
  if (lower === wanted) return 0;
  if (lower.startsWith(wanted)) return 1;
  if (lower.includes(wanted)) return 2;
  return `${kind} ${activation ?? ""}`.toLowerCase().includes(wanted) ? 3 : null;
}

/** The layers whose name, kind or activation has `wanted` in it: names that begin with it first, short before long. */
function fittingLayers(layers: readonly NamedLayer[], wanted: string): NamedLayer[] {
  const found: { layer: NamedLayer; rank: number; position: number }[] = [];
  layers.forEach((layer, position) => {
    const rank = fit(layer, wanted);
    if (rank !== null) found.push({ layer, rank, position });
  });
  const length = ({ layer, rank }: (typeof found)[number]) => (rank === 3 ? 0 : layer.name.length);
  found.sort((a, b) => a.rank - b.rank || length(a) - length(b) || a.position - b.position);
  return found.map(({ layer }) => layer);
}

/** The positions of an axis whose digits begin with `typed`, up to `limit` of them, and how many there are. */
export function positionsFrom(typed: string, length: number, limit: number): { positions: number[]; count: number } {
  if (typed === "") return { positions: Array.from({ length: Math.min(length, limit) }, (_, at) => at), count: length };
  const positions: number[] = [];
  let count = 0;
  const start = Number(typed);
  if (String(start) !== typed) return { positions, count };
  // 12, then 120 to 129, then 1200 to 1299: each power of ten is one run of neighbours.
  for (let low = start, run = 1; low < length; low *= 10, run *= 10) {
    const high = Math.min(low + run, length);
    for (let at = low; at < high && positions.length < limit; at += 1) positions.push(at);
    count += high - low;
    if (start === 0) break;
  }
  return { positions, count };
}

/** Completions of `name[1,2…`: nodes where the last axis is being typed, else the first node of each position. */
function indexOffers(layer: NamedLayer, typed: string): Offers {
  const parts = typed.replace(/\]\s*$/, "").split(",");
  const axis = parts.length - 1;
  const before = parts.slice(0, -1).map((part) => Number(part));
  const isInside = before.every((position, at) => Number.isInteger(position) && position < (layer.shape[at] ?? 0));
  const length = layer.shape[axis];
  if (length === undefined || !isInside) return { offers: [], more: 0 };
  const closed = typed.trimEnd().endsWith("]");
  const last = (parts[axis] ?? "").trim();
  const found = closed
    ? { positions: last !== "" && Number(last) < length ? [Number(last)] : [], count: 0 }
    : positionsFrom(last, length, OFFERED);
  const offers = found.positions.map((position): Offer => {
    const index = [...before, position, ...layer.shape.slice(axis + 1).map(() => 0)];
    const node = { layer: layer.name, index };
    return {
      type: "place",
      name: nodeName(node),
      detail: layer.shape.length === 1 ? (layer.labels[position] ?? "") : "",
      node,
    };
  });
  return { offers, more: Math.max(0, found.count - offers.length) };
}

/** Nodes with a name of their own that begins with what is typed. */
function labelOffers(layers: readonly NamedLayer[], wanted: string): Offer[] {
  return layers.flatMap((layer) =>
    layer.labels.flatMap((label, position): Offer[] => {
      if (!label.toLowerCase().startsWith(wanted)) return [];
      const node = { layer: layer.name, index: [position] };
      return [{ type: "place", name: nodeName(node), detail: label, node }];
    }),
  );
}

/** What a text may mean: places whose names it begins or is part of, kinds of layers, and searches among the values. */
export function completionsOf(text: string, layers: readonly NamedLayer[]): Offers {
  const typed = text.trim().toLowerCase();
  const jumps = JUMPS.filter(({ words }) => typed === "" || words.includes(typed)).map(
    ({ title, what }): Offer => ({ type: "jump", name: title, what }),
  );
  const bracket = text.indexOf("[");
  if (bracket >= 0) {
    const name = text.slice(0, bracket).trim();
    const layer =
      layers.find((one) => one.name === name) ??
      layers.find((one) => one.name.toLowerCase() === name.toLowerCase()) ??
      fittingLayers(layers, name.toLowerCase())[0];
    return layer === undefined ? { offers: [], more: 0 } : indexOffers(layer, text.slice(bracket + 1));
  }
  const found = typed === "" ? [...layers] : fittingLayers(layers, typed);
  const labelled = typed === "" ? [] : labelOffers(layers, typed);
  const places = [
    ...labelled.slice(0, OFFERED / 2),
    ...found.slice(0, OFFERED).map(
      (layer): Offer => ({
        type: "place",
        name: layer.name,
        detail: layerDetail(layer),
        node: firstNode(layer),
      }),
    ),
  ].slice(0, OFFERED);
  const offers = typed === "" ? [...jumps, ...places] : [...places, ...jumps];
  return { offers, more: Math.max(0, found.length + labelled.length - places.length) };
}

/** The node that a finished text names, or in words what is wrong with it. A layer's name alone means its first node. */
export function readPlace(text: string, layers: readonly NamedLayer[]): NodeReference | string {
  const typed = text.trim();
  const named = layers.find((layer) => layer.name === typed);
  if (named !== undefined) return firstNode(named);
  const node = parseNodeName(typed);
  if (node === null) return `Nothing is called "${typed}". Type a layer, or a node such as hidden[2].`;
  const layer = layers.find((one) => one.name === node.layer);
  if (layer === undefined) return `There is no layer "${node.layer}".`;
  const isThere =
    node.index.length === layer.shape.length &&
    node.index.every((position, axis) => position < (layer.shape[axis] ?? 0));
  if (isThere) return { layer: node.layer, index: [...node.index] };
  const last = layer.shape.map((length) => length - 1);
  return `The nodes of ${layer.name} are ${nodeName(firstNode(layer))} to ${layer.name}[${last.join(",")}].`;
}
