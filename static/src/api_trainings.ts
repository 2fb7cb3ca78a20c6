/** The calls about trainings, and the events of one. */

import { type createRequests, readNumber } from "./api";
import type { Training, TrainingEvent, TrainingInfo, TrainingProgress, TrainingStatus } from "./training";
import type { NetworkReference, WireNumber } from "./wire";

export type TrainingOrder = "pause" | "resume" | "step" | "stop";

export interface TrainingsApi {
  begin(network: NetworkReference, body: Record<string, unknown>): Promise<TrainingInfo>;
  list(signal?: AbortSignal): Promise<TrainingInfo[]>;
  get(id: string, signal?: AbortSignal): Promise<Training>;
  order(id: string, order: TrainingOrder): Promise<Training>;
  /** Hears all events from the first; `onLost` where the connection is gone for good. The answer ends it. */
  follow(id: string, hear: (event: TrainingEvent) => void, onLost: () => void): () => void;
}

interface WireProgress {
  done: number;
  total: number | null;
  seconds_left: number | null;
  examples_per_second?: number | null;
}

interface WireTraining extends TrainingInfo {
  epochs: number;
  history: Record<string, WireNumber[]>;
  progress: WireProgress | null;
  health: { detail: string } | null;
  saved: { network: string } | null;
}

function readProgress(progress: WireProgress): TrainingProgress {
  return {
    done: progress.done,
    total: progress.total,
    secondsLeft: progress.seconds_left,
    examplesPerSecond: progress.examples_per_second ?? null,
  };
}

function readTraining(wire: WireTraining): Training {
  return {
    id: wire.id,
    title: wire.title,
    status: wire.status,
    epochs: wire.epochs,
    network: wire.saved?.network ?? wire.network,
    saved: wire.saved !== null,
    history: new Map(Object.entries(wire.history).map(([key, numbers]) => [key, numbers.map(readNumber)])),
    steps: { at: [], loss: [] },
    progress: wire.progress === null ? null : readProgress(wire.progress),
    health: wire.health?.detail ?? null,
    error: wire.error,
  };
}

const KINDS = ["step", "epoch", "progress", "status", "saved", "health"] as const;

/** An event as the server sends it; null for one that says nothing new. */
export function readEvent(kind: string, data: unknown): TrainingEvent | null {
  switch (kind) {
    case "step": {
      const step = data as {
        epoch: number;
        batch: number;
        batches: number;
        loss: WireNumber;
        examples_per_second: number | null;
      };
      const { epoch, batch, batches } = step;
      return { kind, epoch, batch, batches, loss: readNumber(step.loss), examplesPerSecond: step.examples_per_second };
    }
    case "epoch": {
      const { epoch, logs } = data as { epoch: number; logs: Record<string, WireNumber> };
      return {
        kind,
        epoch,
        logs: Object.fromEntries(Object.entries(logs).map(([key, value]) => [key, readNumber(value)])),
      };
    }
    case "progress":
      return { kind, progress: readProgress(data as WireProgress) };
    case "status":
      return { kind, status: (data as { status: TrainingStatus }).status };
    case "saved":
      return { kind, network: (data as { network: string }).network };
    case "health":
      return { kind, detail: (data as { detail: string }).detail };
    case "end": {
      const { status, error } = data as { status: TrainingStatus; error: string | null };
      return { kind, status, error };
    }
    default:
      return null;
  }
}

export function createTrainingsApi({ get, post, follow }: ReturnType<typeof createRequests>): TrainingsApi {
  const path = (id: string) => `/trainings/${encodeURIComponent(id)}`;
  return {
    begin: (network, body) => post("/trainings", { network, ...body }),
    list: (signal) => get("/trainings?limit=20", signal),
    get: async (id, signal) => readTraining(await get<WireTraining>(path(id), signal)),
    order: async (id, order) => readTraining(await post<WireTraining>(`${path(id)}/${order}`, {})),
    follow: (id, hear, onLost) =>
      follow(`${path(id)}/events`, KINDS, (kind, data) => {
        if (kind === "lost") return onLost();
        const event = readEvent(kind, data);
        if (event !== null) hear(event);
        return undefined;
      }),
  };
}
