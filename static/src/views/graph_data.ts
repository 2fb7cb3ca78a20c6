/** What the graph is drawn from, made of the server's answer: a change of form, no arithmetic. */

import { type GraphEdges, type GraphLayer, sizeOf } from "../graph_types";
import { flatIndex } from "../layout";
import { colourPicture, isColour } from "../picture";
import type { Answer, Derivative } from "../store";
import type { Explanation, LayerEdges, NetworkDocument, Summary, TracedLayer } from "../wire";

export function graphLayers(
  layers: readonly TracedLayer[],
  summary: Summary,
  { input }: NetworkDocument,
): GraphLayer[] {
  const inputsOf = new Map(summary.layers.map((layer) => [layer.name, layer.inputs]));
  const last = layers.at(-1);
  return layers.map((layer) => {
    const labels = layer.name === "input" ? input.names : layer === last ? input.classes : undefined;
    return {
      name: layer.name,
      kind: layer.kind,
      activation: layer.activation,
      shape: layer.shape,
      inputs: inputsOf.get(layer.name) ?? [],
      values: layer.output,
      ...(labels === undefined ? {} : { labels }),
      ...(layer.name === "input" && isColour(layer.shape)
        ? { picture: colourPicture(layer.output, layer.shape, input.preprocessing) }
        : {}),
    };
  });
}

export function graphEdges(edges: readonly LayerEdges[]): GraphEdges[] {
  return edges.map(({ name, ...columns }) => ({ layer: name, ...columns }));
}

/** The layers with the target's derivatives in place of the values; empty where there are none. */
export function gradientLayers(layers: readonly GraphLayer[], derivative: Derivative | null): GraphLayer[] {
  return layers.map((layer) => {
    const values = derivative?.layers.get(layer.name)?.output;
    return { ...layer, values: values?.length === sizeOf(layer.shape) ? values : new Float64Array(0) };
  });
}

/** The edges with the target's derivative by each weight, where a weight belongs to one edge alone: between two flat
 * layers, with a kernel of one row a source and one column a node. */
export function gradientEdges(
  edges: readonly GraphEdges[],
  layers: readonly GraphLayer[],
  derivative: Derivative | null,
): GraphEdges[] {
  const sizes = new Map(layers.map((layer) => [layer.name, layer.shape]));
  return edges.map((one) => {
    const kernel = derivative?.layers.get(one.layer)?.parameters.get("kernel");
    const [from, to] = [sizes.get(one.sources[0] ?? ""), sizes.get(one.layer)];
    const [rows = 0, columns = 0, ...more] = kernel?.shape ?? [];
    const owns =
      kernel !== undefined &&
      more.length === 0 &&
      one.sources.length === 1 &&
      from?.length === 1 &&
      to?.length === 1 &&
      from[0] === rows &&
      to[0] === columns;
    if (!owns) return one;
    const gradient = Float64Array.from(
      one.node,
      (node, at) => kernel.values[(one.sourceNode[at] ?? 0) * columns + node] ?? Number.NaN,
    );
    return { ...one, gradient };
  });
}

/** The edges into one node, out of its explanation: all there is of a network with too many edges to ask for. */
export function explainedEdges(answer: Answer, explanation: Explanation): GraphEdges | null {
  const target = answer.byName.get(explanation.layer);
  const { terms, others } = explanation;
  if (target === undefined || terms.length === 0) return null;
  const sources = [...new Set(terms.map((term) => term.source.layer))];
  const node = flatIndex(target.shape, explanation.index);
  return {
    layer: explanation.layer,
    sources,
    count: terms.length + others.count,
    source: Int32Array.from(terms, (term) => sources.indexOf(term.source.layer)),
    sourceNode: Int32Array.from(terms, (term) =>
      flatIndex(answer.byName.get(term.source.layer)?.shape ?? [], term.source.index),
    ),
    node: new Int32Array(terms.length).fill(node),
    weight: Float64Array.from(terms, (term) => term.weight ?? Number.NaN),
    product: Float64Array.from(terms, (term) => term.product ?? Number.NaN),
  };
}
