/** The calls behind gradients in the graph, and behind the network as code. */

import { createRequests, flatten, isTensors, type Question, TENSORS_PREFERRED, valuesOf } from "./api";
import type { Values } from "./graph_types";
import { writeJson } from "./json";
import { readSafetensors } from "./safetensors";
import type { NetworkReference, NodeReference } from "./wire";

/** The derivative of one node by the nodes and parameters of a layer, flat in C order. */
export interface LayerGradients {
  /** Null where a derivative has no meaning: by whole numbers. */
  output: Values | null;
  preActivation: Values | null;
  /** None where they were not asked for. */
  parameters: ReadonlyMap<string, { shape: readonly number[]; values: Values }>;
}

export type CodeTarget = "numpy" | "keras" | "pytorch" | "curl";

/** The answer of `POST /code`. */
export interface Code {
  target: CodeTarget;
  language: "python" | "shell";
  filename: string;
  code: string;
  parameters_file: { needed: boolean; filename: string; bytes: number };
  notes: string[];
}

export interface PlayApi {
  gradients(
    question: Question,
    target: NodeReference,
    signal?: AbortSignal,
    /** Whether to send the derivatives by the parameters too, which are as many as these. */
    parameters?: boolean,
  ): Promise<ReadonlyMap<string, LayerGradients>>;
  code(question: Question, target: CodeTarget, signal?: AbortSignal): Promise<Code>;
  /** All parameters as an npz file. */
  parameterFile(network: NetworkReference, signal?: AbortSignal): Promise<Blob>;
}

/** Lengths of nested lists from the outside in. */
function shapeOf(nested: unknown): number[] {
  const shape: number[] = [];
  for (let part = nested; Array.isArray(part); part = part[0]) shape.push(part.length);
  return shape;
}

interface WireGradients {
  layers: { name: string; output: unknown; pre_activation?: unknown; parameters: Record<string, unknown> }[];
}

function readGradients({ layers }: WireGradients): Map<string, LayerGradients> {
  const optional = (nested: unknown) => (nested === null || nested === undefined ? null : flatten(nested));
  return new Map(
    layers.map(({ name, output, pre_activation, parameters }) => [
      name,
      {
        output: optional(output),
        preActivation: optional(pre_activation),
        parameters: new Map(
          Object.entries(parameters).map(([parameter, values]) => [
            parameter,
            { shape: shapeOf(values), values: flatten(values) },
          ]),
        ),
      },
    ]),
  );
}

/** Reads derivatives that are tensors: `<layer>/output`, `<layer>/pre_activation` and `parameters/<layer>/<name>`. */
function readTensorGradients(body: ArrayBuffer): Map<string, LayerGradients> {
  const { tensors, metadata } = readSafetensors(body);
  const { layers } = JSON.parse(metadata.response ?? '{"layers":[]}') as { layers: { name: string }[] };
  const read = new Map(
    layers.map(({ name }) => [
      name,
      {
        output: valuesOf(tensors.get(`${name}/output`)),
        preActivation: valuesOf(tensors.get(`${name}/pre_activation`)),
        parameters: new Map<string, { shape: readonly number[]; values: Values }>(),
      },
    ]),
  );
  for (const [place, tensor] of tensors) {
    const [, layer = "", parameter = ""] = /^parameters\/([^/]+)\/([^/]+)$/.exec(place) ?? [];
    const values = valuesOf(tensor);
    if (values !== null) read.get(layer)?.parameters.set(parameter, { shape: tensor.shape, values });
  }
  return read;
}

export function createPlayApi(...connection: Parameters<typeof createRequests>): PlayApi {
  const { post, send } = createRequests(...connection);
  return {
    gradients: async (question, target, signal, parameters = true) => {
      const response = await send("/gradients", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: TENSORS_PREFERRED },
        body: writeJson({ ...question, target, parameters }),
        signal: signal ?? null,
      });
      return isTensors(response)
        ? readTensorGradients(await response.arrayBuffer())
        : readGradients((await response.json()) as WireGradients);
    },
    code: (question, target, signal) => post("/code", { ...question, target }, signal),
    parameterFile: async (network, signal) => {
      const response = await send("/parameters/file", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: writeJson({ network }),
        signal: signal ?? null,
      });
      return response.blob();
    },
  };
}
