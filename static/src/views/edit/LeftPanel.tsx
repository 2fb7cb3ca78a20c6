import { useId } from "preact/hooks";
import type { Panel } from "../../store";
import { useActions, useStudioState } from "../context";
import { InputPanel } from "../InputPanel";
import { NetworkStory } from "../NetworkStory";
import { Builder } from "./Builder";
import { PinList } from "./PinControls";

const TABS: readonly { panel: Panel; title: string }[] = [
  { panel: "input", title: "Input" },
  { panel: "network", title: "Network" },
];

/** The example and the layers, under two tabs. */
export function LeftPanel() {
  const actions = useActions();
  const panel = useStudioState((state) => state.view.panel);
  const id = useId();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
    event.preventDefault();
    const next: Panel = panel === "input" ? "network" : "input";
    actions.setView({ panel: next });
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label="Left panel" class="panel-tabs" onKeyDown={onKeyDown}>
        {TABS.map((one) => (
          <button
            key={one.panel}
            id={`${id}-${one.panel}`}
            type="button"
            role="tab"
            aria-selected={one.panel === panel}
            aria-controls={`${id}-panel`}
            tabIndex={one.panel === panel ? 0 : -1}
            onClick={() => actions.setView({ panel: one.panel })}
          >
            {one.title}
          </button>
        ))}
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-labelledby={`${id}-${panel}`}>
        {panel === "input" ? (
          <>
            <InputPanel />
            <PinList />
            <NetworkStory />
          </>
        ) : (
          <Builder />
        )}
      </div>
    </>
  );
}
