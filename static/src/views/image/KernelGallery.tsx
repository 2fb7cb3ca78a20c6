import { useEffect, useMemo, useState } from "preact/hooks";
import { networkOf } from "../../actions";
import { ApiError } from "../../api";
import { formatCount } from "../../format";
import { isColour, kernelPicture } from "../../picture";
import type { Answer } from "../../store";
import type { Explanation, ParameterSlice } from "../../wire";
import { useActions, useStudio } from "../context";
import { MapCanvas } from "./MapCanvas";

/** Whether a layer looks at the colours of the input itself, so that its kernels are colour pictures. */
export function seesColours(answer: Answer, explanation: Explanation): boolean {
  const source = explanation.window === undefined ? undefined : answer.byName.get(explanation.window.layer);
  return (
    explanation.operation === "weighted_sum" &&
    explanation.channels?.length === 3 &&
    source?.name === "input" &&
    isColour(source.shape)
  );
}

/** The kernels of the first layer as colour pictures: what each map looks for. */
export function KernelGallery({ answer, explanation }: { answer: Answer; explanation: Explanation }) {
  const { api } = useStudio();
  const actions = useActions();
  const { layer, index } = explanation;
  const own = index.at(-1) ?? 0;
  const [kernel, setKernel] = useState<ParameterSlice | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { edit } = answer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: kernels depend on the document and its edits, not on the input.
  useEffect(() => {
    const stop = new AbortController();
    setProblem(null);
    api
      .parameters(networkOf(edit), { layer, parameter: "kernel" }, null, stop.signal)
      .then(setKernel)
      .catch((error: unknown) => {
        if (!stop.signal.aborted) setProblem(error instanceof ApiError ? error.message : String(error));
      });
    return () => stop.abort();
  }, [api, edit.document, edit.edits, layer]);
  const pictures = useMemo(() => {
    const [rows = 1, columns = 1, channels = 1, filters = 1] = kernel?.shape ?? [];
    if (kernel === null || kernel.shape.length !== 4 || channels !== 3) return [];
    const limit = kernel.values.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    return Array.from({ length: filters }, (_, filter) => {
      const weights = Float64Array.from(
        { length: rows * columns * channels },
        (_, at) => kernel.values[at * filters + filter] ?? 0,
      );
      return kernelPicture(weights, rows, columns, limit);
    });
  }, [kernel]);
  if (problem !== null) return <p class="muted">The kernels cannot be shown: {problem}</p>;
  if (pictures.length === 0) return null;
  return (
    <section class="seen-section" aria-label="Kernels as colours">
      <h3>The {formatCount(pictures.length)} kernels as colours</h3>
      <ul class="kernel-gallery">
        {pictures.map((picture, filter) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the number is what a kernel is called by.
          <li key={filter}>
            <button
              type="button"
              aria-label={`Kernel of map ${filter}`}
              aria-pressed={filter === own}
              title={`Select the same pixel of map ${filter}`}
              onClick={() => actions.show({ layer, index: [...index.slice(0, -1), filter] })}
            >
              <MapCanvas picture={picture} />
              {filter}
            </button>
          </li>
        ))}
      </ul>
      <p class="muted">
        Red, green and blue weights together: grey is 0, and a colour is bright where it counts for the map, dark where
        it counts against it.
      </p>
    </section>
  );
}
