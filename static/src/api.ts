/** The only file that talks to the server. Answers come back with real numbers (NaN, ±∞) and flat typed arrays;
 * every failure is an `ApiError` that a view can show as it is. */

import { sizeOf, type Values } from "./graph_types";
import { writeJson } from "./json";
import { readSafetensors, type Tensor } from "./safetensors";
import type {
  ActivationInfo,
  ActivationParameters,
  Curve,
  Edited,
  Evaluation,
  Explanation,
  ForwardAnswer,
  LayerEdges,
  LayerKind,
  Nested,
  NetworkDocument,
  NetworkInfo,
  NetworkReference,
  NodeReference,
  Operation,
  Override,
  ParameterSlice,
  ProblemDocument,
  Statistics,
  Summary,
  Term,
  WireNumber,
} from "./wire";

/** One mistake out of a problem document. */
export interface ProblemDetail {
  detail: string;
  pointer: string | null;
}

/** Why a call failed. `status` 0: no answer came at all (the server is gone, or the network is). */
export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: readonly ProblemDetail[];
  /** Seconds after which a busy server (503) asks to be tried again. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    title: string,
    detail: string,
    errors: readonly ProblemDetail[],
    retryAfter: number | null,
  ) {
    super(detail);
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

/** The media type of answers whose numbers stand as they are in memory. */
const SAFETENSORS = "application/vnd.safetensors";

/** What to accept where an answer is mostly numbers. */
export const TENSORS_PREFERRED = `${SAFETENSORS}, application/json;q=0.5`;

export function isTensors(response: Response): boolean {
  return response.headers.get("Content-Type")?.startsWith(SAFETENSORS) === true;
}

/** What every computation is asked about. */
export interface Question {
  network: NetworkReference;
  inputs: Nested;
  overrides: readonly Override[];
}

/** What of a forward pass is sent; by default everything, exactly. */
export interface ForwardOptions {
  /** The layers to answer with. */
  layers?: readonly string[];
  /** Of the layers answered with those whose values are sent; of the others come only the statistics. */
  values?: readonly string[];
  precision?: "float32";
  preActivations?: boolean;
}

export interface Api {
  networks(signal?: AbortSignal): Promise<NetworkInfo[]>;
  network(id: string, signal?: AbortSignal): Promise<NetworkDocument>;
  activations(signal?: AbortSignal): Promise<ActivationInfo[]>;
  layerKinds(signal?: AbortSignal): Promise<LayerKind[]>;
  summary(network: NetworkReference, signal?: AbortSignal): Promise<Summary>;
  forward(question: Question, signal?: AbortSignal, options?: ForwardOptions): Promise<ForwardAnswer>;
  /** The strongest edges into each layer, or into those named. */
  edges(question: Question, top: number, signal?: AbortSignal, layers?: readonly string[]): Promise<LayerEdges[]>;
  explain(question: Question, node: NodeReference, top: number, signal?: AbortSignal): Promise<Explanation>;
  curve(
    name: string,
    parameters: ActivationParameters,
    range: { start: number; stop: number; num: number },
    signal?: AbortSignal,
  ): Promise<Curve>;
  evaluate(name: string, parameters: ActivationParameters, x: number, signal?: AbortSignal): Promise<Evaluation>;
  /** Structural changes, one after the other; all of them or none. */
  edit(network: NetworkReference, operations: readonly Operation[], signal?: AbortSignal): Promise<Edited>;
  /** Part of a parameter: `[start, stop]` for each axis, or null for all of it; the values in C order. */
  parameters(
    network: NetworkReference,
    place: { layer: string; parameter: string },
    slice: readonly ([number, number] | null)[] | null,
    signal?: AbortSignal,
  ): Promise<ParameterSlice>;
  /** The shape of a parameter, without its values. */
  parameterShape(
    network: NetworkReference,
    place: { layer: string; parameter: string },
    signal?: AbortSignal,
  ): Promise<number[]>;
}

/** "NaN", "Infinity" and "-Infinity" as the numbers they stand for; null (no such number) becomes NaN. */
export function readNumber(value: WireNumber | null): number {
  return value === null ? Number.NaN : Number(value);
}

/** Nested lists as one flat array in C order. */
export function flatten(nested: unknown): Float64Array {
  const flat: number[] = [];
  const walk = (part: unknown): void => {
    if (Array.isArray(part)) part.forEach(walk);
    else flat.push(readNumber(part as WireNumber | null));
  };
  walk(nested);
  return Float64Array.from(flat);
}

/** A flat array in C order as the nested lists of `shape`. */
export function nest(flat: ArrayLike<number>, shape: readonly number[]): Nested {
  let position = 0;
  const build = (axis: number): Nested => {
    const length = shape[axis];
    if (length === undefined) return flat[position++] ?? 0;
    return Array.from({ length }, () => build(axis + 1));
  };
  return build(0);
}

interface WireStatistics extends Record<keyof Statistics, unknown> {
  argmax: number[] | null;
  first_non_finite: number[] | null;
}

interface WireLayer {
  name: string;
  kind: string;
  activation?: string | { name: string } | null;
  shape: number[];
  pre_activation?: unknown;
  output: unknown;
  statistics: WireStatistics;
}

function readStatistics(wire: WireStatistics): Statistics {
  const number = (key: keyof Statistics) => readNumber(wire[key] as WireNumber | null);
  return {
    min: number("min"),
    max: number("max"),
    mean: number("mean"),
    std: number("std"),
    argmax: wire.argmax,
    zeros: number("zeros"),
    positive: number("positive"),
    negative: number("negative"),
    nan: number("nan"),
    inf: number("inf"),
    first_non_finite: wire.first_non_finite,
  };
}

/** The name of an activation as the wire gives it: a name, an object with one, or nothing. */
function activationName(value: string | { name: string } | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : value.name;
}

interface WireForward {
  dtype: string;
  layers: WireLayer[];
}

/** Largest and smallest magnitude that float32 holds with all its digits. */
const FLOAT32 = { most: 3.4e38, least: 1.2e-38 };

/** Whether float32 shows a layer of float64 values as it is; where it does not, drawing takes the exact ones. */
export function fitsFloat32({ min, max }: Statistics): boolean {
  const largest = Math.max(Math.abs(min), Math.abs(max));
  return !(largest > FLOAT32.most || (largest > 0 && largest < FLOAT32.least));
}

/** The numbers of a tensor; whole ones as floats, because the inputs of a network are far below 2^53. */
export function valuesOf(tensor: Tensor | undefined): Values | null {
  if (tensor === undefined) return null;
  return tensor.dtype === "I64" ? Float64Array.from(tensor.values, Number) : tensor.values;
}

/** Reads an answer whose numbers are tensors: views of the body, without a copy. */
function readTensorForward(body: ArrayBuffer, { precision, preActivations = true }: ForwardOptions): ForwardAnswer {
  const { tensors, metadata } = readSafetensors(body);
  const answer = JSON.parse(metadata.response ?? "null") as WireForward;
  const rounded = precision === "float32" && answer.dtype === "float64";
  return {
    dtype: answer.dtype,
    layers: answer.layers.map((layer) => {
      const statistics = readStatistics(layer.statistics);
      const output = valuesOf(tensors.get(`${layer.name}/output`));
      const drawable = output !== null && (!rounded || output instanceof Float64Array || fitsFloat32(statistics));
      return {
        name: layer.name,
        kind: layer.kind,
        activation: activationName(layer.activation),
        shape: layer.shape,
        size: sizeOf(layer.shape),
        preActivation: valuesOf(tensors.get(`${layer.name}/pre_activation`)),
        output: drawable ? output : new Float32Array(0),
        fetched: !drawable ? "nothing" : rounded ? "drawn" : preActivations ? "complete" : "exact",
        statistics,
      };
    }),
  };
}

function readForward(answer: WireForward): ForwardAnswer {
  return {
    dtype: answer.dtype,
    layers: answer.layers.map((layer) => ({
      name: layer.name,
      kind: layer.kind,
      activation: activationName(layer.activation),
      shape: layer.shape,
      size: sizeOf(layer.shape),
      preActivation:
        layer.pre_activation === undefined || layer.pre_activation === null ? null : flatten(layer.pre_activation),
      output: flatten(layer.output),
      fetched: "complete" as const,
      statistics: readStatistics(layer.statistics),
    })),
  };
}

interface WireEdges {
  layers: {
    name: string;
    sources: string[];
    count: number;
    edges: Record<"source" | "source_node" | "node", number[]> & Record<"weight" | "product", (WireNumber | null)[]>;
  }[];
}

function readEdges(answer: WireEdges): LayerEdges[] {
  return answer.layers.map(({ name, sources, count, edges }) => ({
    name,
    sources,
    count,
    source: Int32Array.from(edges.source),
    sourceNode: Int32Array.from(edges.source_node),
    node: Int32Array.from(edges.node),
    weight: Float64Array.from(edges.weight, readNumber),
    product: Float64Array.from(edges.product, readNumber),
  }));
}

interface WireExplanation extends Omit<Explanation, "activation" | "activation_parameters"> {
  activation: string | ({ name: string } & ActivationParameters) | null;
}

/** Further numbers that an operation may add to its explanation. */
const DETAILS = ["mean", "variance", "gamma", "beta", "epsilon"] as const;

/** Every number of an explanation is at a place that is known here; names are never touched. */
function readExplanation(answer: WireExplanation): Explanation {
  const optional = (value: number | null | undefined) =>
    value === null || value === undefined ? null : readNumber(value);
  const terms = answer.terms.map(
    (term): Term => ({
      ...term,
      value: readNumber(term.value),
      weight: optional(term.weight),
      product: optional(term.product),
    }),
  );
  const { name = null, ...parameters } =
    typeof answer.activation === "string" ? { name: answer.activation } : (answer.activation ?? {});
  const read: Explanation = {
    ...answer,
    terms,
    others: { count: answer.others.count, sum: readNumber(answer.others.sum) },
    bias: optional(answer.bias),
    pre_activation: optional(answer.pre_activation),
    activation: name,
    activation_parameters: parameters,
    value: readNumber(answer.value),
    recomputed: readNumber(answer.recomputed),
    difference: readNumber(answer.difference),
  };
  for (const detail of DETAILS) {
    const value = answer[detail];
    if (value !== undefined) read[detail] = readNumber(value);
  }
  if (answer.channels !== undefined) {
    read.channels = answer.channels.map(({ channel, sum }) => ({ channel, sum: readNumber(sum) }));
  }
  if (answer.activation_terms !== undefined) {
    read.denominator = optional(answer.denominator);
    read.shift = optional(answer.shift);
    read.activation_terms = answer.activation_terms.map((term) => ({
      index: term.index,
      pre_activation: readNumber(term.pre_activation),
      exponential: optional(term.exponential),
    }));
  }
  return read;
}

async function readProblem(response: Response): Promise<ApiError> {
  const header = Number(response.headers.get("Retry-After"));
  const retryAfter = response.status === 503 ? (Number.isFinite(header) && header > 0 ? header : 1) : null;
  try {
    const problem = (await response.json()) as ProblemDocument;
    const errors = (problem.errors ?? []).map((error) => ({
      detail: error.detail,
      pointer: error.pointer ?? null,
    }));
    return new ApiError(response.status, problem.title, problem.detail, errors, retryAfter);
  } catch {
    // A proxy in between may answer in its own words.
    return new ApiError(
      response.status,
      response.statusText || "Error",
      `The server answered ${response.status}.`,
      [],
      retryAfter,
    );
  }
}

/** Versions of the documents that were read, for the changes that are made to them later. */
const versions = new WeakMap<NetworkDocument, number>();

/** The version that a stored network had when its document was read; null for an example, which cannot be changed. */
export function versionOf(document: NetworkDocument): number | null {
  return versions.get(document) ?? null;
}

/** Reads the document of a stored network and remembers its version. */
export async function readStored(response: Response): Promise<NetworkDocument> {
  const document = (await response.json()) as NetworkDocument;
  const version = /^"(\d+)"$/.exec(response.headers.get("ETag") ?? "")?.[1];
  // The tag of an example may consist of digits too.
  const changeable = response.headers.get("Allow")?.includes("PUT") === true;
  if (version !== undefined && changeable) versions.set(document, Number(version));
  return document;
}

/** One call each: JSON in and out, an `ApiError` for every failure; `request` is `fetch`, replaced in tests. */
export function createRequests(request: typeof fetch = (...call) => fetch(...call), base = "/api/v1") {
  async function send(path: string, options: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await request(base + path, options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(
        0,
        "No answer from the server",
        "The server cannot be reached. Is it still running?",
        [],
        null,
      );
    }
    if (!response.ok) throw await readProblem(response);
    return response;
  }

  async function call<Answer>(path: string, options: RequestInit): Promise<Answer> {
    return (await (await send(path, options)).json()) as Answer;
  }

  const get = <Answer>(path: string, signal?: AbortSignal) =>
    call<Answer>(path, { headers: { Accept: "application/json" }, signal: signal ?? null });

  const post = <Answer>(path: string, body: unknown, signal?: AbortSignal) =>
    call<Answer>(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: writeJson(body),
      signal: signal ?? null,
    });

  /** Hears the events of long work, each with its kind, until its "end" or until the answer is called. A browser that
   * lost the connection comes back by itself and misses nothing; "lost" says that it gave up. */
  function follow(path: string, kinds: readonly string[], hear: (kind: string, data: unknown) => void): () => void {
    const source = new EventSource(base + path);
    for (const kind of [...kinds, "end"]) {
      source.addEventListener(kind, (event) => {
        if (kind === "end") source.close();
        hear(kind, JSON.parse((event as MessageEvent<string>).data));
      });
    }
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) hear("lost", null);
    });
    return () => source.close();
  }

  return { get, post, send, follow };
}

/** The calls the page makes. */
export function createApi(...connection: Parameters<typeof createRequests>): Api {
  const { get, post, send } = createRequests(...connection);
  return {
    networks: (signal) => get("/networks", signal),
    network: async (id, signal) =>
      readStored(
        await send(`/networks/${encodeURIComponent(id)}`, {
          headers: { Accept: "application/json" },
          signal: signal ?? null,
        }),
      ),
    activations: (signal) => get("/activations", signal),
    layerKinds: (signal) => get("/layers", signal),
    summary: (network, signal) => post("/summary", { network }, signal),
    forward: async (question, signal, options = {}) => {
      const { layers, values, precision, preActivations } = options;
      const response = await send("/forward", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: TENSORS_PREFERRED },
        body: writeJson({ ...question, layers, values, precision, pre_activations: preActivations }),
        signal: signal ?? null,
      });
      if (!isTensors(response)) return readForward((await response.json()) as WireForward);
      return readTensorForward(await response.arrayBuffer(), options);
    },
    edges: async (question, top, signal, layers) =>
      readEdges(await post("/edges", { ...question, top, layers }, signal)),
    explain: async (question, node, top, signal) =>
      readExplanation(await post("/explain", { ...question, node, top }, signal)),
    curve: async (name, parameters, { start, stop, num }, signal) => {
      const query = new URLSearchParams({ start: String(start), stop: String(stop), num: String(num) });
      for (const [key, value] of Object.entries(parameters)) query.set(key, String(value));
      const curve = await get<Record<"x" | "y" | "dy", WireNumber[]>>(
        `/activations/${encodeURIComponent(name)}/curve?${query}`,
        signal,
      );
      return { x: curve.x.map(readNumber), y: curve.y.map(readNumber), dy: curve.dy.map(readNumber) };
    },
    evaluate: async (name, parameters, x, signal) => {
      const answer = await post<{ outputs: WireNumber; derivatives: WireNumber | null }>(
        `/activations/${encodeURIComponent(name)}/evaluate`,
        { inputs: x, parameters },
        signal,
      );
      return {
        outputs: readNumber(answer.outputs),
        derivatives: answer.derivatives === null ? null : readNumber(answer.derivatives),
      };
    },
    edit: (network, operations, signal) => post("/edit", { network, operations }, signal),
    parameters: async (network, place, slice, signal) => {
      const answer = await post<{ shape: number[]; values: unknown }>(
        "/parameters",
        { network, ...place, ...(slice === null ? {} : { slice }) },
        signal,
      );
      return { shape: answer.shape, values: flatten(answer.values) };
    },
    parameterShape: async (network, place, signal) =>
      (await post<{ shape: number[] }>("/parameters", { network, ...place, top: 1 }, signal)).shape,
  };
}
