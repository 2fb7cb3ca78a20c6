import { useEffect, useId, useState } from "preact/hooks";
import { ApiError } from "../../api";
import { formatFull, formatValue } from "../../format";
import type { ActivationInfo, Evaluation } from "../../wire";
import { useStudio, useStudioState } from "../context";
import { readActivation } from "./ActivationForm";

/** Milliseconds that the sum must rest before every activation is evaluated at it. */
const REST = 120;

interface Row {
  info: ActivationInfo;
  evaluation: Evaluation;
}

/** The value of every elementwise activation at `z`, computed by the server; null while it is awaited. */
function useEvaluations(z: number, open: boolean): { z: number; rows: readonly Row[] } | null {
  const { api } = useStudio();
  const activations = useStudioState((state) => state.activations);
  const [answer, setAnswer] = useState<{ z: number; rows: readonly Row[] } | null>(null);
  useEffect(() => {
    if (!open || !Number.isFinite(z)) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const infos = [...new Set(activations.values())].filter((info) => info.elementwise);
      Promise.all(
        infos.map(
          async (info): Promise<Row> => ({ info, evaluation: await api.evaluate(info.name, {}, z, stop.signal) }),
        ),
      ).then(
        (rows) => {
          if (!stop.signal.aborted) setAnswer({ z, rows });
        },
        (error: unknown) => {
          // The table is an extra; a lost server is said by the values' own request.
          if (!stop.signal.aborted && !(error instanceof ApiError)) throw error;
        },
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, activations, z, open]);
  return answer;
}

interface Props {
  /** The sum before the activation. */
  z: number;
  current: string;
  onApply: (name: string) => void;
  layer: string;
}

/** What the node would be with each of the other activations. */
export function WhatIf({ z, current, onApply, layer }: Props) {
  const [open, setOpen] = useState(false);
  const answer = useEvaluations(z, open);
  const caption = useId();
  const activations = useStudioState((state) => state.activations);
  const now = activations.get(readActivation(current).name)?.name;
  return (
    <details class="explain what-if" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>With another activation?</summary>
      <p id={caption} class="muted">
        What this node would be for z = {formatValue(z)}. A click gives the whole layer {layer} that activation.
      </p>
      {open && answer === null && (
        <div class="skeleton-lines" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      )}
      {open && answer !== null && (
        <table aria-describedby={caption} class={answer.z === z ? undefined : "stale"}>
          <thead>
            <tr>
              <th scope="col">Activation</th>
              <th scope="col" class="number">
                value
              </th>
              <th scope="col" class="number">
                <abbr title="How much the value changes when z changes a little">slope</abbr>
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.rows.map(({ info, evaluation }) => (
              <tr key={info.name} class={info.name === now ? "current" : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    title={info.description}
                    aria-pressed={info.name === now}
                    onClick={() => onApply(info.name)}
                  >
                    {info.name}
                  </button>
                </th>
                <td class="number" title={formatFull(evaluation.outputs)}>
                  {formatValue(evaluation.outputs)}
                </td>
                <td class="number">{evaluation.derivatives === null ? "" : formatValue(evaluation.derivatives)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  );
}
