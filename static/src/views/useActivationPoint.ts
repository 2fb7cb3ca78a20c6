import { useEffect, useState } from "preact/hooks";
import { type Api, ApiError } from "../api";
import type { ActivationParameters, Curve, Evaluation } from "../wire";

/** An activation's curve around a point, and its value and slope there, all computed by the server. */
export interface ActivationPoint {
  curve: Curve | null;
  at: { x: number; evaluation: Evaluation } | null;
}

/** Samples of a curve: one for every other pixel of the inspector's plot. */
const SAMPLES = 161;

const curves = new Map<string, Promise<Curve>>();

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

/** Nothing for functions along an axis, and where `x` is not finite. */
export function useActivationPoint(
  api: Api,
  name: string | null,
  parameters: ActivationParameters,
  x: number | null,
): ActivationPoint {
  const [point, setPoint] = useState<ActivationPoint>({ curve: null, at: null });
  const key = JSON.stringify(parameters);
  useEffect(() => {
    if (name === null || x === null || !Number.isFinite(x) || Math.abs(x) > 1e100) {
      setPoint({ curve: null, at: null });
      return undefined;
    }
    const stop = new AbortController();
    const given = JSON.parse(key) as ActivationParameters;
    Promise.all([curveOf(api, name, given, reachFor(x)), api.evaluate(name, given, x, stop.signal)]).then(
      ([curve, evaluation]) => {
        if (!stop.signal.aborted) setPoint({ curve, at: { x, evaluation } });
      },
      (error: unknown) => {
        // The inspector's numbers are complete without the picture; a lost server is said by the values' own request.
        if (!stop.signal.aborted && error instanceof ApiError) setPoint({ curve: null, at: null });
      },
    );
    return () => stop.abort();
  }, [api, name, key, x]);
  return point;
}
