/** A node's place on the curve of its activation: computed by the server, kept with the explanation that it belongs to. */

import { type Api, ApiError } from "./api";
import type { ActivationParameters, Curve, Evaluation, Explanation } from "./wire";

/** An activation's curve around the sum `x` that it is applied to, and its value and slope there. */
export interface ActivationPoint {
  curve: Curve;
  x: number;
  evaluation: Evaluation;
}

/** Samples of a curve: one for every other pixel of the inspector's plot. */
const SAMPLES = 161;

/** Sums beyond this have no readable axis. */
const FARTHEST = 1e100;

const curves = new Map<string, Promise<Curve>>();
const points = new WeakMap<Explanation, ActivationPoint>();

function curveOf(api: Api, name: string, parameters: ActivationParameters, reach: number): Promise<Curve> {
  const key = JSON.stringify([name, parameters, reach]);
  let curve = curves.get(key);
  if (curve === undefined) {
    curve = api.curve(name, parameters, { start: -reach, stop: reach, num: SAMPLES });
    curve.catch(() => curves.delete(key));
    curves.set(key, curve);
  }
  return curve;
}

/** How far the curve goes to both sides so that `x` stands well inside it: few sizes, so that curves are used again. */
export function reachFor(x: number): number {
  const wanted = Math.abs(x) * 1.25;
  if (wanted <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 5, 10].find((step) => step * power >= wanted) ?? 10) * power;
}

/** What a node's activation is applied to: one number, or null for functions along an axis and where there is none. */
export function sumBefore(explanation: Explanation): number | null {
  if (explanation.activation_terms !== undefined) return null;
  const { pre_activation: sum, operation, terms } = explanation;
  return sum ?? (operation === "activation" ? (terms[0]?.value ?? null) : null);
}

/** The point of an explanation, where it has been loaded. */
export function knownPoint(explanation: Explanation): ActivationPoint | null {
  return points.get(explanation) ?? null;
}

/** Fetches the point of an explanation, unless it has none: a straight line says nothing. */
export async function loadPoint(api: Api, explanation: Explanation, signal: AbortSignal): Promise<void> {
  const { activation: name, activation_parameters: parameters } = explanation;
  const x = sumBefore(explanation);
  if (name === null || name === "linear" || x === null || points.has(explanation)) return;
  if (!Number.isFinite(x) || Math.abs(x) > FARTHEST) return;
  try {
    const [curve, evaluation] = await Promise.all([
      curveOf(api, name, parameters, reachFor(x)),
      api.evaluate(name, parameters, x, signal),
    ]);
    points.set(explanation, { curve, x, evaluation });
  } catch (error) {
    // The inspector's numbers are complete without the picture; a lost server is said by the values' own request.
    if (!(error instanceof ApiError) && !signal.aborted) throw error;
  }
}
