import { formatFull, formatValue } from "../../format";
import type { Answer } from "../../store";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

/** Classes that are listed; the expected one is added where it is not among them. */
const SHOWN = 5;

/** What a classifier says: its most likely classes, and beside them the one that was expected. */
export function TopClasses({ answer }: { answer: Answer }) {
  const actions = useActions();
  const source = useStudioState((state) => state.images.source);
  const last = answer.layers.at(-1);
  const names = answer.edit.document.input.classes;
  if (last === undefined || last.activation !== "softmax" || last.shape.length !== 1 || last.output.length < 2) {
    return null;
  }
  const expected = source?.inputs === answer.edit.inputs ? (source.expected?.index ?? null) : null;
  const order = Array.from(last.output, (_, at) => at).sort(
    (a, b) => (last.output[b] ?? 0) - (last.output[a] ?? 0) || a - b,
  );
  const shown = order.slice(0, SHOWN);
  if (expected !== null && expected < last.output.length && !shown.includes(expected)) shown.push(expected);
  const nameOf = (at: number) => names?.[at] ?? `class ${at}`;
  return (
    <section class="top-classes" aria-label="What the network says">
      <h3>
        Output <span>{last.name}</span>
      </h3>
      <ol>
        {shown.map((at) => {
          const value = last.output[at] ?? Number.NaN;
          const right = at === expected;
          return (
            <li key={at} class={right ? "expected" : undefined}>
              <button
                type="button"
                class="link"
                title={`Select ${last.name}[${at}]: ${formatFull(value)}`}
                onClick={() => actions.show({ layer: last.name, index: [at] })}
              >
                {nameOf(at)}
              </button>
              <span class="bar from-left" aria-hidden="true">
                <i
                  class="positive"
                  style={{ left: 0, width: `${Number.isFinite(value) ? Math.min(1, Math.max(0, value)) * 100 : 0}%` }}
                />
              </span>
              <span class="number">{formatValue(value, 4)}</span>
              {right && (
                <span class={at === order[0] ? "verdict right" : "verdict"}>
                  <Icon name={at === order[0] ? "check" : "warning"} />
                  <span>{at === order[0] ? "as expected" : "this was expected"}</span>
                </span>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
