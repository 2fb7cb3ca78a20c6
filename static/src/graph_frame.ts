/** What the parts of a scene need to know of the frame and of each other. */

import { toScreen } from "./camera";
import { type ColorScale, colorScale, PALETTES, type Palette } from "./color";
import { levelOfDetail, poolingLevel } from "./detail";
import { areCramped, type ChosenEdge, incomingEdges, MOST_LINES } from "./graph_edges";
import { estimateWidth, type Measure, Occupied } from "./graph_labels";
import { mapShades } from "./graph_maps";
import { flatIndex, type GraphLayer, type NodeRef, type Values } from "./graph_types";
import { windowInLight } from "./graph_windows";
import type { Block } from "./layout";
import type { SceneBlock, SceneRequest } from "./scene";

/** How far the rest steps back behind a node that is hovered, and behind one that is selected. */
const DIM = {
  focus: { disc: 0.62, edge: 0.1 },
  far: { disc: 0, edge: 0.3 },
  selected: { disc: 0, edge: 0.5 },
  none: { disc: 0, edge: 1 },
  stage: { disc: 0, edge: 0.35 },
};
export interface PlacedNode {
  layer: string;
  flat: number;
}

/** The node in the light, its incoming edges, and how far the rest steps back. */
export interface Highlight {
  node: PlacedNode | null;
  edges: ChosenEdge[];
  /** Nodes in the light by layer. */
  lit: Map<string, Set<number>>;
  strength: (typeof DIM)[keyof typeof DIM];
}

export interface Frame {
  request: SceneRequest;
  palette: Palette;
  measure: Measure;
  highlight: Highlight;
  /** Layers in view by name, in their order. */
  visible: Map<string, SceneBlock>;
  /** Whether the step that is shown is in the light, and not a node that somebody points at. */
  staged: boolean;
  /** Boxes of the labels that are placed already. */
  taken: Occupied;
}

const scales = new WeakMap<object, ColorScale>();

function remembered(key: object, values: () => Values[]): ColorScale {
  let scale = scales.get(key);
  if (scale === undefined) {
    scale = colorScale(values());
    scales.set(key, scale);
  }
  return scale;
}

/** The colour scale that a layer is drawn with; remembered for as long as the values live. */
export function scaleOf(layer: GraphLayer, { layers, view }: SceneRequest): ColorScale {
  if (view.scale === "network") return remembered(layers, () => layers.map((one) => one.values));
  return remembered(layer.values, () => [layer.values]);
}

/** The node that a reference means; null if there is none. */
export function locate(node: NodeRef | null, { layout, layers }: SceneRequest): PlacedNode | null {
  if (node === null) return null;
  const position = layout.byName.get(node.layer)?.position ?? -1;
  const flat = flatIndex(layers[position]?.shape ?? [], node.index);
  return position < 0 || flat < 0 ? null : { layer: node.layer, flat };
}

/** How many nodes of a layer, in C order, have a value to show. */
function knownOf(layer: GraphLayer, { layout, view }: SceneRequest): number {
  const block = layout.byName.get(layer.name);
  const { stage = null } = view;
  if (block === undefined || layer.values.length < block.count) return 0;
  if (stage === null) return block.count;
  const { position } = block;
  if (position === stage.position) return Math.min(stage.end, block.count);
  return position < stage.position ? block.count : 0;
}

/** The sources of edges by layer, added to `lit`. */
function lightSources(incoming: readonly ChosenEdge[], lit: Map<string, Set<number>>): void {
  for (const { edges: from, at } of incoming) {
    const layer = from.sources[from.source[at] ?? 0] ?? "";
    const nodes = lit.get(layer) ?? new Set();
    nodes.add(from.sourceNode[at] ?? 0);
    lit.set(layer, nodes);
  }
}

function stageHighlight({ view, edges, focusEdges, layers }: SceneRequest): Highlight | null {
  const { stage = null } = view;
  const layer = stage === null ? undefined : layers[stage.position];
  if (stage === null || layer === undefined) return null;
  const own = new Set<number>();
  for (let flat = stage.first; flat < stage.end; flat++) own.add(flat);
  const single = stage.end - stage.first === 1;
  const into = single && focusEdges?.layer === layer.name && focusEdges.node.includes(stage.first) ? focusEdges : null;
  const known = into ?? edges.find((one) => one.layer === layer.name);
  const incoming =
    known === undefined ? [] : incomingEdges(known, view.edgeQuantity, stage.first, stage.end).slice(0, MOST_LINES);
  const lit = new Map([[layer.name, own]]);
  lightSources(incoming, lit);
  return { node: { layer: layer.name, flat: stage.first }, edges: incoming, lit, strength: DIM.stage };
}

function findHighlight(request: SceneRequest): Highlight {
  const { view, edges, focusEdges } = request;
  const focus = locate(view.focus, request);
  if (focus === null) {
    const staged = stageHighlight(request);
    if (staged !== null) return staged;
  }

  const node = focus ?? locate(view.selected, request);
  if (node === null) return { node, edges: [], lit: new Map(), strength: DIM.none };
  const into = focusEdges?.layer === node.layer && focusEdges.node.includes(node.flat) ? focusEdges : null;
  const known = into ?? edges.find((one) => one.layer === node.layer);
  const incoming =
    known === undefined || areCramped(known, request.layout, request.camera)
      ? []
      : incomingEdges(known, view.edgeQuantity, node.flat);
  const lit = new Map<string, Set<number>>([[node.layer, new Set([node.flat])]]);
  lightSources(incoming, lit);

  // Far away the picture is what is looked at: pointing at it must not take it away.
  const block = request.layout.byName.get(node.layer);
  const far = block === undefined || levelOfDetail(block, request.camera) === "heat";
  return { node, edges: incoming, lit, strength: focus === null ? DIM.selected : far ? DIM.far : DIM.focus };
}

/** A layer as the camera sees it, wherever that is. */
function sceneBlock(layer: GraphLayer, block: Block, request: SceneRequest, highlight: Highlight): SceneBlock {
  const { camera, ratio = 1 } = request;
  const { x, y } = toScreen(camera, block);
  const pitchX = block.pitchX * camera.scale;
  const pitchY = block.pitchY * camera.scale;
  const whole = (highlight.lit.get(layer.name)?.size ?? 0) >= block.count;
  const ownScales = request.view.scale === "map" && block.maps !== null;
  return {
    block,
    values: layer.values,
    shades: ownScales ? mapShades(layer.values, block.maps?.channels ?? 1) : layer.values,
    known: knownOf(layer, request),
    limit: ownScales ? 1 : scaleOf(layer, request).limit,
    detail: levelOfDetail(block, camera),
    level: poolingLevel(block, block.columns * pitchX * ratio, block.rows * pitchY * ratio),
    dim: whole ? 0 : highlight.strength.disc,
    x,
    y,
    pitchX,
    pitchY,
    diameter: block.diameter * camera.scale,
  };
}

/** The layer at a position as the camera sees it; null where there is none. */
export function blockAt(position: number, request: SceneRequest, highlight: Highlight): SceneBlock | null {
  const layer = request.layers[position];
  const block = request.layout.blocks[position];
  return layer === undefined || block === undefined ? null : sceneBlock(layer, block, request, highlight);
}

function blocksInView(request: SceneRequest, highlight: Highlight): Map<string, SceneBlock> {
  const visible = new Map<string, SceneBlock>();
  const { layers, layout, camera, viewport } = request;
  for (const layer of layers) {
    const block = layout.byName.get(layer.name);
    if (block === undefined) continue;
    const { x, y } = toScreen(camera, block);
    if (x > viewport.width || y > viewport.height) continue;
    if (x + block.columns * block.pitchX * camera.scale < 0) continue;
    if (y + block.rows * block.pitchY * camera.scale < 0) continue;
    visible.set(layer.name, sceneBlock(layer, block, request, highlight));
  }
  return visible;
}

export function makeFrame(request: SceneRequest): Frame {
  const found = findHighlight(request);
  // A window has edges of its own, one a map.
  const highlight = windowInLight({ request, highlight: found }) === null ? found : { ...found, edges: [] };
  return {
    request,
    palette: request.palette ?? PALETTES[request.view.theme],
    measure: request.measure ?? estimateWidth,
    highlight,
    staged: (request.view.stage ?? null) !== null && locate(request.view.focus, request) === null,
    visible: blocksInView(request, highlight),
    taken: new Occupied(),
  };
}
