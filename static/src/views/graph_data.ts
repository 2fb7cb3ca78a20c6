/** What the graph is drawn from, made of the server's answer: a change of form, no arithmetic. */

import type { GraphEdges, GraphLayer } from "../graph_types";
import { flatIndex } from "../layout";
import type { Answer } from "../store";
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
    };
  });
}

export function graphEdges(edges: readonly LayerEdges[]): GraphEdges[] {
  return edges.map(({ name, ...columns }) => ({ layer: name, ...columns }));
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
