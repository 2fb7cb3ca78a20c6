import { useMemo } from "preact/hooks";
import { defaultTarget } from "../../actions_play";
import { nodeName, parseNodeName } from "../../format";
import { indexOf } from "../../layout";
import type { Answer } from "../../store";
import type { NodeReference } from "../../wire";
import { useActions, useStudioState } from "../context";

/** Outputs that are offered by name; any other node is chosen by selecting it. */
const OUTPUTS_OFFERED = 100;

/** "derivative of …": which node the gradients are of. */
export function TargetChoice({ answer }: { answer: Answer }) {
  const actions = useActions();
  const target = useStudioState((state) => state.target);
  const selected = useStudioState((state) => state.selected);
  const names = useMemo(() => {
    const last = answer.layers.at(-1);
    const outputs: (NodeReference | null)[] =
      last === undefined
        ? []
        : Array.from({ length: Math.min(last.size, OUTPUTS_OFFERED) }, (_, flat) => ({
            layer: last.name,
            index: indexOf(last.shape, flat),
          }));
    const others = [target, defaultTarget(answer, null)];
    return [...new Set([...outputs, ...others].filter((node) => node !== null).map(nodeName))];
  }, [answer, target]);
  const chosen = target === null ? "" : nodeName(target);
  const other = selected === null || selected.layer === "input" ? null : nodeName(selected);
  return (
    <div class="target-choice">
      <label>
        <span>derivative of</span>
        <select
          value={chosen}
          onChange={(event) => {
            const node = parseNodeName(event.currentTarget.value);
            if (node !== null) actions.setTarget(node);
          }}
        >
          {names.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {other !== null && other !== chosen && selected !== null && (
        <button
          type="button"
          class="link target-selected"
          title={`Show the derivatives of the selected node, ${other}`}
          onClick={() => actions.setTarget(selected)}
        >
          use {other}
        </button>
      )}
    </div>
  );
}
