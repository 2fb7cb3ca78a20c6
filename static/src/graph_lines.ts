/** The edges as lines, with their labels and with words for what is left out. */

import { toScreen } from "./camera";
import { colorOf, css, type Palette, type Rgb } from "./color";
import { formatCount, formatValue, nodeName } from "./format";
import { type ChosenEdge, canShowEdges, chooseEdges, MOST_LINES, MOST_LINES_IN_ALL, pathsOf } from "./graph_edges";
import type { Frame } from "./graph_frame";
import { type Box, type EdgeLabel, overlaps, placeEdgeLabels } from "./graph_labels";
import { nodePosition } from "./layout";
import type { SceneLine, SceneText } from "./scene";

const MOST_LABELS = 40;
const LABEL = { size: 11, weight: 500 };
/** No label reaches further than this from its edge. */
const LABEL_REACH = 60;
/** From this many lines on they become thinner and fainter. */
const CROWD = 60;

interface DrawnEdge {
  edge: ChosenEdge;
  points: number[];
  /** Leads into the node in the light. */
  lit: boolean;
}

interface Choice {
  chosen: ChosenEdge[];
  notes: string[];
}

/** Infinite and missing quantities have no size of their own. */
function magnitude(quantity: number): number {
  return Number.isFinite(quantity) ? Math.abs(quantity) : 0;
}

function colorOfEdge(quantity: number, palette: Palette): Rgb {
  if (Number.isNaN(quantity) || quantity === 0) return palette.line;
  return Number.isFinite(quantity) ? colorOf(palette, Math.sign(quantity), 1) : palette.invalid;
}

function chooseAll({ request, visible }: Frame): Choice {
  const { edges, view, layout, camera } = request;
  const seen = edges.filter((one) => visible.has(one.layer) || one.sources.some((name) => visible.has(name)));
  const [drawn, hidden] = [true, false].map((can) => seen.filter((one) => canShowEdges(one, layout, camera) === can));
  const most = Math.min(MOST_LINES, Math.floor(MOST_LINES_IN_ALL / Math.max(drawn?.length ?? 0, 1)));
  const choices = (drawn ?? []).map((one) => chooseEdges(one, view.edgeQuantity, most, request));
  const chosen = choices.flatMap((choice) => choice.chosen);
  const total = choices.reduce((sum, choice) => sum + choice.total, 0);
  const later = (hidden ?? []).reduce((sum, one) => sum + one.count, 0);
  const notes: string[] = [];
  const strongest = choices.reduce((sum, choice) => sum + choice.strongest, 0);
  const out = chosen.length < strongest ? `${formatCount(chosen.length)} drawn of the ` : "";
  if (chosen.length < total) notes.push(`${out}strongest ${formatCount(strongest)} of ${formatCount(total)} edges`);
  if (later > 0) notes.push(`${formatCount(later)} edges appear when zoomed in`);
  else if (request.edgesLater === true && chosen.length === 0) notes.push("edges appear when zoomed in");
  return { chosen, notes };
}

/** Says where not all edges into the node in the light are known. */
function noteIncoming({ request, highlight }: Frame): string[] {
  const edges = highlight.edges[0]?.edges;
  const node = request.view.focus ?? request.view.selected;
  if (edges === undefined || node === null || edges.node.length >= edges.count) return [];
  // `focusEdges` count the edges of the node, the others those of the layer.
  const all = edges === request.focusEdges ? ` of ${formatCount(edges.count)}` : "";
  return [`strongest ${formatCount(highlight.edges.length)}${all} edges into ${nodeName(node)}`];
}

/** Lines of all edges to draw, the strongest and those in the light last, that is on top. */
export function edgeLines(frame: Frame): { lines: SceneLine[]; labels: SceneText[]; notes: string[] } {
  const { request, highlight, palette, visible, staged } = frame;
  const { chosen, notes } = chooseAll(frame);
  const lit = highlight.edges[0]?.edges;
  const litPlaces = new Set(highlight.edges.map((edge) => edge.at));
  const rest = chosen.filter((edge) => edge.edges !== lit || !litPlaces.has(edge.at));
  const largest = [...rest, ...highlight.edges].reduce((most, { quantity }) => Math.max(most, magnitude(quantity)), 0);
  let disc = 80;
  for (const scene of visible.values()) if (scene.detail !== "heat") disc = Math.min(disc, scene.diameter);

  const isAhead = ({ edges, at }: ChosenEdge) => {
    const scene = visible.get(edges.layer);
    return staged && scene !== undefined && (edges.node[at] ?? 0) >= scene.known;
  };
  const lines: SceneLine[] = [];
  const drawn: DrawnEdge[] = [];
  const draw = (edges: readonly ChosenEdge[], least: number, inLight: boolean) => {
    const crowd = Math.min(1, CROWD / Math.max(edges.length, 1));
    const widest = Math.min(Math.max(disc * 0.085, least), 6.5) * (0.35 + 0.65 * Math.sqrt(crowd));
    const dim = inLight ? 1 : highlight.strength.edge;
    const base = inLight ? 0.35 + 0.6 * crowd : 0.3 + 0.55 * crowd ** 0.6;
    for (const edge of edges) {
      if (!inLight && isAhead(edge)) {
        // What is not computed yet: only that there is a connection.
        for (const { points } of pathsOf(edge, request.layout, request.camera)) {
          lines.push({ points, width: 0.7, color: palette.line, alpha: 0.3 * base });
        }
        continue;
      }
      const share =
        edge.quantity === Infinity || edge.quantity === -Infinity ? 1 : magnitude(edge.quantity) / (largest || 1);
      // In a crowd the weak ones also become fainter.
      const strength = inLight || crowd === 1 ? 1 : 0.3 + 0.7 * share;
      for (const { points } of pathsOf(edge, request.layout, request.camera)) {
        lines.push({
          points,
          width: 0.7 + (widest - 0.7) * share,
          color: colorOfEdge(edge.quantity, palette),
          alpha: base * strength * dim,
          lit: inLight,
        });
        drawn.push({ edge, points, lit: inLight });
      }
    }
  };
  rest.sort((a, b) => magnitude(a.quantity) - magnitude(b.quantity));
  draw(rest, 1.6, false);
  draw([...highlight.edges].reverse(), 2.2, true);
  return { lines, labels: edgeLabels(drawn, frame), notes: [...notes, ...noteIncoming(frame)] };
}

/** Where the labels of edges can stand: other nodes are in nobody's way, and there may be a million. */
function labelBounds(edges: readonly DrawnEdge[]): Box {
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { points } of edges) {
    for (let at = 0; at < points.length; at += 2) {
      const [x = 0, y = 0] = [points[at], points[at + 1]];
      bounds.left = Math.min(bounds.left, x - LABEL_REACH);
      bounds.right = Math.max(bounds.right, x + LABEL_REACH);
      bounds.top = Math.min(bounds.top, y - LABEL_REACH);
      bounds.bottom = Math.max(bounds.bottom, y + LABEL_REACH);
    }
  }
  return bounds;
}

/** Weights on the edges, where they are few enough to be told apart. */
function edgeLabels(
  drawn: readonly DrawnEdge[],
  { request, highlight, staged, visible, taken, measure, palette }: Frame,
): SceneText[] {
  const { camera, view } = request;
  const hovered = highlight.node !== null && (view.focus !== null || staged);
  const wanted = drawn.filter(({ lit }) => lit || (!hovered && drawn.length <= MOST_LABELS));
  const scenes = [...visible.values()];
  if (wanted.length === 0 || wanted.length > MOST_LABELS) return [];
  if (scenes.some((scene) => scene.detail === "heat")) return [];
  const bounds = labelBounds(wanted);
  for (const { block, diameter } of scenes) {
    const reach = diameter / 2 + 2;
    for (let flat = 0; flat < block.count; flat++) {
      const { x, y } = toScreen(camera, nodePosition(block, flat));
      const disc = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
      if (overlaps(disc, bounds)) taken.add(disc);
    }
  }
  // The ones in the light choose first.
  const ordered = wanted
    .filter(({ edge }) => !Number.isNaN(edge.quantity))
    .sort((a, b) => Number(b.lit) - Number(a.lit));
  const labels: EdgeLabel[] = ordered.map(({ edge, points }) => ({
    text: formatValue(edge.quantity),
    points,
  }));
  const width = (text: string) => measure(text, LABEL.size, LABEL.weight);
  const boxes = placeEdgeLabels(labels, taken, { width, height: 13 });
  // A few out of many would look like the only ones.
  if (boxes.filter((box) => box !== null).length < 0.6 * boxes.length) return [];
  return boxes.flatMap((box, at) => {
    if (box === null) return [];
    const faint = highlight.node !== null && ordered[at]?.lit !== true;
    return [
      {
        text: labels[at]?.text ?? "",
        x: (box.left + box.right) / 2,
        y: (box.top + box.bottom) / 2,
        ...LABEL,
        color: css(faint ? palette.muted : palette.text),
        align: "center" as const,
        plate: { left: box.left + 1, right: box.right - 1, top: box.top + 1, bottom: box.bottom - 1 },
      },
    ];
  });
}
