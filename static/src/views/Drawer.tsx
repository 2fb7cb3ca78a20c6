import { useId } from "preact/hooks";
import type { Tab } from "../store";
import { CodeTab } from "./code/CodeTab";
import { useActions, useStudioState } from "./context";
import { Icon } from "./Icon";
import { SummaryTab } from "./SummaryTab";
import { SignalTab } from "./signal/SignalTab";
import { TrainingTab } from "./training/TrainingTab";
import { ValuesTab } from "./ValuesTab";

const TABS: readonly { tab: Tab; title: string }[] = [
  { tab: "summary", title: "Summary" },
  { tab: "values", title: "Values" },
  { tab: "signal", title: "Signal" },
  { tab: "training", title: "Training" },
  { tab: "code", title: "Code" },
];

/** The tables below the graph; they can be folded away. */
export function Drawer({ foldable }: { foldable: boolean }) {
  const actions = useActions();
  const { tab, drawerOpen } = useStudioState((state) => state.view);
  const id = useId();
  const open = drawerOpen || !foldable;

  const onKeyDown = (event: KeyboardEvent) => {
    const at = TABS.findIndex((one) => one.tab === tab);
    const places: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const place = places[event.key];
    const next = place === undefined ? undefined : TABS.at(place % TABS.length);
    if (next === undefined) return;
    event.preventDefault();
    actions.setView({ tab: next.tab, drawerOpen: true });
    document.getElementById(`${id}-${next.tab}`)?.focus();
  };

  return (
    <section class={open ? `drawer open of-${tab}` : "drawer"} aria-label="Tables">
      <div class="drawer-bar">
        <div role="tablist" aria-label="Tables" onKeyDown={onKeyDown}>
          {TABS.map((one) => (
            <button
              key={one.tab}
              id={`${id}-${one.tab}`}
              type="button"
              role="tab"
              aria-selected={one.tab === tab}
              aria-controls={open ? `${id}-panel` : undefined}
              tabIndex={one.tab === tab ? 0 : -1}
              onClick={() => actions.setView({ tab: one.tab, drawerOpen: true })}
            >
              {one.title}
            </button>
          ))}
        </div>
        {foldable && (
          <button
            type="button"
            class="button quiet icon small"
            aria-expanded={open}
            aria-label={open ? "Fold the tables away" : "Show the tables"}
            title={open ? "Fold the tables away" : "Show the tables"}
            onClick={() => actions.setView({ drawerOpen: !drawerOpen })}
          >
            <span class={open ? "turn" : "turn up"}>
              <Icon name="chevron" />
            </span>
          </button>
        )}
      </div>
      {open && (
        <div id={`${id}-panel`} role="tabpanel" class="drawer-panel" aria-labelledby={`${id}-${tab}`}>
          {tab === "summary" && <SummaryTab />}
          {tab === "values" && <ValuesTab />}
          {tab === "signal" && <SignalTab />}
          {tab === "training" && <TrainingTab />}
          {tab === "code" && <CodeTab />}
        </div>
      )}
    </section>
  );
}
