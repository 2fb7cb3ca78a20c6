/** The forward pass as a row of steps: layer by layer, or node by node inside a layer. Pure. */

export type By = "layer" | "node";

/** What one step computes: the nodes from `first` to before `end` (in C order) of the layer at `position`. */
export interface Stage {
  readonly position: number;
  readonly first: number;
  readonly end: number;
}

export interface Plan {
  readonly by: By;
  /** How many steps there are; the first is the input, which is given as a whole. */
  readonly steps: number;
  /** The step at which each layer begins, and at the end the number of steps. */
  readonly starts: readonly number[];
  readonly sizes: readonly number[];
}

/** Layers of up to this many nodes are computed node by node to the end. */
export const SINGLE_UP_TO = 32;

/** Of larger layers this many nodes come one by one, and all others in one last step. */
export const SINGLE_OF_MANY = 8;

function stepsOf(size: number, position: number, by: By): number {
  if (by === "layer" || position === 0) return 1;
  return size <= SINGLE_UP_TO ? Math.max(1, size) : SINGLE_OF_MANY + 1;
}

/** The steps through layers of these sizes, which stand in an order in which they can be computed. */
export function planOf(sizes: readonly number[], by: By): Plan {
  const starts = [0];
  for (const [position, size] of sizes.entries()) starts.push((starts[position] ?? 0) + stepsOf(size, position, by));
  return { by, steps: starts.at(-1) ?? 0, starts, sizes };
}

/** The step, or the nearest one that there is. */
export function clampStep(plan: Plan, step: number): number {
  return Math.min(Math.max(0, Math.trunc(step) || 0), Math.max(0, plan.steps - 1));
}

/** What a step computes. */
export function stageAt(plan: Plan, step: number): Stage {
  const wanted = clampStep(plan, step);
  let low = 0;
  let high = plan.sizes.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((plan.starts[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  const size = plan.sizes[low] ?? 0;
  const within = wanted - (plan.starts[low] ?? 0);
  const single = stepsOf(size, low, plan.by) > 1;
  if (!single) return { position: low, first: 0, end: size };
  const isRest = size > SINGLE_UP_TO && within === SINGLE_OF_MANY;
  return { position: low, first: within, end: isRest ? size : within + 1 };
}

/** The step that computes a node: the inverse of `stageAt`. */
export function stepOf(plan: Plan, position: number, flat: number): number {
  const start = plan.starts[position] ?? 0;
  const steps = (plan.starts[position + 1] ?? start + 1) - start;
  return start + Math.min(Math.max(0, flat), Math.max(0, steps - 1));
}

/** How many nodes of a layer are known while `stage` is the newest that was computed. */
export function knownNodes(stage: Stage | null, position: number, size: number): number {
  if (stage === null || position < stage.position) return size;
  return position === stage.position ? Math.min(stage.end, size) : 0;
}
