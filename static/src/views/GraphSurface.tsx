import type { RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { EDGE_LIMIT } from "../actions";
import { currentStage, stageNode } from "../actions_play";
import { formatFull, formatValue, nodeName, parseNodeName } from "../format";
import type { GraphLayer } from "../graph_types";
import { knownNodes, type Stage } from "../play";
import { type GraphHandle, mountGraph } from "../render/graph_view";
import { WebGLUnavailable } from "../render/renderer";
import type { Answer } from "../store";
import { useActions, useStudioState } from "./context";
import { explainedEdges, gradientEdges, gradientLayers, graphEdges, graphLayers } from "./graph_data";
import { graphField, graphWindow } from "./image/graph_window";
import { listsAll, NodeList } from "./NodeList";

interface Props {
  answer: Answer;
  /** Filled while there is a drawing. */
  graph: RefObject<GraphHandle | null>;
  onZoom: (action: "in" | "out" | "fit") => void;
}

/** All edges into the node in focus, where those that were asked for hold only the strongest of its layer. */
function useFocusEdges(answer: Answer) {
  const shown = useStudioState((state) => state.focus ?? state.selected);
  const explanation = shown === null ? undefined : answer.explanations.get(nodeName(shown));
  return useMemo(() => {
    if (explanation === undefined) return null;
    const drawn = answer.edges?.find((edges) => edges.name === explanation.layer);
    if (drawn !== undefined && drawn.node.length === drawn.count) return null;
    return explainedEdges(answer, explanation);
  }, [answer, explanation]);
}

function WithoutDrawing() {
  const actions = useActions();
  return (
    <div class="graph-missing">
      <h2>The graph cannot be drawn here</h2>
      <p>
        It needs WebGL 2, which this browser does not have or has switched off. All values are in the Values table, and
        the inspector works as usual.
      </p>
      <button
        type="button"
        class="button"
        onClick={() => actions.setView({ tab: "values", drawerOpen: true, sheet: "tables" })}
      >
        Show the values
      </button>
    </div>
  );
}

const EDGE_QUANTITY = { values: "weight", contributions: "product", gradients: "gradient" } as const;

/** What a node shows, in words for a screen reader: rounded as it is drawn, or in full where only the nodes around the
 * one in focus are named. */
function nodeDescriber(layers: readonly GraphLayer[], stage: Stage | null, inFull: boolean, missing: string) {
  const positions = new Map(layers.map((layer, position) => [layer.name, position]));
  return (name: string, flat: number): string => {
    const position = positions.get(name) ?? -1;
    const value = layers[position]?.values[flat];
    if (value === undefined) return missing;
    if (flat >= knownNodes(stage, position, flat + 1)) return "not computed yet";
    return inFull ? formatFull(value) : formatValue(value);
  };
}

/** The drawing itself, with the listbox for the keyboard over it. */
export function GraphSurface({ answer, graph, onZoom }: Props) {
  const actions = useActions();
  const { theme, scale, shows } = useStudioState((state) => state.view);
  const play = useStudioState((state) => state.play);
  const derivative = useStudioState((state) => state.derivative);
  const focus = useStudioState((state) => state.focus);
  const selected = useStudioState((state) => state.selected);
  const reveal = useStudioState((state) => state.reveal);
  const host = useRef<HTMLDivElement>(null);
  /** Whether the arrow keys moved last: what slides under a resting pointer must not take the focus then. */
  const byKeyboard = useRef(false);
  const [missing, setMissing] = useState(false);
  const [notes, setNotes] = useState<readonly string[]>([]);
  const [legendNote, setLegendNote] = useState("");
  const list = useId();
  const focusEdges = useFocusEdges(answer);
  const looking = focus ?? selected;
  const explained = looking === null ? undefined : answer.explanations.get(nodeName(looking));
  const window = useMemo(() => graphWindow(answer, explained), [answer, explained]);
  const seen = useStudioState((state) => state.images.field);
  const field = useMemo(() => graphField(answer, seen, selected), [answer, seen, selected]);

  useLayoutEffect(() => {
    if (host.current === null) return undefined;
    try {
      graph.current = mountGraph(host.current, {
        onHover: (node) => {
          if (!byKeyboard.current) actions.focus(node);
        },
        onSelect: actions.select,
        onLook: actions.see,
        onViewChange: (state) => {
          // The legend has no room for its own note on a narrow screen, and must not grow: that would move the graph.
          const next = [...state.notes];
          if (state.legend !== null && state.legend.note !== "") next.push(state.legend.note);
          setNotes((before) => (before.join() === next.join() ? before : next));
          setLegendNote(state.legend?.note ?? "");
        },
      });
    } catch (error) {
      if (!(error instanceof WebGLUnavailable)) throw error;
      setMissing(true);
      document.documentElement.dataset.ready = "";
    }
    return () => {
      graph.current?.dispose();
      graph.current = null;
    };
  }, [actions, graph]);

  const { layers: traced, summary, edges: strongest, edit } = answer;
  const valued = useMemo(() => graphLayers(traced, summary, edit.document), [traced, summary, edit.document]);
  const weighted = useMemo(() => graphEdges(strongest ?? []), [strongest]);
  const slopes = shows === "gradients" ? derivative : null;
  const layers = useMemo(
    () => (shows === "gradients" ? gradientLayers(valued, slopes) : valued),
    [shows, valued, slopes],
  );
  const edges = useMemo(
    () => (shows === "gradients" ? gradientEdges(weighted, valued, slopes) : weighted),
    [shows, weighted, valued, slopes],
  );
  const ownEdges = useMemo(
    () => (focusEdges === null ? null : (gradientEdges([focusEdges], valued, slopes)[0] ?? null)),
    [focusEdges, valued, slopes],
  );
  const edgeQuantity = EDGE_QUANTITY[shows];
  const stage = useMemo(() => currentStage(answer, play), [answer, play]);
  const inFull = useMemo(() => !listsAll(traced), [traced]);
  const missingValue = shows === "gradients" ? "no derivative" : "its value is on its way";
  const describe = useMemo(
    () => nodeDescriber(layers, stage, inFull, missingValue),
    [layers, stage, inFull, missingValue],
  );
  const edgesLater = summary.multiply_adds > EDGE_LIMIT;
  const listed = inFull ? (looking?.layer ?? null) : null;
  useEffect(() => {
    actions.need("list", listed === null ? [] : [listed], "exact");
  }, [actions, listed]);

  useLayoutEffect(() => {
    graph.current?.update({
      layers,
      edges,
      focusEdges: ownEdges,
      window,
      field,
      networkKey: edit.home ?? "",
      edgesLater,
      view: {
        theme,
        scale,
        edgeQuantity,
        focus,
        selected,
        pinned: edit.overrides.map(({ layer, index }) => ({ layer, index })),
        stage,
      },
    });
  }, [
    graph,
    layers,
    edges,
    ownEdges,
    window,
    field,
    edit,
    theme,
    scale,
    edgeQuantity,
    focus,
    selected,
    stage,
    edgesLater,
  ]);

  useEffect(() => {
    if (reveal !== null) graph.current?.reveal(reveal);
  }, [graph, reveal]);

  const stepped = stage === null ? null : stageNode(answer, stage);
  const steppedName = stepped === null ? null : nodeName(stepped);
  useEffect(() => {
    const node = steppedName === null ? null : parseNodeName(steppedName);
    if (node !== null) graph.current?.keepInView(node);
  }, [graph, steppedName]);

  return (
    <>
      <div
        class="graph-host"
        ref={host}
        onPointerMove={() => {
          byKeyboard.current = false;
        }}
        onPointerDown={() => document.getElementById(list)?.focus({ preventScroll: true })}
      />
      {missing && <WithoutDrawing />}
      <NodeList
        id={list}
        answer={answer}
        describe={describe}
        focus={focus}
        selected={selected}
        onMove={(direction) => {
          byKeyboard.current = true;
          const from = focus ?? selected;
          if (from === null || graph.current === null) {
            actions.moveFocus(direction);
            return;
          }
          const node = graph.current.neighbour(from, direction) ?? from;
          actions.focus(node);
          graph.current.reveal(node);
        }}
        onSelect={actions.select}
        onClear={() => {
          actions.focus(null);
          actions.select(null);
        }}
        onZoom={onZoom}
        onFocusChange={(focused) => {
          if (!focused) actions.focus(null);
        }}
      />
      {notes.length > 0 && (
        <ul class="graph-notes">
          {notes.map((note) => (
            <li key={note} class={note === legendNote ? "of-legend" : undefined}>
              {note}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
