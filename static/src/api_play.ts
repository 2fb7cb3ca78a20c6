/** The calls behind gradients in the graph, and behind the network as code. */

import { createRequests, flatten, type Question } from "./api";
import { writeJson } from "./json";
import type { NetworkReference, NodeReference } from "./wire";

/** The derivative of one node by the nodes and parameters of a layer, flat in C order. */
export interface LayerGradients {
  /** Null where a derivative has no meaning: by whole numbers. */
  output: Float64Array | null;
  preActivation: Float64Array | null;
  parameters: ReadonlyMap<string, { shape: readonly number[]; values: Float64Array }>;
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

export function createPlayApi(...connection: Parameters<typeof createRequests>): PlayApi {
  const { post, send } = createRequests(...connection);
  return {
    gradients: async (question, target, signal) =>
      readGradients(await post("/gradients", { ...question, target }, signal)),
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
