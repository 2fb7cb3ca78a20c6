import type { Sheet } from "../store";
import { useActions, useStudioState } from "./context";
import { Drawer } from "./Drawer";
import { Builder } from "./edit/Builder";
import { LeftPanel } from "./edit/LeftPanel";
import { PinList } from "./edit/PinControls";
import { WeightsDialog } from "./edit/WeightsDialog";
import { GraphPanel } from "./GraphPanel";
import { Icon, type IconName } from "./Icon";
import { InputPanel } from "./InputPanel";
import { Inspector } from "./Inspector";
import { ImageDialogs } from "./image/ImageDialogs";
import { Keeping, KeepingMessage } from "./keep/Keeping";
import { NetworkStory } from "./NetworkStory";
import { TopBar } from "./TopBar";
import { NARROW, useMedia } from "./useMedia";

const SHEETS: readonly { sheet: Sheet; title: string; icon: IconName }[] = [
  { sheet: "input", title: "Input", icon: "input" },
  { sheet: "network", title: "Network", icon: "layers" },
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
                <PinList />
                <NetworkStory />
              </>
            )}
            {sheet === "network" && <Builder />}
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
        <LeftPanel />
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
  return (
    <div class="studio">
      <h1 class="visually-hidden">Vitrine studio</h1>
      <TopBar />
      <KeepingMessage />
      {narrow ? <NarrowWorkspace /> : <WideWorkspace />}
      <Keeping />
      <WeightsDialog />
      <ImageDialogs />
    </div>
  );
}
