/** What can be said about a node beside its numbers: its name for people, its badges, its layer's activation. */

import { flatIndex } from "../layout";
import type { Answer } from "../store";
import type { ActivationInfo, Evaluation, Explanation, NodeReference } from "../wire";

export interface Badge {
  name: string;
  title: string;
  tone: "plain" | "warning" | "invalid";
}

/** Slopes below this count as flat. */
const FLAT = 0.01;

/** The feature's name or the class that a node stands for, where the document says one. */
export function nodeLabel(answer: Answer, node: NodeReference): string | null {
  const { input } = answer.edit.document;
  const layer = answer.byName.get(node.layer);
  if (layer === undefined) return null;
  const flat = flatIndex(layer.shape, node.index);
  if (node.layer === "input") return input.names?.[flat] ?? null;
  if (node.layer === answer.layers.at(-1)?.name) {
    const name = input.classes?.[flat];
    return name === undefined ? null : `class ${name}`;
  }
  return null;
}

export function badgesOf(
  explanation: Explanation,
  activation: ActivationInfo | undefined,
  evaluation: Evaluation | null,
): Badge[] {
  const badges: Badge[] = [];
  if (explanation.pinned) {
    badges.push({ name: "pinned", title: "Held at a value that was set by hand.", tone: "plain" });
  }
  if (!Number.isFinite(explanation.value)) {
    badges.push({
      name: "not finite",
      title: "The value is NaN or infinite. Everything computed from it is in doubt.",
      tone: "invalid",
    });
    return badges;
  }
  const slope = evaluation?.derivatives ?? null;
  if (activation === undefined || slope === null || activation.name === "linear") return badges;
  if (slope === 0 && explanation.value === 0) {
    badges.push({
      name: "dead",
      title: `For this input ${activation.name} gives 0 and has slope 0: nothing that changes the sum a little changes this node.`,
      tone: "warning",
    });
  } else if (Math.abs(slope) < FLAT && !activation.range.includes("infty")) {
    badges.push({
      name: "saturated",
      title: `${activation.name} is nearly flat here (slope below ${FLAT}): changes of the sum hardly reach the value.`,
      tone: "warning",
    });
  }
  return badges;
}
