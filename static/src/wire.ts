/** What the API sends and takes (`/api/v1`), field for field.
 *
 * On the wire a number may be one of the strings "NaN", "Infinity", "-Infinity"; `api.ts` turns them into real
 * numbers at the border, so these types say plain `number` wherever the rest of the page sees one. */

import type { Values } from "./graph_types";

/** A number as JSON carries it. */
export type WireNumber = number | "NaN" | "Infinity" | "-Infinity";

/** Nested lists of numbers; the depth is the number of axes. */
export type Nested = number | Nested[];

export interface InputDocument {
  shape: number[];
  dtype?: "float" | "int";
  names?: string[];
  default?: Nested;
  preprocessing?: { scale?: number; [step: string]: unknown };
  classes?: string[];
}

export type ActivationDocument = string | { name: string; [parameter: string]: unknown };

export interface LayerDocument {
  name?: string;
  kind?: string;
  activation?: ActivationDocument;
  inputs?: string[];
  repeat?: number;
  layers?: LayerDocument[];
  parameters?: Record<string, Nested>;
  [argument: string]: unknown;
}

export interface NetworkDocument {
  name?: string;
  title?: string;
  description?: string;
  dtype?: "float64" | "float32";
  seed?: number;
  input: InputDocument;
  layers: LayerDocument[];
}

/** One row of `GET /networks`. */
export interface NetworkInfo {
  id: string;
  name: string | null;
  title: string | null;
  description: string | null;
  read_only: boolean;
  input_shape: number[];
  layers: number;
  parameters: number;
  multiply_adds: number;
  /** Its `ETag` without the quotes; null for an example. */
  version?: number | null;
  /** Times as in RFC 3339; null for an example. */
  created?: string | null;
  changed?: string | null;
  /** Not null where it was deleted, and can be restored. */
  deleted?: string | null;
}

/** One parameter value that stands in place of the document's. */
export interface ParameterEdit {
  layer: string;
  parameter: string;
  index: number[];
  value: number;
}

/** Which network a request is about: a stored one by its id, a whole document, or one of these with single values
 * replaced. */
export type NetworkReference =
  | string
  | NetworkDocument
  | { base: string | NetworkDocument; edits: readonly ParameterEdit[] };

export interface Override {
  layer: string;
  index: number[];
  value: number;
}

export interface NodeReference {
  layer: string;
  index: number[];
}

export interface Statistics {
  min: number;
  max: number;
  mean: number;
  std: number;
  argmax: number[] | null;
  zeros: number;
  positive: number;
  negative: number;
  nan: number;
  inf: number;
  first_non_finite: number[] | null;
}

/**
 * What of a layer's values is here: none; what is seen when they are drawn, which may be float32 of a float64 network;
 * the exact ones; or these and those before the activation.
 */
export type Fetched = "nothing" | "drawn" | "exact" | "complete";

/** One layer of `POST /forward`, its arrays flattened in C order. */
export interface TracedLayer {
  name: string;
  kind: string;
  activation: string | null;
  shape: number[];
  /** How many nodes it has. */
  size: number;
  /** Null where there is none, or where it was not fetched. */
  preActivation: Values | null;
  /** Empty where it was not fetched: of a large network only what is looked at is. */
  output: Values;
  fetched: Fetched;
  statistics: Statistics;
}

export interface ForwardAnswer {
  dtype: string;
  layers: TracedLayer[];
}

/** The strongest edges into one layer, in columns; indices are flat, in C order. */
export interface LayerEdges {
  name: string;
  sources: string[];
  count: number;
  source: Int32Array;
  sourceNode: Int32Array;
  node: Int32Array;
  /** NaN where the operation has no weights (a factor of Multiply). */
  weight: Float64Array;
  product: Float64Array;
}

export interface Term {
  source: NodeReference;
  value: number;
  weight: number | null;
  product: number | null;
  winner?: boolean;
}

export interface ActivationTerm {
  index: number[];
  pre_activation: number;
  /** For softmax: e^(pre-activation - shift); null for its kin. */
  exponential: number | null;
}

/** Where the window of a node stands in the layer that it reads, one entry an axis. `start` may lie in the padding in
 * front of the layer; `padding` counts the rows (columns) of the window in front of it and behind it. */
export interface WindowPlace {
  layer: string;
  start: number[];
  size: number[];
  strides: number[];
  dilation: number[];
  padding: [number, number][];
}

export interface Explanation {
  layer: string;
  index: number[];
  kind: string;
  operation: string;
  terms: Term[];
  others: { count: number; sum: number };
  bias: number | null;
  pre_activation: number | null;
  activation: string | null;
  /** Those of the activation that the document gives; the others are the defaults. */
  activation_parameters: ActivationParameters;
  value: number;
  recomputed: number;
  difference: number;
  exact: boolean;
  pinned: boolean;
  window?: WindowPlace;
  /** Σ product of each channel of the window, of all its terms. */
  channels?: { channel: number; sum: number }[];
  mean?: number;
  variance?: number;
  gamma?: number;
  beta?: number;
  epsilon?: number;
  activation_terms?: ActivationTerm[];
  denominator?: number | null;
  /** Taken off every pre-activation before the exponential, so that none overflows. */
  shift?: number | null;
}

export interface SummaryLayer {
  name: string;
  kind: string;
  inputs: string[];
  output_shape: number[];
  parameters: number;
  trainable: number;
  non_trainable: number;
  multiply_adds: number;
}

/** Blocks of `layers` layers that say the same `times` over, from row `first` on; counts of all of them. */
export interface SummaryRepeat {
  first: number;
  layers: number;
  times: number;
  parameters: number;
  trainable: number;
  non_trainable: number;
  multiply_adds: number;
}

export interface Summary {
  layers: SummaryLayer[];
  total_parameters: number;
  trainable_parameters: number;
  non_trainable_parameters: number;
  multiply_adds: number;
  parameter_bytes: number;
  /** Which rows can be folded into few. */
  repeats?: SummaryRepeat[];
}

export interface ActivationParameter {
  name: string;
  type: "number" | "integer" | "boolean";
  default: number | boolean;
  minimum: number | null;
  maximum: number | null;
  description: string;
}

export interface ActivationInfo {
  name: string;
  aliases: string[];
  title: string;
  formula: string;
  derivative_formula: string;
  parameters: ActivationParameter[];
  range: string;
  monotonic: boolean;
  elementwise: boolean;
  description: string;
  source: string;
}

/** The numbers an activation of a document carries beside its name. */
export type ActivationParameters = Record<string, number | boolean>;

export interface Curve {
  x: number[];
  y: number[];
  dy: number[];
}

export interface Evaluation {
  outputs: number;
  derivatives: number | null;
}

/** What JSON Schema says about one argument of a layer kind, as far as the page makes forms of it. */
export interface ArgumentSchema {
  type?: "boolean" | "integer" | "number" | "string" | "array" | "object" | "null";
  description?: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  enum?: string[];
  anyOf?: ArgumentSchema[];
  items?: ArgumentSchema;
}

export interface LayerKind {
  kind: string;
  description: string;
  operation: string;
  arguments: { properties: Record<string, ArgumentSchema>; required: string[] };
}

/** One operation of `POST /edit`; the other fields depend on which. */
export interface Operation {
  operation: string;
  [field: string]: unknown;
}

/** The answer of `POST /edit`: the new document, complete and checked, and what became of the layers. */
export interface Edited {
  document: NetworkDocument;
  renamed: Record<string, string>;
  added: string[];
  removed: string[];
  notes: string[];
}

/** The answer of `POST /parameters` to a slice. */
export interface ParameterSlice {
  shape: number[];
  values: Float64Array;
}

/** RFC 9457, as every error of the API is. */
export interface ProblemDocument {
  type: string;
  title: string;
  status: number;
  detail: string;
  pointer?: string;
  expected?: string;
  received?: string;
  errors?: { pointer?: string; detail: string; expected?: string | null; received?: string | null }[];
}
