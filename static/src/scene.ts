/** What one frame shows, as plain data in screen pixels. Pure: the same arguments give the same scene. */

import { type Camera, toScreen } from "./camera";
import { colorOf, type Legend, legendOf, type Palette, type Rgb } from "./color";
import type { Detail } from "./detail";
import { type Frame, locate, makeFrame, scaleOf } from "./graph_frame";
import type { Box, Measure } from "./graph_labels";
import { edgeLines } from "./graph_lines";
import { layerNames, nodeNames } from "./graph_names";
import { numbers } from "./graph_numbers";
import type { GraphEdges, GraphLayer, GraphView, NodeRef, Viewport } from "./graph_types";
import { type Block, type Layout, nodePosition } from "./layout";

export interface SceneBlock {
  block: Block;
  values: Float64Array;
  limit: number;
  detail: Detail;
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
  spots: SceneSpot[];
  marks: SceneMark[];
  texts: SceneText[];
  /** What is not shown, in words: "strongest 400 of 2,048 edges". */
  notes: string[];
  legend: SceneLegend | null;
}

export interface SceneRequest {
  layers: readonly GraphLayer[];
  edges: readonly GraphEdges[];
  /** The edges into the node in focus, where `edges` holds only the strongest; `count` is how many it has. */
  focusEdges?: GraphEdges | null;
  layout: Layout;
  camera: Camera;
  viewport: Viewport;
  view: GraphView;
  palette?: Palette;
  measure?: Measure;
}

/** The nodes in the light, over blocks that step back. */
function spotsOf({ request, highlight, visible, palette }: Frame): SceneSpot[] {
  const spots: SceneSpot[] = [];
  for (const [layer, nodes] of highlight.lit) {
    const scene = visible.get(layer);
    if (scene === undefined || scene.dim === 0) continue;
    const round = scene.detail !== "heat";
    for (const flat of nodes) {
      spots.push({
        ...toScreen(request.camera, nodePosition(scene.block, flat)),
        width: round ? scene.diameter : scene.pitchX,
        height: round ? scene.diameter : scene.pitchY,
        round,
        color: colorOf(palette, scene.values[flat] ?? 0, scene.limit),
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
    return [{ kind, ...at, radius: Math.max(scene.diameter / 2, 2) }];
  };
  return [
    ...mark("selected", view.selected),
    ...mark("focus", view.focus),
    ...view.pinned.flatMap((node) => mark("pin", node)),
  ];
}

function legendFor({ request, highlight, palette }: Frame): SceneLegend | null {
  const { layers, view } = request;
  const layer = layers.find((one) => one.name === highlight.node?.layer) ?? layers[layers.length - 1];
  if (layer === undefined) return null;
  return {
    ...legendOf(scaleOf(layer, request), palette),
    layer: view.scale === "network" ? null : layer.name,
  };
}

/** Everything that one frame shows. Time is linear in the layers and the edges that are given. */
export function buildScene(request: SceneRequest): Scene {
  const frame = makeFrame(request);
  // What is placed first keeps its place; what is drawn last lies above.
  const headers = layerNames(frame);
  const names = nodeNames(frame);
  const { lines, labels, notes } = edgeLines(frame);
  return {
    viewport: request.viewport,
    palette: frame.palette,
    blocks: [...frame.visible.values()],
    lines,
    spots: spotsOf(frame),
    marks: marksOf(frame),
    texts: [...numbers(frame), ...names, ...labels, ...headers],
    notes,
    legend: legendFor(frame),
  };
}
