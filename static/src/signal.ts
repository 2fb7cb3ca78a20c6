/** The signal through the depth: what the server says of every layer, and how it is put on a scale. Pure. */

import { formatValue } from "./format";
import type { ActivationDocument } from "./wire";

/** Distributions, in columns with one entry a layer; NaN where there is nothing to say. */
export interface SignalColumns {
  /** A column for each of the answer's percentiles. */
  readonly percentiles: readonly Float64Array[];
  readonly mean: Float64Array;
  /** The root of the mean square. */
  readonly size: Float64Array;
  readonly zeros: Float64Array;
  readonly nonFinite: Float64Array;
}

export interface SignalValues extends SignalColumns {
  readonly saturated: Float64Array;
  readonly dead: Float64Array;
  readonly spread: Float64Array;
}

export interface SignalFinding {
  readonly kind: string;
  readonly of: "values" | "gradients";
  readonly severity: "problem" | "note" | "good";
  readonly layer: string;
  readonly last: string;
  readonly count: number;
  readonly text: string;
}

export interface Signal {
  readonly examples: number;
  readonly target: { layer: string; index: number[] };
  readonly percentiles: readonly number[];
  readonly names: readonly string[];
  readonly kinds: readonly string[];
  readonly activations: readonly (string | null)[];
  readonly nodes: readonly number[];
  readonly values: SignalValues;
  readonly gradients: SignalColumns;
  readonly findings: readonly SignalFinding[];
}

/** What is changed in all hidden layers; null: as it is. */
export interface SignalVariant {
  readonly activation: ActivationDocument | null;
  readonly initializer: unknown;
}

export interface VariedSignal extends SignalVariant {
  readonly label: string;
  readonly changedActivations: number;
  readonly changedInitializers: number;
  readonly signal: Signal;
}

/** Which examples the signal is looked at over. */
export type SignalSource =
  | { readonly type: "input" }
  | {
      readonly type: "random";
      readonly distribution: "normal" | "uniform";
      readonly examples: number;
      readonly seed: number;
    }
  | { readonly type: "dataset"; readonly name: string; readonly split: string; readonly examples: number };

export const FIRST_SOURCE: SignalSource = { type: "random", distribution: "normal", examples: 32, seed: 0 };

export type SignalOf = "values" | "gradients";
export type SignalScale = "auto" | "linear" | "log";

/** Sizes that differ by more than this look better on a logarithmic scale. */
const WIDE = 300;

/** Decades that a logarithmic scale shows below the smallest size. */
const BELOW = 1;

/** How numbers of both signs are put on an axis. */
export interface Axis {
  readonly type: "linear" | "log";
  readonly low: number;
  readonly high: number;
  /** Of a logarithmic axis: numbers smaller than this stand near 0 in proportion, larger ones by their decade. */
  readonly threshold: number;
}

function finiteOnly(values: Iterable<number>): number[] {
  return [...values].filter((value) => Number.isFinite(value));
}

/** The axis for some columns: logarithmic on both sides of 0 where the sizes of layers differ much. */
export function axisFor(columns: readonly SignalColumns[], wanted: SignalScale): Axis {
  let low = 0;
  let high = 0;
  let smallest = Infinity;
  let largest = 0;
  for (const { percentiles, size } of columns) {
    for (const value of finiteOnly(percentiles[0] ?? [])) low = Math.min(low, value);
    for (const value of finiteOnly(percentiles.at(-1) ?? [])) high = Math.max(high, value);
    for (const value of finiteOnly(size)) {
      if (value > 0) smallest = Math.min(smallest, value);
      largest = Math.max(largest, value);
    }
  }
  if (low === 0 && high === 0) return { type: "linear", low: -1, high: 1, threshold: 1 };
  const isWide = largest > smallest * WIDE;
  const type = wanted === "auto" ? (isWide ? "log" : "linear") : wanted;
  const reference = Number.isFinite(smallest) ? smallest : Math.max(-low, high);
  return { type, low, high, threshold: Math.max(reference / 10 ** BELOW, 1e-300) };
}

/** Where a number stands on an axis, as a share from its low end (0) to its high end (1). */
export function placeOn({ type, low, high, threshold }: Axis, value: number): number {
  const bent = (one: number) => (type === "linear" ? one : Math.sign(one) * Math.log1p(Math.abs(one) / threshold));
  const from = bent(low);
  return (bent(value) - from) / (bent(high) - from);
}

/** Round numbers to write at an axis: for a logarithmic one 0 and some powers of ten on both sides. */
export function ticksOf(axis: Axis, linear: (low: number, high: number) => readonly number[]): number[] {
  const { type, low, high, threshold } = axis;
  if (type === "linear") return [...linear(low, high)];
  const powers = (end: number): number[] => {
    if (end <= threshold) return [];
    const last = Math.floor(Math.log10(end));
    const first = Math.ceil(Math.log10(threshold)) + 1;
    const step = Math.max(1, Math.ceil((last - first + 1) / 3));
    const found: number[] = [];
    for (let power = last; power >= first; power -= step) found.push(10 ** power);
    return found;
  };
  return [...powers(-low).map((power) => -power), 0, ...powers(high).reverse()];
}

/** A share as people write it: "12 %"; small ones that are not 0 as "<0.1 %". */
export function formatShare(share: number): string {
  if (Number.isNaN(share)) return "";
  if (share === 0) return "0 %";
  if (share < 0.001) return "<0.1 %";
  if (share > 0.999 && share < 1) return ">99.9 %";
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** What a percentile is called. */
export function percentileName(percentile: number): string {
  return percentile === 0 ? "min" : percentile === 50 ? "median" : percentile === 100 ? "max" : `${percentile} %`;
}

/** One layer as a person would read it out: "hidden_2: min -1, median 0.1, max 2, size 0.8, zeros 12 %". */
export function readingOf(signal: Signal, of: SignalOf, place: number): string {
  const { percentiles, size, zeros, nonFinite } = signal[of];
  const isKnown = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);
  const number = (name: string, values: Float64Array | undefined) => {
    const value = values?.[place];
    return isKnown(value) ? [`${name} ${formatValue(value)}`] : [];
  };
  // A share of 0 is nothing to tell.
  const share = (name: string, values: Float64Array) => {
    const value = values[place];
    return isKnown(value) && value > 0 ? [`${name} ${formatShare(value)}`] : [];
  };
  const parts = [
    ...[0, 50, 100].flatMap((one) => number(percentileName(one), percentiles[signal.percentiles.indexOf(one)])),
    ...number("size", size),
    ...share("zeros", zeros),
    ...(of === "values" ? share("saturated", signal.values.saturated) : []),
    ...(of === "values" ? share("dead", signal.values.dead) : []),
    ...share("not finite", nonFinite),
  ];
  return `${signal.names[place] ?? ""}: ${parts.join(", ")}`;
}

/** The layers that a finding is about, by their places; gradients run backwards. */
export function rangeOf({ names }: Pick<Signal, "names">, { layer, last }: SignalFinding): readonly [number, number] {
  const ends = [names.indexOf(layer), names.indexOf(last)].filter((place) => place >= 0);
  return ends.length === 0 ? [0, 0] : [Math.min(...ends), Math.max(...ends)];
}
