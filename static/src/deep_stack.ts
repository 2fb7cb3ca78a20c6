/** Putting together the layers of a deep stack: what one round holds, and the operations that add it. Pure. */

import type { ActivationDocument, LayerDocument, Operation } from "./wire";

export type Normalization = "none" | "BatchNormalization" | "LayerNormalization";

/** What a person chooses about a stack of alike layers. */
export interface DeepStack {
  readonly times: number;
  readonly units: number;
  readonly activation: ActivationDocument;
  /** Of the kernels; null: the kind's own. */
  readonly initializer: string | null;
  readonly normalization: Normalization;
  /** Whether each round adds what enters it to what it makes. */
  readonly residual: boolean;
}

export const FIRST_STACK: DeepStack = {
  times: 100,
  units: 64,
  activation: "relu",
  initializer: null,
  normalization: "none",
  residual: false,
};

/** The layers of one round, with names that say what they do; the server puts the round's number behind them. */
export function roundOf(stack: DeepStack, prefix = ""): LayerDocument[] {
  const { units, activation, initializer, normalization, residual } = stack;
  const dense: LayerDocument = { name: `${prefix}dense`, kind: "Dense", units, activation };
  if (initializer !== null) dense.kernel_initializer = initializer;
  const round: LayerDocument[] = [];
  if (residual) round.push({ name: `${prefix}skip`, kind: "Activation", activation: "linear" });
  if (normalization !== "none") round.push({ name: `${prefix}norm`, kind: normalization });
  round.push(dense);
  if (residual) round.push({ name: `${prefix}add`, kind: "Add", inputs: [`${prefix}dense`, `${prefix}skip`] });
  return round;
}

/** A prefix under which no layer of the stack has a name that is taken: "", "deep_", "deep_2_", … */
export function freePrefix(stack: DeepStack, taken: ReadonlySet<string>): string {
  for (let number = 0; ; number += 1) {
    const prefix = number === 0 ? "" : number === 1 ? "deep_" : `deep_${number}_`;
    const bases = new Set(roundOf(stack, prefix).map((layer) => layer.name));
    const isTaken = [...taken].some((name) => {
      const [, base = "", digits = ""] = /^(.*)_(\d+)$/.exec(name) ?? [];
      return bases.has(base) && Number(digits) <= stack.times;
    });
    if (!isTaken && !taken.has(`${prefix}enter`)) return prefix;
  }
}

/**
 * The operations that put a stack behind `after`, whose output has the shape `entering`.
 *
 * What enters a residual stack is added to what its rounds make, so it needs as many units: where it has others, a
 * Dense in front brings it there.
 */
export function stackOperations(
  stack: DeepStack,
  after: string,
  entering: readonly number[],
  taken: ReadonlySet<string>,
): Operation[] {
  const prefix = freePrefix(stack, taken);
  const operations: Operation[] = [];
  let source = after;
  if (stack.residual && entering.at(-1) !== stack.units) {
    source = `${prefix}enter`;
    operations.push({ operation: "add_layer", layer: { name: source, kind: "Dense", units: stack.units }, after });
  }
  operations.push({ operation: "add_repeat", repeat: stack.times, layers: roundOf(stack, prefix), after: source });
  return operations;
}
