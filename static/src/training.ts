/** A training as the page follows it: what is chosen, what has happened, and its curves. Pure. */

import type { SampleSet } from "./api_signal";

export type TrainingStatus = "queued" | "running" | "paused" | "stopping" | "done" | "stopped" | "failed";

/** A training in a list. */
export interface TrainingInfo {
  id: string;
  title: string;
  status: TrainingStatus;
  ahead: number | null;
  /** The id of the network that it makes. */
  network: string;
  created: string;
  error: string | null;
}

/** How far a training is. */
export interface TrainingProgress {
  readonly done: number;
  readonly total: number | null;
  readonly secondsLeft: number | null;
  readonly examplesPerSecond: number | null;
}

/** A training that is followed. */
export interface Training {
  readonly id: string;
  readonly title: string;
  readonly status: TrainingStatus;
  readonly epochs: number;
  readonly network: string;
  /** Whether the trained network is stored. */
  readonly saved: boolean;
  /** A number for each epoch, under Keras' keys. */
  readonly history: ReadonlyMap<string, readonly number[]>;
  /** The loss of single batches, at places counted in epochs. */
  readonly steps: { readonly at: readonly number[]; readonly loss: readonly number[] };
  readonly progress: TrainingProgress | null;
  /** The first number that was not finite, and where it came from. */
  readonly health: string | null;
  readonly error: string | null;
}

/** What a person chooses before a training begins. */
export interface TrainingChoice {
  readonly dataset: string | null;
  readonly optimizer: string;
  /** Null: the optimiser's own. */
  readonly learningRate: number | null;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
}

export const FIRST_CHOICE: TrainingChoice = {
  dataset: null,
  optimizer: "adam",
  learningRate: null,
  epochs: 20,
  batchSize: 32,
  seed: 0,
};

/** With Keras' learning rates, which stand where none is chosen. */
export const OPTIMIZERS: readonly { name: string; title: string; rate: number }[] = [
  { name: "adam", title: "Adam", rate: 0.001 },
  { name: "adamw", title: "AdamW", rate: 0.001 },
  { name: "sgd", title: "SGD", rate: 0.01 },
  { name: "rmsprop", title: "RMSprop", rate: 0.001 },
  { name: "adagrad", title: "Adagrad", rate: 0.001 },
];

/** Steps that are kept for the curve: twice what fits into its pixels. */
const STEPS_KEPT = 2000;

/** What the network ends with, as far as the loss depends on it. */
export interface Output {
  readonly nodes: number;
  readonly activation: string | null;
}

/** The loss that fits a task and an output, as a training's document writes it, and the metrics that people read. */
export function lossFor(
  set: Pick<SampleSet, "task">,
  { nodes, activation }: Output,
): { loss: unknown; metrics: string[] } {
  if (set.task === "regression") return { loss: "mean_squared_error", metrics: ["mean_absolute_error"] };
  const name = nodes === 1 ? "binary_crossentropy" : "sparse_categorical_crossentropy";
  const isProbability = activation === (nodes === 1 ? "sigmoid" : "softmax");
  return { loss: isProbability ? name : { name, from_logits: true }, metrics: ["accuracy"] };
}

/** Why a data set cannot be learnt by a network as it is, as far as that is plain; null: it may be. */
export function misfit(set: SampleSet, inputSize: number, { nodes }: Output): string | null {
  const size = set.shape.reduce((product, length) => product * length, 1);
  if (size !== inputSize) return `${set.title} has ${size} inputs, this network ${inputSize}`;
  if (set.task === "regression") return nodes === 1 ? null : `${set.title} needs 1 output, this network has ${nodes}`;
  const classes = set.classes.length;
  if (nodes === classes || (classes === 2 && nodes === 1)) return null;
  return `${set.title} has ${classes} classes, this network ${nodes} ${nodes === 1 ? "output" : "outputs"}`;
}

/** The body of `POST /trainings` beside the network. */
export function trainingBody(choice: TrainingChoice, set: SampleSet, output: Output): Record<string, unknown> {
  const { optimizer, learningRate, epochs, batchSize, seed } = choice;
  const split = "test" in set.splits ? "test" : null;
  return {
    dataset: { name: set.name, split: "train" },
    ...lossFor(set, output),
    optimizer: learningRate === null ? optimizer : { name: optimizer, learning_rate: learningRate },
    epochs,
    batch_size: batchSize,
    seed,
    ...(split === null ? { validation_split: 0.2 } : { validation_data: { split } }),
  };
}

/** One event of a training, read. */
export type TrainingEvent =
  | { kind: "step"; epoch: number; batch: number; batches: number; loss: number; examplesPerSecond: number | null }
  | { kind: "epoch"; epoch: number; logs: Readonly<Record<string, number>> }
  | { kind: "progress"; progress: TrainingProgress }
  | { kind: "status"; status: TrainingStatus }
  | { kind: "saved"; network: string }
  | { kind: "health"; detail: string }
  | { kind: "end"; status: TrainingStatus; error: string | null };

/** Every other entry where there are too many. */
function thinned(numbers: readonly number[]): number[] {
  return numbers.length <= STEPS_KEPT ? [...numbers] : numbers.filter((_, at) => at % 2 === 0);
}

/** A training after some events. Epochs stand at their places, so that events heard twice change nothing. */
export function afterEvents(training: Training, events: readonly TrainingEvent[]): Training {
  let next: Training = training;
  const history = new Map([...training.history].map(([key, numbers]) => [key, [...numbers]]));
  const at = [...training.steps.at];
  const loss = [...training.steps.loss];
  for (const event of events) {
    switch (event.kind) {
      case "step": {
        const place = event.epoch + (event.batch + 1) / event.batches;
        if (place > (at.at(-1) ?? -1)) {
          at.push(place);
          loss.push(event.loss);
        }
        break;
      }
      case "epoch":
        for (const [key, value] of Object.entries(event.logs)) {
          const numbers = history.get(key) ?? [];
          numbers[event.epoch] = value;
          history.set(key, numbers);
        }
        break;
      case "progress":
        next = { ...next, progress: event.progress };
        break;
      case "status":
        next = { ...next, status: event.status };
        break;
      case "saved":
        next = { ...next, saved: true, network: event.network };
        break;
      case "health":
        next = { ...next, health: event.detail };
        break;
      default:
        next = { ...next, status: event.status, error: event.error };
    }
  }
  return { ...next, history, steps: { at: thinned(at), loss: thinned(loss) } };
}

export function isOver({ status }: Pick<Training, "status">): boolean {
  return status === "done" || status === "stopped" || status === "failed";
}

/** Which curves of a history belong into one plot: a measure with its validation. */
export function measuresOf(history: Training["history"]): string[] {
  return [...history.keys()].filter((key) => !key.startsWith("val_"));
}

/** A time that is left, as people say it. */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toPrecision(2))} h`;
}
