/** What the page knows of images: where the present input came from, the data sets, and what a node sees of the input. */

import type { Edit } from "./store";
import type { NodeReference } from "./wire";

/** One step of making an input out of an image, as the server did it. */
export interface ImageStep {
  operation: string;
  detail: string;
  shape: number[];
}

/** Where an input came from. It holds for as long as the input is the very same list of numbers. */
export interface InputSource {
  readonly inputs: readonly number[];
  /** The file's name, "a drawing", or the example's place in its data set. */
  readonly title: string;
  readonly steps: readonly ImageStep[];
  /** The class that the data set says it is. */
  readonly expected: { readonly index: number; readonly name: string } | null;
}

export interface Dataset {
  name: string;
  title: string;
  description: string;
  task: "classification" | "regression";
  shape: number[];
  classes: string[];
  features: string[];
  target: string;
  splits: Record<string, number>;
  /** What each pixel was divided by; null where inputs are no pictures. */
  levels: number | null;
  source: string;
  licence: string;
  here: boolean;
  download: { bytes: number; files: number } | null;
}

/** Some examples of a data set; `inputs` are flat, one after the other. */
export interface Samples {
  split: string;
  start: number;
  count: number;
  total: number;
  shape: number[];
  classes: string[];
  inputs: Float64Array;
  targets: unknown[];
}

export interface JobProgress {
  done: number;
  total: number | null;
  unit: string;
  seconds_left: number | null;
}

export interface Job {
  id: string;
  status: "queued" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";
  progress: JobProgress | null;
  error: string | null;
}

export type Method = "gradient" | "gradient_times_input" | "occlusion";

/** How much each value of the input counts for a node. */
export interface Attribution {
  readonly edit: Edit;
  readonly target: NodeReference;
  readonly method: Method;
  readonly shape: readonly number[];
  readonly values: Float64Array;
  /** The side of the square that occlusion covers. */
  readonly window: readonly number[] | null;
}

/** The part of the input that a node depends on. */
export interface Field {
  readonly edit: Edit;
  readonly node: NodeReference;
  readonly start: readonly number[];
  readonly stop: readonly number[];
}

/** What is open in the chooser of examples. */
export interface Chooser {
  readonly dataset: string | null;
  readonly split: string;
  readonly start: number;
}

export interface ImagesState {
  readonly source: InputSource | null;
  /** An image is on its way to the server. */
  readonly reading: boolean;
  /** Why the last image or example could not be taken. */
  readonly problem: { readonly title: string; readonly detail: string } | null;
  readonly drawing: boolean;
  readonly datasets: readonly Dataset[] | null;
  readonly chooser: Chooser | null;
  /** Examples of what the chooser shows; null while they are awaited. */
  readonly samples: Samples | null;
  /** Downloads that run, or that ended badly, by data set. */
  readonly downloads: ReadonlyMap<string, Job>;
  readonly method: Method | null;
  readonly attribution: Attribution | null;
  readonly field: Field | null;
  /** Why what the node sees cannot be shown. */
  readonly unseen: string | null;
}

export const noImages: ImagesState = {
  source: null,
  reading: false,
  problem: null,
  drawing: false,
  datasets: null,
  chooser: null,
  samples: null,
  downloads: new Map(),
  method: null,
  attribution: null,
  field: null,
  unseen: null,
};

/** Whether examples of a data set can be inputs: as many numbers. */
export function fits(dataset: Pick<Dataset, "shape">, shape: readonly number[]): boolean {
  const count = (lengths: readonly number[]) => lengths.reduce((product, length) => product * length, 1);
  return count(dataset.shape) === count(shape);
}

/** Fewer rows or columns than this are a table rather than a picture. */
const LEAST_SIDE = 4;

/** Whether an input can be given as an image: rows and columns, with one channel or several, or that many numbers. */
export function takesImages(shape: readonly number[]): boolean {
  const [first = 1, second = 1, channels = 1] = shape;
  if (shape.length === 2) return first >= LEAST_SIDE && second >= LEAST_SIDE;
  if (shape.length === 3) return first >= LEAST_SIDE && second >= LEAST_SIDE && [1, 3, 4].includes(channels);
  return shape.length === 1 && first >= 49 && Number.isInteger(Math.sqrt(first));
}

/** What a data set says about an example: the class by its name, else the numbers. */
export function targetText(target: unknown, classes: readonly string[]): string {
  if (typeof target === "number" && classes[target] !== undefined) return classes[target];
  if (Array.isArray(target)) return target.map(String).join(", ");
  return String(target);
}

const JOB_ENDS: readonly Job["status"][] = ["done", "stopped", "failed"];

export function hasEnded(job: Job): boolean {
  return JOB_ENDS.includes(job.status);
}
