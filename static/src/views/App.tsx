import type { Sheet } from "../store";
import { useActions, useStudioState } from "./context";
import { Drawer } from "./Drawer";
import { GraphPanel } from "./GraphPanel";
import { Icon, type IconName } from "./Icon";
import { InputPanel } from "./InputPanel";
import { Inspector } from "./Inspector";
import { NetworkChooser } from "./NetworkChooser";
import { NetworkStory } from "./NetworkStory";
import { TopBar } from "./TopBar";
import { NARROW, useMedia } from "./useMedia";

const SHEETS: readonly { sheet: Sheet; title: string; icon: IconName }[] = [
  { sheet: "input", title: "Input", icon: "input" },
  { sheet: "inspector", title: "Inspector", icon: "inspector" },
  { sheet: "tables", title: "Tables", icon: "table" },
];

/** On a narrow screen: the graph, one panel at a time over it, and the bar that chooses which. */
function NarrowWorkspace() {
  const actions = useActions();
  const sheet = useStudioState((state) => state.view.sheet);
  return (
    <>
      <main class="workspace narrow">
        <GraphPanel />
        {sheet !== null && (
          <div class="sheet" id="sheet">
            <button
              type="button"
              class="button quiet icon sheet-close"
              aria-label="Close the panel"
              onClick={() => actions.setView({ sheet: null })}
            >
              <Icon name="close" />
            </button>
            {sheet === "input" && (
              <>
                <InputPanel />
                <NetworkStory />
              </>
            )}
            {sheet === "inspector" && <Inspector />}
            {sheet === "tables" && <Drawer foldable={false} />}
          </div>
        )}
      </main>
      <nav class="bottom-bar" aria-label="Panels">
        {SHEETS.map((one) => (
          <button
            key={one.sheet}
            type="button"
            aria-expanded={one.sheet === sheet}
            aria-controls={one.sheet === sheet ? "sheet" : undefined}
            onClick={() => actions.setView({ sheet: one.sheet === sheet ? null : one.sheet })}
          >
            <Icon name={one.icon} />
            {one.title}
          </button>
        ))}
      </nav>
    </>
  );
}

function WideWorkspace() {
  return (
    <main class="workspace">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section class="side left" tabIndex={0} aria-label="Input and network">
        <InputPanel />
        <NetworkStory />
      </section>
      <div class="centre">
        <GraphPanel />
        <Drawer foldable />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: as above. */}
      <section class="side right" tabIndex={0} aria-label="Inspector panel">
        <Inspector />
      </section>
    </main>
  );
}

/** The whole studio. */
export function App() {
  const narrow = useMedia(NARROW);
  const chooserOpen = useStudioState((state) => state.view.chooserOpen);
  return (
    <div class="studio">
      <h1 class="visually-hidden">Vitrine studio</h1>
      <TopBar />
      {narrow ? <NarrowWorkspace /> : <WideWorkspace />}
      {chooserOpen && <NetworkChooser />}
    </div>
  );
}
