/** What one frame shows, as plain data in screen pixels. Pure: the same arguments give the same scene. */

import { type Camera, toScreen } from "./camera";
import { colorOf, type Legend, legendOf, type Palette, type Rgb } from "./color";
import type { Detail } from "./detail";
import { formatCount } from "./format";
import { blockAt, type Frame, locate, makeFrame, scaleOf } from "./graph_frame";
import { along, type Box, type Measure } from "./graph_labels";
import { edgeLines } from "./graph_lines";
import {
  colourPictures,
  fieldOutlines,
  mapCaptions,
  mapOutlines,
  mapScales,
  type SceneImage,
  type SceneOutline,
} from "./graph_maps";
import { layerNames, lineNames, nodeNames } from "./graph_names";
import { numbers } from "./graph_numbers";
import {
  type GraphEdges,
  type GraphField,
  type GraphLayer,
  type GraphView,
  type GraphWindow,
  indexOf,
  type NodeRef,
  type Values,
  type Viewport,
} from "./graph_types";
import { drawWindow } from "./graph_windows";
import { type Block, type Layout, nodePosition } from "./layout";
import { type Minimap, minimapOf } from "./minimap";

export interface SceneBlock {
  block: Block;
  values: Values;
  /** What the colours are chosen by: the values, or their shares of their own map's scale. */
  shades: Values;
  /** The nodes from here on, in C order, are drawn empty. */
  known: number;
  limit: number;
  detail: Detail;
  /** The pooled level that is drawn: in each direction 2^level nodes share a cell. */
  level: number;
  /** Share of the background in its colours. */
  dim: number;
  /** Upper left corner and sizes in pixels. */
  x: number;
  y: number;
  pitchX: number;
  pitchY: number;
  diameter: number;
}

export interface SceneLine {
  /** x and y in turn. */
  points: number[];
  width: number;
  color: Rgb;
  alpha: number;
  /** Leads into what is in the light. */
  lit?: boolean;
}

/** A single node drawn over its block. */
export interface SceneSpot {
  x: number;
  y: number;
  width: number;
  height: number;
  round: boolean;
  color: Rgb;
}

export interface SceneMark {
  kind: "selected" | "focus" | "pin";
  x: number;
  y: number;
  radius: number;
  /** Around a square of twice the radius. */
  square?: boolean;
}

/** A line around the nodes of a layer. */
export interface SceneFrame {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SceneText {
  text: string;
  x: number;
  /** Middle of the line. */
  y: number;
  size: number;
  weight: number;
  color: string;
  align: "left" | "center" | "right";
  /** A plate of the background's colour behind it. */
  plate: Box | null;
}

export interface SceneLegend extends Legend {
  /** Whose scale it is: a layer's name, or null for the whole network. */
  layer: string | null;
}

export interface Scene {
  viewport: Viewport;
  palette: Palette;
  blocks: SceneBlock[];
  lines: SceneLine[];
  /** Drawn over the blocks: they end inside of maps. */
  linesAbove: SceneLine[];
  spots: SceneSpot[];
  marks: SceneMark[];
  /** Around the layer that a step computes as a whole. */
  frame: SceneFrame | null;
  texts: SceneText[];
  /** Pictures that stand over the nodes, and lines around parts of maps. */
  images: SceneImage[];
  outlines: SceneOutline[];
  /** The whole network in a corner; null where all of it is in view. */
  minimap: Minimap | null;
  /** What is not shown, in words: "strongest 400 of 2,048 edges". */
  notes: string[];
  legend: SceneLegend | null;
}

export interface SceneRequest {
  layers: readonly GraphLayer[];
  edges: readonly GraphEdges[];
  /** The edges into the node in focus, where `edges` holds only the strongest; `count` is how many it has. */
  focusEdges?: GraphEdges | null;
  /** Whether edges of more layers are fetched when they can be told apart. */
  edgesLater?: boolean;
  layout: Layout;
  camera: Camera;
  viewport: Viewport;
  /** What the node in the light looks at, and what of the input it depends on. */
  window?: GraphWindow | null;
  field?: GraphField | null;
  view: GraphView;
  /** How far the signs that run along the edges of a step have come, from 0 to 1. */
  flow?: number;
  palette?: Palette;
  measure?: Measure;
  /** Pixels of the screen in a CSS pixel. */
  ratio?: number;
}

/** Whether nodes are drawn as discs. Feature maps stay pictures however near they are. */
export function isRound({ detail, block }: Pick<SceneBlock, "detail" | "block">): boolean {
  return detail !== "heat" && block.maps === null;
}

/** The nodes in the light, over blocks that step back. */
function spotsOf({ request, highlight, visible, palette }: Frame): SceneSpot[] {
  const spots: SceneSpot[] = [];
  for (const [layer, nodes] of highlight.lit) {
    const scene = visible.get(layer);
    if (scene === undefined || scene.dim === 0 || scene.known === 0) continue;
    const round = isRound(scene);
    for (const flat of nodes) {
      if (flat >= scene.known) continue;
      spots.push({
        ...toScreen(request.camera, nodePosition(scene.block, flat)),
        width: round ? scene.diameter : scene.pitchX,
        height: round ? scene.diameter : scene.pitchY,
        round,
        color: colorOf(palette, scene.shades[flat] ?? 0, scene.limit),
      });
    }
  }
  return spots;
}

function marksOf({ request, visible }: Frame): SceneMark[] {
  const { view, camera } = request;
  const mark = (kind: SceneMark["kind"], ref: NodeRef | null): SceneMark[] => {
    const node = locate(ref, request);
    const scene = node === null ? undefined : visible.get(node.layer);
    if (node === null || scene === undefined) return [];
    const at = toScreen(camera, nodePosition(scene.block, node.flat));
    if (scene.block.maps === null) return [{ kind, ...at, radius: Math.max(scene.diameter / 2, 2) }];
    return [{ kind, ...at, radius: Math.max(scene.pitchX / 2, 2), square: true }];
  };
  const { stage = null } = view;
  const layer = stage === null ? undefined : request.layers[stage.position];
  if (stage !== null && layer !== undefined) {
    const single = stage.end - stage.first === 1;
    const now = single ? { layer: layer.name, index: indexOf(layer.shape, stage.first) } : null;
    return [
      ...mark("focus", now),
      ...mark("selected", view.focus),
      ...view.pinned.flatMap((node) => mark("pin", node)),
    ];
  }
  return [
    ...mark("selected", view.selected),
    ...mark("focus", view.focus),
    ...view.pinned.flatMap((node) => mark("pin", node)),
  ];
}

/** The frame around a layer of which a step computes several nodes. */
function frameOf({ request, visible }: Frame): SceneFrame | null {
  const { stage = null } = request.view;
  if (stage === null || stage.end - stage.first < 2) return null;
  const scene = visible.get(request.layers[stage.position]?.name ?? "");
  if (scene === undefined) return null;
  const { block, pitchX, pitchY, diameter } = scene;
  const round = isRound(scene);
  const gap = round ? 7 : 4;
  // Discs are smaller than their cells.
  const insetX = round ? (pitchX - diameter) / 2 : 0;
  const insetY = round ? (pitchY - diameter) / 2 : 0;
  return {
    x: scene.x + insetX - gap,
    y: scene.y + insetY - gap,
    width: block.columns * pitchX - 2 * insetX + 2 * gap,
    height: block.rows * pitchY - 2 * insetY + 2 * gap,
  };
}

function legendFor({ request, highlight, palette }: Frame): SceneLegend | null {
  const { layers, view } = request;
  const layer = layers.find((one) => one.name === highlight.node?.layer) ?? layers[layers.length - 1];
  if (layer === undefined) return null;
  const maps = request.layout.byName.get(layer.name)?.maps ?? null;
  const own = highlight.node?.layer === layer.name ? highlight.node.flat : 0;
  const mapScale =
    view.scale === "map" && maps !== null ? mapScales(layer.values, maps.channels)[own % maps.channels] : undefined;
  return {
    ...legendOf(mapScale ?? scaleOf(layer, request), palette),
    layer: view.scale === "network" ? null : layer.name,
  };
}

/** More signs than this at once are a swarm. */
const MOST_SIGNS = 160;

/** Signs on the edges of a step, on their way from the sources to what is computed of them. */
function flowSpots(lines: readonly SceneLine[], flow: number): SceneSpot[] {
  if (flow >= 1) return [];
  return lines
    .filter(({ lit }) => lit)
    .slice(-MOST_SIGNS)
    .map(({ points, width, color }) => {
      const size = Math.min(Math.max(width * 2.2, 5), 11);
      return { ...along(points, flow), width: size, height: size, round: true, color };
    });
}

/** Says what a pixel shows that several nodes share. */
function poolingNote({ visible }: Frame): string[] {
  let shared = 1;
  for (const { block, level } of visible.values()) {
    const most = Math.min(2 ** level, block.columns) * Math.min(2 ** level, block.rows);
    if (level > 0 && most > shared) shared = most;
  }
  if (shared === 1) return [];
  return [`a dot stands for up to ${formatCount(shared)} nodes; those that stand out always show`];
}

/** Everything that one frame shows. Time is linear in the layers and the edges that are given. */
export function buildScene(request: SceneRequest): Scene {
  const frame = makeFrame(request);
  // What is placed first keeps its place; what is drawn last lies above.
  const headers = layerNames(frame);
  headers.push(...lineNames(frame));
  const names = nodeNames(frame);
  const captions = mapCaptions(frame);
  const { lines, labels, notes } = edgeLines(frame);
  const looked = drawWindow(frame);
  return {
    viewport: request.viewport,
    palette: frame.palette,
    blocks: [...frame.visible.values()],
    lines,
    linesAbove: looked.lines,
    spots: [...spotsOf(frame), ...flowSpots(lines, request.flow ?? 1)],
    marks: marksOf(frame),
    frame: frameOf(frame),
    texts: [...numbers(frame), ...captions, ...names, ...labels, ...headers],
    images: [...colourPictures(frame), ...looked.images],
    outlines: [...mapOutlines(frame), ...fieldOutlines(frame), ...looked.outlines],
    minimap: minimapOf(frame, (position) => blockAt(position, request, frame.highlight)),
    notes: [...notes, ...looked.notes, ...poolingNote(frame)],
    legend: legendFor(frame),
  };
}
