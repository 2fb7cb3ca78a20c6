/** One plain sentence for what a step of the forward pass does. Every number in it came from the server. */

import { formatCount, formatValue, nodeName } from "../../format";
import type { Stage } from "../../play";
import type { Answer } from "../../store";
import type { Explanation, LayerKind, TracedLayer } from "../../wire";
import { featureName } from "../inputs";

/** Inputs of up to this many values are all named. */
const INPUTS_NAMED = 4;

/** Activations along an axis: a node's value depends on all sums of the layer. */
const SHARES = new Set(["softmax", "sparsemax", "entmax", "log_softmax"]);

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function inputSentence(answer: Answer, layer: TracedLayer): string {
  if (layer.size > INPUTS_NAMED) {
    const { min, max } = layer.statistics;
    return `The input is given, not computed: ${counted(layer.size, "value")} from ${formatValue(min)} to ${formatValue(max)}.`;
  }
  const parts = Array.from(
    layer.output,
    (value, flat) => `${featureName(answer.edit.document, flat)} = ${formatValue(value)}`,
  );
  return `The input is given, not computed: ${listed(parts)}.`;
}

/** What the activation makes of the sum, as the end of a sentence about one node. */
function activated({ activation, pre_activation: sum, value, activation_terms: along }: Explanation): string {
  const shown = formatValue(value);
  if (activation === null || activation === "linear") return `and holds the sum, ${shown}`;
  if (sum === null || Number.isNaN(sum)) return `and ${activation} makes ${shown} of it`;
  const before = formatValue(sum);
  if (activation === "relu") {
    return sum > 0
      ? `and keeps ${shown} because it is positive`
      : `and becomes 0 because the sum ${before} is not positive`;
  }
  if (along !== undefined && SHARES.has(activation)) {
    return `and comes to ${before}; ${activation} sets that against the sums of all ${formatCount(along.length)} nodes, which gives ${shown}`;
  }
  return `and ${activation} turns the sum ${before} into ${shown}`;
}

function sourcesOf({ terms, others }: Explanation): string {
  const count = terms.length + others.count;
  const layers = new Set(terms.map((term) => term.source.layer));
  if (layers.size !== 1) return counted(count, "value");
  const [name = ""] = layers;
  return name === "input"
    ? `${count === 1 ? "the" : "each"} input`
    : `${count === 1 ? "the" : "each"} value of ${name}`;
}

function nodeSentence(explanation: Explanation): string {
  const { operation, terms, others, bias, value, activation } = explanation;
  const name = nodeName(explanation);
  const shown = formatValue(value);
  const count = terms.length + others.count;
  if (explanation.pinned) return `${name} is pinned: whatever is computed for it, the layers after it read ${shown}.`;
  const source = terms[0] === undefined ? "its source" : nodeName(terms[0].source);
  switch (operation) {
    case "copy":
      return `${name} takes the value of ${source} as it is, ${shown}.`;
    case "lookup":
      return `${name} is looked up in a table: the number ${formatValue(terms[0]?.value ?? Number.NaN)} in the input chooses the row, and ${shown} stands there.`;
    case "maximum":
      return `${name} keeps the largest of ${counted(count, "value")}, ${shown}.`;
    case "sum":
      return `${name} adds ${counted(count, "value")}, one from each branch, and holds ${shown}.`;
    case "product":
      return `${name} multiplies ${counted(count, "value")}, one from each branch, and holds ${shown}.`;
    case "activation":
      return `${name} puts ${source} through ${activation ?? "its function"}: ${formatValue(terms[0]?.value ?? Number.NaN)} becomes ${shown}.`;
    case "normalize":
      return `${name} takes the mean of the layer off ${source} and divides by the spread, which gives ${shown}.`;
    default: {
      const weight = count === 1 ? "its weight" : "its own weight";
      const start = `${name} multiplies ${sourcesOf(explanation)} by ${terms.length > 1 ? "its weight" : weight}`;
      const sum = bias === null ? `${start}, adds them up` : `${start}, adds the bias ${formatValue(bias)},`;
      return `${sum} ${activated(explanation)}.`;
    }
  }
}

/** How an activation ends a sentence about a whole layer. */
function layerOutcome(layer: TracedLayer): string {
  const { activation, statistics, size } = layer;
  const { positive, nan, inf, argmax } = statistics;
  if (nan + inf > 0) return `${counted(nan + inf, "value")} of it ${nan + inf === 1 ? "is" : "are"} not finite.`;
  if (activation === "relu") {
    const all = counted(size, "node");
    return positive === size
      ? `relu keeps all ${all}, because all are positive.`
      : `relu keeps what is positive, ${formatCount(positive)} of ${all}, and turns the rest into 0.`;
  }
  if (activation !== null && SHARES.has(activation) && argmax !== null && activation !== "log_softmax") {
    return `${activation} turns the sums into shares of 1; the largest is ${nodeName({ layer: layer.name, index: argmax })} with ${formatValue(statistics.max)}.`;
  }
  if (size === 1) return `It holds ${formatValue(statistics.max)}.`;
  const range = `from ${formatValue(statistics.min)} to ${formatValue(statistics.max)}`;
  if (activation !== null && activation !== "linear") return `${activation} turns the sums into values ${range}.`;
  return `The values go ${range}.`;
}

function layerSentence(
  answer: Answer,
  layer: TracedLayer,
  explanation: Explanation | undefined,
  kind: LayerKind | undefined,
): string {
  const inputs = answer.summary.layers.find((one) => one.name === layer.name)?.inputs ?? [];
  const from = inputs.length === 0 ? "" : ` from ${listed(inputs)}`;
  if (explanation?.operation === "weighted_sum" && kind?.kind === "Dense") {
    const reads = counted(explanation.terms.length + explanation.others.count, "value");
    const bias = explanation.bias === null ? " and adds them up" : ", adds them up and adds its bias";
    const each = layer.size === 1 ? "Its node" : `Each of its ${formatCount(layer.size)} nodes`;
    return `${layer.name} is computed${from}. ${each} multiplies ${reads} by its own weights${bias}. ${layerOutcome(layer)}`;
  }
  const about = kind === undefined ? "" : ` ${kind.description}`;
  return `${layer.name} (${layer.kind}) is computed${from}.${about} ${layerOutcome(layer)}`;
}

/** What the step computes, for someone who sees it for the first time. `explanation` is that of the step's first node,
 * where it is there already. */
export function stepSentence(
  answer: Answer,
  stage: Stage,
  explanation: Explanation | undefined,
  kinds: ReadonlyMap<string, LayerKind>,
): string {
  const layer = answer.layers[stage.position];
  if (layer === undefined) return "";
  if (stage.position === 0) return inputSentence(answer, layer);
  const isLast = stage.position === answer.layers.length - 1 && stage.end === layer.size;
  const ending = isLast ? " That is the network's output." : "";
  const whole = stage.first === 0 && stage.end === layer.size && layer.size > 1;
  if (whole) return layerSentence(answer, layer, explanation, kinds.get(layer.kind)) + ending;
  if (stage.end - stage.first > 1) {
    return `The other ${formatCount(stage.end - stage.first)} nodes of ${layer.name} are computed in the same way.${ending}`;
  }
  return explanation === undefined ? "" : nodeSentence(explanation) + ending;
}

/** "Layer hidden, 1 of 2, node 2 of 3": where the player stands. */
export function progressText(answer: Answer, stage: Stage): string {
  const layer = answer.layers[stage.position];
  if (layer === undefined) return "";
  const layers = answer.layers.length - 1;
  if (stage.position === 0) return `input, before layer 1 of ${formatCount(layers)}`;
  const size = layer.size;
  const nodes =
    stage.first === 0 && stage.end === size
      ? size === 1
        ? ""
        : `, all ${formatCount(size)} nodes`
      : stage.end - stage.first === 1
        ? `, node ${formatCount(stage.first + 1)} of ${formatCount(size)}`
        : `, nodes ${formatCount(stage.first + 1)} to ${formatCount(stage.end)} of ${formatCount(size)}`;
  return `layer ${formatCount(stage.position)} of ${formatCount(layers)}: ${layer.name}${nodes}`;
}
