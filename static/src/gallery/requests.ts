/** What the gallery asks the server; every curve and every number on the page comes from here. */

import { createApi, createRequests, readNumber } from "../api";
import type { ActivationParameters, Curve, WireNumber } from "../wire";
import { remembered } from "./remembered";

export const RANGE = { start: -10, stop: 10, num: 201 } as const;

/** Steps of the slider in one unit. Ten, so that every position is a number that people write. */
export const STEPS_PER_UNIT = 10;

const POSITIONS = Array.from(
  { length: (RANGE.stop - RANGE.start) * STEPS_PER_UNIT + 1 },
  (_, i) => (RANGE.start * STEPS_PER_UNIT + i) / STEPS_PER_UNIT,
);

const api = createApi();
const { post } = createRequests();

interface Answer<Numbers> {
  readonly outputs: Numbers;
  readonly derivatives: Numbers | null;
}

function evaluate<Numbers>(name: string, parameters: ActivationParameters, inputs: number | readonly number[]) {
  return post<Answer<Numbers>>(`/activations/${encodeURIComponent(name)}/evaluate`, { inputs, parameters });
}

export const activations = () => api.activations();

/** A curve on -10…10; asked for once, however many plots show it. */
export const curve = remembered(
  (name: string, parameters: ActivationParameters): Promise<Curve> => api.curve(name, parameters, RANGE),
);

/** The values at all positions of the slider, in one request: dragging then waits for nothing. */
const positions = remembered((name: string, parameters: ActivationParameters) =>
  evaluate<WireNumber[]>(name, parameters, POSITIONS),
);

export interface ValueAt {
  readonly x: number;
  readonly value: number;
  readonly slope: number;
}

export async function valueAt(name: string, parameters: ActivationParameters, x: number): Promise<ValueAt> {
  const place = POSITIONS.indexOf(x);
  if (place === -1) {
    const { outputs, derivatives } = await evaluate<WireNumber>(name, parameters, x);
    return { x, value: readNumber(outputs), slope: readNumber(derivatives) };
  }
  const { outputs, derivatives } = await positions(name, parameters);
  return { x, value: readNumber(outputs[place] ?? null), slope: readNumber(derivatives?.[place] ?? null) };
}

export interface VectorAnswer {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

/** A function along an axis, of a whole vector. */
export async function vectorValue(
  name: string,
  parameters: ActivationParameters,
  inputs: readonly number[],
): Promise<VectorAnswer> {
  const { outputs } = await evaluate<WireNumber[]>(name, parameters, inputs);
  return { inputs, outputs: outputs.map(readNumber) };
}
