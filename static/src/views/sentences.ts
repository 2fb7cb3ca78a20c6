/** Plain sentences for what a node does. */

import { formatCount, formatValue } from "../format";
import type { Explanation } from "../wire";

/** What the arithmetic of this node is, for someone who sees it for the first time. */
export function operationSentence(explanation: Explanation): string {
  const { operation, kind, terms, others, activation, activation_terms: along } = explanation;
  const count = terms.length + others.count;
  const many = `${formatCount(count)} ${count === 1 ? "value" : "values"}`;
  const then =
    activation === null || activation === "linear"
      ? ""
      : ` ${activation} then makes the node's value from that sum${along === undefined ? "" : " and those of the other nodes"}.`;
  switch (operation) {
    case "input":
      return "A value of the network's input: it is given, not computed. Change it in the input panel.";
    case "copy":
      if (count === 0) return "It lies in the frame around the image: it is 0, whatever the input is.";
      return kind === "Concatenate"
        ? "Concatenate sets the values of several layers side by side; this node passes one of them on unchanged."
        : kind === "Dropout"
          ? "Dropout changes nothing outside of training: the value passes unchanged."
          : `${kind} only arranges values anew: this one passes unchanged.`;
    case "lookup":
      return "The whole number in the input chooses a row of a table of learned numbers; this node is one number of that row.";
    case "sum":
      return `The sum of ${many}, one from each layer that is added.`;
    case "product":
      return `The product of ${many}, one from each layer that is multiplied.`;
    case "maximum":
      return `The largest of ${many}; the others do not count.`;
    case "activation":
      return `${activation ?? "The function"} is applied to one value.`;
    case "normalize":
      return `The mean of the layer's values is taken off and the result divided by their spread, √(variance + ε). ${layerNormalization(explanation)}`;
    default:
      if (kind === "BatchNormalization") {
        return "The value is scaled and shifted with the statistics stored in training: weight γ/√(variance + ε), bias β - mean × weight.";
      }
      return `${many} ${count === 1 ? "is" : "are each"} multiplied by a weight; the products${explanation.bias === null ? "" : " and the bias"} add up to the sum z.${then}`;
  }
}

function layerNormalization({ mean, variance, gamma, beta, epsilon }: Explanation): string {
  const parts = [
    ["mean", mean],
    ["variance", variance],
    ["γ", gamma],
    ["β", beta],
    ["ε", epsilon],
  ] as const;
  return parts
    .filter((part): part is readonly [(typeof part)[0], number] => part[1] !== undefined)
    .map(([name, value]) => `${name} = ${formatValue(value)}`)
    .join(", ");
}
