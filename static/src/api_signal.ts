/** The calls behind the signal through the depth; what would take long is a job that is followed to its end. */

import { ApiError, type createRequests, type Question, readNumber } from "./api";
import type { Signal, SignalColumns, SignalFinding, SignalSource, SignalVariant, VariedSignal } from "./signal";
import type { WireNumber } from "./wire";

type WireColumn = (WireNumber | null)[];

interface WireColumns {
  percentiles: WireColumn[];
  mean: WireColumn;
  size: WireColumn;
  zeros: WireColumn;
  non_finite: WireColumn;
}

interface WireSignal {
  examples: number;
  target: { layer: string; index: number[] };
  percentiles: number[];
  layers: { name: string[]; kind: string[]; activation: (string | null)[]; nodes: number[] };
  values: WireColumns & { saturated: WireColumn; dead: WireColumn; spread: WireColumn };
  gradients: WireColumns;
  findings: SignalFinding[];
}

interface WireVariant {
  label: string;
  activation: SignalVariant["activation"];
  initializer: unknown;
  changed_activations: number;
  changed_initializers: number;
  signal: WireSignal;
}

/** What a data set offers to look at a network with. */
export interface SampleSet {
  name: string;
  title: string;
  shape: number[];
  splits: Record<string, number>;
  here: boolean;
  task: "classification" | "regression";
  classes: string[];
}

interface WireJob {
  id: string;
  status: string;
  progress: { done: number; total: number } | null;
  error: string | null;
  result: unknown;
}

export interface SignalOptions {
  /** Do it as a job: it takes long. */
  job: boolean;
  /** Told how far a job is, from 0 to 1. */
  onProgress?: (share: number) => void;
}

export interface SignalApi {
  signal(question: Question, source: SignalSource, options: SignalOptions, stop?: AbortSignal): Promise<Signal>;
  compare(
    question: Question,
    source: SignalSource,
    variants: readonly SignalVariant[] | null,
    options: SignalOptions,
    stop?: AbortSignal,
  ): Promise<VariedSignal[]>;
  datasets(stop?: AbortSignal): Promise<SampleSet[]>;
}

/** Milliseconds between two looks at a job. */
const LOOK = 400;

const column = (numbers: WireColumn) => Float64Array.from(numbers, readNumber);

function readColumns(columns: WireColumns): SignalColumns {
  return {
    percentiles: columns.percentiles.map(column),
    mean: column(columns.mean),
    size: column(columns.size),
    zeros: column(columns.zeros),
    nonFinite: column(columns.non_finite),
  };
}

function readSignal({ layers, values, gradients, ...answer }: WireSignal): Signal {
  return {
    examples: answer.examples,
    target: answer.target,
    percentiles: answer.percentiles,
    names: layers.name,
    kinds: layers.kind,
    activations: layers.activation,
    nodes: layers.nodes,
    values: {
      ...readColumns(values),
      saturated: column(values.saturated),
      dead: column(values.dead),
      spread: column(values.spread),
    },
    gradients: readColumns(gradients),
    findings: answer.findings,
  };
}

function inputsOf(question: Question, source: SignalSource): unknown {
  switch (source.type) {
    case "input":
      return question.inputs;
    case "random": {
      const { distribution, examples, seed } = source;
      return { random: { distribution, examples, seed } };
    }
    default:
      return { dataset: { name: source.name, split: source.split, start: 0, count: source.examples } };
  }
}

export function createSignalApi({ get, post }: ReturnType<typeof createRequests>): SignalApi {
  /** Waits for the end of a job, and stops it where nobody waits any more. */
  async function follow<Answer>(id: string, options: SignalOptions, stop?: AbortSignal): Promise<Answer> {
    const end = () => void post(`/jobs/${id}/stop`, {}).catch(() => undefined);
    stop?.addEventListener("abort", end, { once: true });
    for (;;) {
      const job = await get<WireJob>(`/jobs/${id}`, stop);
      if (job.status === "done") {
        stop?.removeEventListener("abort", end);
        return job.result as Answer;
      }
      if (job.status === "failed") throw new ApiError(500, "It failed", job.error ?? "This failed.", [], null);
      if (job.status === "stopped") throw new ApiError(500, "Stopped", job.error ?? "This was stopped.", [], null);
      if (job.progress !== null && job.progress.total > 0) options.onProgress?.(job.progress.done / job.progress.total);
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  async function ask<Answer>(path: string, body: object, options: SignalOptions, stop?: AbortSignal): Promise<Answer> {
    if (!options.job) return post<Answer>(path, body, stop);
    const { id } = await post<WireJob>(path, { ...body, job: true }, stop);
    return follow<Answer>(id, options, stop);
  }

  return {
    async signal(question, source, options, stop) {
      const body = { ...question, inputs: inputsOf(question, source) };
      return readSignal(await ask<WireSignal>("/signal", body, options, stop));
    },
    async compare(question, source, variants, options, stop) {
      const body = { ...question, inputs: inputsOf(question, source), ...(variants === null ? {} : { variants }) };
      const answer = await ask<{ variants: WireVariant[] }>("/signal/compare", body, options, stop);
      return answer.variants.map(({ signal, changed_activations, changed_initializers, ...variant }) => ({
        ...variant,
        changedActivations: changed_activations,
        changedInitializers: changed_initializers,
        signal: readSignal(signal),
      }));
    },
    datasets: (stop) => get("/datasets", stop),
  };
}
