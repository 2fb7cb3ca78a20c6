import { useCallback, useRef } from "preact/hooks";
import { formatValue, nodeName } from "../format";
import type { GraphHandle } from "../render/graph_view";
import { ArithmeticLine } from "./ArithmeticLine";
import { useStudioState } from "./context";
import { GraphSurface } from "./GraphSurface";
import { Icon, type IconName } from "./Icon";
import { Legend } from "./Legend";
import { FailureMessage, Notice } from "./Messages";
import { GradientNotes } from "./play/GradientNotes";
import { GraphToolbar } from "./play/GraphToolbar";
import { Player } from "./play/Player";
import { ReadingHelp } from "./ReadingHelp";
import { FoundBar } from "./reach/FoundBar";
import { useLate } from "./useLate";

/** One press of a zoom button. */
const ZOOM = 1.35;

type Zoom = "in" | "out" | "fit";

const ZOOMS: readonly { zoom: Zoom; label: string; key: string; icon: IconName }[] = [
  { zoom: "in", label: "Zoom in", key: "+", icon: "plus" },
  { zoom: "out", label: "Zoom out", key: "-", icon: "minus" },
  { zoom: "fit", label: "Fit all", key: "0", icon: "fit" },
];

/** Says a new selection to a screen reader; the drawing shows it by itself. */
function Spoken() {
  const node = useStudioState((state) => state.selected);
  const explanation = useStudioState((state) =>
    state.selected === null ? undefined : state.answer?.explanations.get(nodeName(state.selected)),
  );
  return (
    <p class="visually-hidden" role="status">
      {node !== null && explanation !== undefined
        ? `${nodeName(node)} selected, ${formatValue(explanation.value)}`
        : ""}
    </p>
  );
}

function Skeleton() {
  return (
    <div class="graph-skeleton" role="status">
      <span class="visually-hidden">Loading the network</span>
      <i />
      <i />
      <i />
    </div>
  );
}

/** The middle of the page: the graph, the line with the arithmetic, the legend. */
export function GraphPanel() {
  const answer = useStudioState((state) => state.answer);
  const waiting = useStudioState(
    (state) => state.opening !== null || (state.present !== null && state.answer?.edit !== state.present),
  );
  const play = useStudioState((state) => state.play);
  const failed = useStudioState((state) => state.failure !== null);
  const late = useLate(waiting && !failed);
  const graph = useRef<GraphHandle | null>(null);
  const zoom = useCallback((action: Zoom) => {
    if (action === "fit") graph.current?.fit();
    else graph.current?.zoomBy(action === "in" ? ZOOM : 1 / ZOOM);
  }, []);

  return (
    <section class="graph-panel" aria-label="Graph" aria-busy={waiting && !failed}>
      <FailureMessage />
      <Notice />
      {answer !== null && (
        <GraphToolbar answer={answer}>
          <ReadingHelp />
          {ZOOMS.map(({ zoom: action, label, key, icon }) => (
            <button
              key={action}
              type="button"
              class={action === "fit" ? "button quiet icon" : "button quiet icon by-pinch"}
              aria-label={label}
              title={`${label} (${key})`}
              onClick={() => zoom(action)}
            >
              <Icon name={icon} />
            </button>
          ))}
        </GraphToolbar>
      )}
      <FoundBar />
      <div class="graph-area">
        {answer !== null && <GraphSurface answer={answer} graph={graph} onZoom={zoom} />}
        {answer === null && !failed && <Skeleton />}
        {late && <div class="progress" aria-hidden="true" />}
      </div>
      {answer !== null && play !== null && <Player answer={answer} play={play} />}
      <GradientNotes />

      <ArithmeticLine />

      {answer !== null && <Legend answer={answer} />}
      <Spoken />
    </section>
  );
}
