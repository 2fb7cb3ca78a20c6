/** Images, drawings and examples of data sets as inputs, and what a node sees of the input. */

import { type Actions, networkOf, questionOf } from "./actions";
import { ApiError } from "./api";
import type { ImagesApi } from "./api_images";
import { formatCount, nodeName } from "./format";
import {
  type Dataset,
  hasEnded,
  type ImagesState,
  type InputSource,
  type Job,
  type Method,
  targetText,
} from "./images";
import type { Edit, Store } from "./store";
import type { NodeReference } from "./wire";

/** Examples on one page of the chooser. */
export const SAMPLES_A_PAGE = 24;

/** Larger files are not even read: base64 makes them a third longer, and a request has a limit. */
const LARGEST_FILE = 48 * 1024 * 1024;

/** Milliseconds between two looks at a download. */
const LOOK = 400;

/** Milliseconds that a node must stay chosen before the parts of the input that it sees are asked for. */
const REST = 120;

export interface ImageActions {
  /** Makes an image the input. `title` is what it is called from then on. */
  giveImage(image: Blob, title: string): Promise<void>;
  dismissImageProblem(): void;
  setDrawing(open: boolean): void;
  /** Opens the chooser of examples, at a data set that fits the network. */
  openSamples(): Promise<void>;
  closeSamples(): void;
  showSamples(dataset: string, split: string, start: number): Promise<void>;
  /** Makes an example the input. */
  takeSample(index: number): Promise<void>;
  download(dataset: string): Promise<void>;
  stopDownload(dataset: string): Promise<void>;
  /** Shows how much each pixel counts for the selected node; null: no more. */
  setMethod(method: Method | null): void;
  /** Asks for what the selected node sees, where that is not known yet. */
  look(node: NodeReference): void;
}

function readBase64(image: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error("The file cannot be read."));
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.readAsDataURL(image);
  });
}

export function createImageActions(store: Store, api: ImagesApi, core: Pick<Actions, "change">): ImageActions {
  const put = (change: Partial<ImagesState>) => store.update(({ images }) => ({ images: { ...images, ...change } }));
  let reading = new AbortController();
  let listing = new AbortController();
  let looking = new AbortController();
  let resting: ReturnType<typeof setTimeout> | undefined;

  function problem(title: string, error: unknown): void {
    if (error instanceof DOMException && error.name === "AbortError") return;
    put({ problem: { title, detail: error instanceof Error ? error.message : String(error) } });
  }

  /** Makes numbers the input, if the network is still the one that they were made for. */
  function take(asked: Edit, values: Float64Array, source: Omit<InputSource, "inputs">, label: string): void {
    const { present } = store.get();
    if (present === null || present.document !== asked.document) return;
    const inputs = Array.from(values);
    put({ source: { ...source, inputs }, problem: null });
    core.change({ ...present, inputs }, label);
  }

  async function giveImage(image: Blob, title: string): Promise<void> {
    const { present } = store.get();
    if (present === null) return;
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    put({ reading: true, problem: null });
    try {
      if (image.size > LARGEST_FILE) {
        throw new Error(
          `It is ${formatCount(Math.ceil(image.size / 1024 / 1024))} MiB; expected an image of at most 48 MiB.`,
        );
      }
      const answer = await api.image(networkOf(present), await readBase64(image), signal);
      take(present, answer.inputs, { title, steps: answer.steps, expected: null }, title);
    } catch (error) {
      problem(`“${title}” cannot be the input`, error);
    } finally {
      if (!signal.aborted) put({ reading: false });
    }
  }

  async function loadDatasets(): Promise<readonly Dataset[]> {
    const datasets = await api.datasets();
    put({ datasets });
    return datasets;
  }

  async function openSamples(): Promise<void> {
    const { present, images } = store.get();
    if (present === null) return;
    put({ chooser: images.chooser ?? { dataset: null, split: "test", start: 0 }, samples: null, problem: null });
    try {
      const datasets = await loadDatasets();
      const size = present.inputs.length;
      const fitting = datasets.filter(({ shape }) => shape.reduce((product, length) => product * length, 1) === size);
      const chosen = fitting.find(({ here }) => here) ?? fitting[0] ?? null;
      if (chosen !== null) await showSamples(chosen.name, "test" in chosen.splits ? "test" : firstSplit(chosen), 0);
    } catch (error) {
      problem("The data sets cannot be listed", error);
    }
  }

  function firstSplit(dataset: Dataset): string {
    return Object.keys(dataset.splits)[0] ?? "train";
  }

  async function showSamples(name: string, split: string, start: number): Promise<void> {
    listing.abort();
    listing = new AbortController();
    const { signal } = listing;
    put({ chooser: { dataset: name, split, start }, samples: null, problem: null });
    const dataset = store.get().images.datasets?.find((one) => one.name === name);
    if (dataset?.here !== true) return;
    try {
      const samples = await api.samples(name, split, start, SAMPLES_A_PAGE, signal);
      if (!signal.aborted) put({ samples });
    } catch (error) {
      problem(`The examples of ${dataset.title} cannot be read`, error);
    }
  }

  async function takeSample(index: number): Promise<void> {
    const { present, images } = store.get();
    const { chooser, samples } = images;
    if (present === null || chooser === null || chooser.dataset === null || samples === null) return;
    const { dataset: name, split } = chooser;
    const target = samples.targets[index - samples.start];
    reading.abort();
    reading = new AbortController();
    const { signal } = reading;
    put({ reading: true, problem: null });
    try {
      const values = await api.sampleInputs(networkOf(present), { name, split, index }, signal);
      const expected =
        typeof target === "number" && samples.classes[target] !== undefined
          ? { index: target, name: targetText(target, samples.classes) }
          : null;
      const title = `${name}, ${split} example ${formatCount(index)}`;
      take(present, values, { title, steps: [], expected }, title);
      put({ chooser: null });
    } catch (error) {
      problem("This example cannot be the input", error);
    } finally {
      if (!signal.aborted) put({ reading: false });
    }
  }

  function putJob(dataset: string, job: Job | null): void {
    store.update(({ images }) => {
      const downloads = new Map(images.downloads);
      if (job === null) downloads.delete(dataset);
      else downloads.set(dataset, job);
      return { images: { ...images, downloads } };
    });
  }

  /** Looks at a download until it has ended, and then at what it brought. */
  async function follow(dataset: string, job: Job): Promise<void> {
    let now = job;
    putJob(dataset, now);
    while (!hasEnded(now)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      now = await api.job(job.id);
      putJob(dataset, now);
    }
    if (now.status !== "done") return;
    putJob(dataset, null);
    await loadDatasets();
    const { chooser } = store.get().images;
    if (chooser?.dataset === dataset) await showSamples(dataset, chooser.split, chooser.start);
  }

  async function download(dataset: string): Promise<void> {
    put({ problem: null });
    try {
      await follow(dataset, await api.download(dataset));
    } catch (error) {
      putJob(dataset, null);
      problem("The download does not start", error);
    }
  }

  async function stopDownload(dataset: string): Promise<void> {
    const job = store.get().images.downloads.get(dataset);
    if (job === undefined) return;
    try {
      putJob(dataset, await api.stopJob(job.id));
    } catch (error) {
      problem("The download cannot be stopped", error);
    }
  }

  async function ask(edit: Edit, node: NodeReference, signal: AbortSignal): Promise<void> {
    const { method } = store.get().images;
    put({ unseen: null });
    const asked = [
      api.receptiveField(networkOf(edit), node, signal).then((field) => {
        if (!signal.aborted) put({ field: field === null ? null : { edit, node, ...field } });
      }),
    ];
    if (method !== null) {
      asked.push(
        api.attribution(questionOf(edit), node, method, signal).then((answer) => {
          if (!signal.aborted) put({ attribution: { ...answer, method, edit, target: node } });
        }),
      );
    }
    for (const one of await Promise.allSettled(asked)) {
      if (one.status === "rejected" && !signal.aborted && one.reason instanceof ApiError) {
        put({ unseen: one.reason.message });
      }
    }
  }

  function look(node: NodeReference): void {
    const { answer, images } = store.get();
    if (answer === null) return;
    const { edit } = answer;
    const name = nodeName(node);
    const { field, attribution, method } = images;
    const knowsField = field !== null && field.edit.document === edit.document && nodeName(field.node) === name;
    const knowsPixels =
      method === null ||
      (attribution?.edit === edit && attribution.method === method && nodeName(attribution.target) === name);
    looking.abort();
    clearTimeout(resting);
    if (knowsField && knowsPixels) return;
    looking = new AbortController();
    const { signal } = looking;
    resting = setTimeout(() => void ask(edit, node, signal), REST);
  }

  return {
    giveImage,
    dismissImageProblem: () => put({ problem: null }),
    setDrawing: (drawing) => put({ drawing, problem: null }),
    openSamples,
    closeSamples: () => put({ chooser: null, problem: null }),
    showSamples,
    takeSample,
    download,
    stopDownload,
    setMethod: (method) => put({ method, problem: null }),
    look,
  };
}
