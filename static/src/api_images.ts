/** The calls about images and data sets, and about what a node sees of the input. */

import { type createRequests, flatten, type Question } from "./api";
import type { Dataset, ImageStep, Job, Method, Samples } from "./images";
import type { Nested, NetworkReference, NodeReference } from "./wire";

/** The answer of `POST /images`. */
export interface ImageAnswer {
  inputs: Float64Array;
  steps: ImageStep[];
}

export interface SampleReference {
  name: string;
  split: string;
  index: number;
}

export interface AttributionAnswer {
  method: Method;
  shape: number[];
  values: Float64Array;
  window: number[] | null;
}

export interface ImagesApi {
  /** An image as base64 becomes an input of the network. */
  image(network: NetworkReference, image: string, signal?: AbortSignal): Promise<ImageAnswer>;
  datasets(signal?: AbortSignal): Promise<Dataset[]>;
  samples(name: string, split: string, start: number, count: number, signal?: AbortSignal): Promise<Samples>;
  /** An example of a data set as the network takes it. */
  sampleInputs(network: NetworkReference, sample: SampleReference, signal?: AbortSignal): Promise<Float64Array>;
  download(name: string): Promise<Job>;
  job(id: string): Promise<Job>;
  stopJob(id: string): Promise<Job>;
  attribution(
    question: Question,
    target: NodeReference,
    method: Method,
    signal?: AbortSignal,
  ): Promise<AttributionAnswer>;
  /** Start and stop along each axis of the input that a node depends on. */
  receptiveField(
    network: NetworkReference,
    node: NodeReference,
    signal?: AbortSignal,
  ): Promise<{ start: number[]; stop: number[] } | null>;
}

export function createImagesApi({ get, post }: ReturnType<typeof createRequests>): ImagesApi {
  const path = (name: string) => `/datasets/${encodeURIComponent(name)}`;
  return {
    async image(network, image, signal) {
      const answer = await post<Omit<ImageAnswer, "inputs"> & { inputs: Nested }>(
        "/images",
        { network, image },
        signal,
      );
      return { ...answer, inputs: flatten(answer.inputs) };
    },
    datasets: (signal) => get("/datasets", signal),
    async samples(name, split, start, count, signal) {
      const query = new URLSearchParams({ split, start: String(start), count: String(count) });
      const answer = await get<Omit<Samples, "inputs"> & { inputs: Nested }>(`${path(name)}/samples?${query}`, signal);
      return { ...answer, inputs: flatten(answer.inputs) };
    },
    async sampleInputs(network, sample, signal) {
      const answer = await post<{ layers: { output: unknown }[] }>(
        "/forward",
        { network, inputs: { dataset: sample }, layers: ["input"] },
        signal,
      );
      return flatten(answer.layers[0]?.output);
    },
    download: (name) => post(`${path(name)}/download`, {}),
    job: (id) => get(`/jobs/${encodeURIComponent(id)}`),
    stopJob: (id) => post(`/jobs/${encodeURIComponent(id)}/stop`, {}),
    async attribution(question, target, method, signal) {
      const answer = await post<
        Omit<AttributionAnswer, "values" | "window"> & { values: Nested; windows?: { window: number[] } | null }
      >("/attribution", { ...question, target, method }, signal);
      return { ...answer, values: flatten(answer.values), window: answer.windows?.window ?? null };
    },
    async receptiveField(network, node, signal) {
      const { layers } = await post<{ layers: { name: string; start: number[]; stop: number[] }[] }>(
        "/receptive_field",
        { network, node },
        signal,
      );
      return layers.find(({ name }) => name === "input") ?? null;
    },
  };
}
