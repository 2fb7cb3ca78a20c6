import { formatFull, formatValue, nodeName } from "../../format";
import type { Explanation, NodeReference } from "../../wire";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { readTyped } from "../inputs";
import { NumberField } from "../NumberField";
import { weightStep } from "./weight_places";

const read = (text: string) => readTyped(text, false);

/** Holding the selected node at a value, and letting it go. */
export function PinControls({ node, explanation }: { node: NodeReference; explanation: Explanation }) {
  const actions = useActions();
  const name = nodeName(node);
  const pinned = useStudioState((state) => state.present?.overrides.find((one) => nodeName(one) === name)?.value);
  const { value } = explanation;
  const held = pinned !== undefined;
  const usable = Number.isFinite(value) ? value : 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend.
    <div class="pin" role="group" aria-label="Pin">
      {held ? (
        <>
          <span class="pin-word">Held at</span>
          <NumberField
            key={name}
            label={`${name} is held at`}
            value={pinned}
            step={weightStep([pinned])}
            read={read}
            display={formatValue}
            scrub
            onChange={(next) => actions.pin(node, next)}
          />
          <button type="button" class="button small" onClick={() => actions.release(node)}>
            <Icon name="unpin" />
            Release
          </button>
          <span class="muted pin-note">{`Computed: ${formatValue(explanation.recomputed)}`}</span>
        </>
      ) : (
        <>
          <button
            type="button"
            class="button small"
            title={`Hold ${name} at a value; everything after it then reads that value`}
            onClick={() => actions.pin(node, usable)}
          >
            <Icon name="pin" />
            Pin at {formatValue(usable)}
          </button>
          {usable !== 0 && (
            <button
              type="button"
              class="button quiet small"
              title={`Hold ${name} at 0: what would the network be without it?`}
              onClick={() => actions.pin(node, 0)}
            >
              Pin at 0
            </button>
          )}
        </>
      )}
    </div>
  );
}

/** Every pinned node; nothing where there are none. */
export function PinList() {
  const actions = useActions();
  const overrides = useStudioState((state) => state.present?.overrides);
  if (overrides === undefined || overrides.length === 0) return null;
  return (
    <section class="pins" aria-label="Pinned nodes">
      <header class="panel-header">
        <h3 class="panel-title">Pinned</h3>
        <span class="muted">{overrides.length === 1 ? "1 node" : `${overrides.length} nodes`}</span>
        <button type="button" class="button quiet small" onClick={() => actions.releaseAll()}>
          <Icon name="unpin" />
          Release all
        </button>
      </header>
      <ul>
        {overrides.slice(0, 100).map((override) => {
          const name = nodeName(override);
          return (
            <li key={name}>
              <button type="button" class="link" title={`Select ${name}`} onClick={() => actions.show(override)}>
                {name}
              </button>
              <span class="number" title={formatFull(override.value)}>
                {formatValue(override.value)}
              </span>
              <button
                type="button"
                class="button quiet icon small"
                aria-label={`Release ${name}`}
                title={`Release ${name}`}
                onClick={() => actions.release(override)}
              >
                <Icon name="close" />
              </button>
            </li>
          );
        })}
      </ul>
      {overrides.length > 100 && <p class="muted">and {overrides.length - 100} more</p>}
    </section>
  );
}
