/** A window in the graph: framed in every map that it looks at, with one edge and one kernel for each of these maps. */

import { toScreen } from "./camera";
import { colorOf, type Palette } from "./color";
import { formatCount } from "./format";
import type { Frame } from "./graph_frame";
import { mapBox, type SceneImage, type SceneOutline } from "./graph_maps";
import type { GraphWindow } from "./graph_types";
import { nodePosition } from "./layout";
import { type Picture, valuesPicture } from "./picture";
import type { SceneBlock, SceneLine } from "./scene";

const SMALLEST_KERNEL = 14;
const LARGEST_KERNEL = 44;
const APART = 4;

export interface WindowDrawing {
  outlines: SceneOutline[];
  lines: SceneLine[];
  images: SceneImage[];
  notes: string[];
}

interface Edge {
  channel: number;
  sum: number | null;
  from: { x: number; y: number };
  kernel: Picture | null;
}

const pictures = new WeakMap<Palette, WeakMap<Float64Array, Picture>>();

/** The picture of a kernel; remembered, because frames ask again. */
function kernelOf(weights: Float64Array, window: GraphWindow, palette: Palette): Picture {
  const known = pictures.get(palette) ?? new WeakMap<Float64Array, Picture>();
  pictures.set(palette, known);
  let picture = known.get(weights);
  if (picture === undefined) {
    picture = valuesPicture(weights, window.rows, window.columns, window.limit, palette);
    known.set(weights, picture);
  }
  return picture;
}

/** The window in the light, where there is one and it belongs to the node in the light. */
export function windowInLight({ request, highlight }: Pick<Frame, "request" | "highlight">): GraphWindow | null {
  const { window = null, view } = request;
  const { node } = highlight;
  if (window === null || node === null || view.stage) return null;
  return window.layer === node.layer && window.flat === node.flat ? window : null;
}

/** The window in one map. */
function frameIn(scene: SceneBlock, window: GraphWindow, channel: number): SceneOutline {
  if (window.sequence) {
    return {
      x: scene.x + channel * scene.pitchX,
      y: scene.y + window.column * scene.pitchY,
      width: scene.pitchX,
      height: window.spanColumns * scene.pitchY,
      kind: "window",
    };
  }
  // A single map is the whole block.
  const box = mapBox(scene, channel) ?? { x: scene.x, y: scene.y };
  return {
    x: box.x + window.column * scene.pitchX,
    y: box.y + window.row * scene.pitchY,
    width: window.spanColumns * scene.pitchX,
    height: window.spanRows * scene.pitchY,
    kind: "window",
  };
}

/** Spreads places along a line so that they stand at least `least` apart, between `low` and `high`; keeps their order. */
export function spreadOut(places: readonly number[], least: number, low: number, high: number): number[] {
  const order = places.map((_, at) => at).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const spread = [...places];
  let end = low;
  for (const at of order) {
    spread[at] = Math.max(spread[at] ?? 0, end);
    end = (spread[at] ?? 0) + least;
  }
  let start = high;
  for (const at of [...order].reverse()) {
    spread[at] = Math.min(spread[at] ?? 0, start);
    start = (spread[at] ?? 0) - least;
  }
  return spread;
}

export function drawWindow(frame: Frame): WindowDrawing {
  const nothing: WindowDrawing = { outlines: [], lines: [], images: [], notes: [] };
  const window = windowInLight(frame);
  const { request, visible, palette } = frame;
  const source = visible.get(window?.source ?? "");
  const target = visible.get(window?.layer ?? "");
  if (window === null || source === undefined) return nothing;
  const lead = source.block.maps?.lead ?? 0;
  const outlines: SceneOutline[] = [];
  const edges: Edge[] = [];
  for (const { channel, sum, weights } of window.channels) {
    const box = frameIn(source, window, channel);
    if (!window.sequence) outlines.push(box);
    const kernel = weights === null ? null : kernelOf(weights, window, palette);
    edges.push({ channel, sum, from: { x: box.x + box.width / 2, y: box.y + box.height / 2 }, kernel });
  }
  for (let tile = -lead; tile < 0; tile++) {
    outlines.push(frameIn(source, window, tile));
  }
  if (window.sequence) {
    // The channels of a step stand side by side: one frame holds them all.
    outlines.push({ ...frameIn(source, window, 0), width: source.block.columns * source.pitchX });
  }
  if (target === undefined) return { ...nothing, outlines };

  const to = toScreen(request.camera, nodePosition(target.block, window.flat));
  const across = request.layout.direction === "right";
  // Between the two layers, where nothing else stands.
  const end = across ? source.x + source.block.columns * source.pitchX : source.y + source.block.rows * source.pitchY;
  const begin = across ? target.x : target.y;
  const middle = (end + begin) / 2;
  const size = Math.min(Math.max(begin - end - 8, SMALLEST_KERNEL), LARGEST_KERNEL);
  // Beside the two layers, so that they cover no name, and with room between them for their edges to be told apart.
  const extents = [source, target].map((scene) =>
    across
      ? [scene.y, scene.y + scene.block.rows * scene.pitchY]
      : [scene.x, scene.x + scene.block.columns * scene.pitchX],
  );
  const low = Math.max(0, Math.min(...extents.map(([start = 0]) => start)));
  const high = Math.min(
    across ? request.viewport.height : request.viewport.width,
    Math.max(...extents.map(([, stop = 0]) => stop)),
  );
  const room = Math.max(1, Math.floor((0.7 * (high - low)) / (size + APART)));
  const strongest = [...edges]
    .filter(({ kernel }) => kernel !== null)
    .sort((a, b) => Math.abs(b.sum ?? 0) - Math.abs(a.sum ?? 0))
    .slice(0, room);
  const atMiddle = strongest.map(({ from }) => {
    const share = across ? (middle - from.x) / (to.x - from.x || 1) : (middle - from.y) / (to.y - from.y || 1);
    return across ? from.y + (to.y - from.y) * share : from.x + (to.x - from.x) * share;
  });
  const half = size / 2 + APART;
  const spread = spreadOut(atMiddle, size + APART, low + half, high - half);
  const placeOfKernel = new Map(strongest.map((edge, at) => [edge, spread[at] ?? 0]));
  const largest = edges.reduce((most, { sum }) => Math.max(most, Math.abs(sum ?? 0)), 0);
  const lines: SceneLine[] = [];
  const images: SceneImage[] = [];
  for (const edge of [...edges].sort((a, b) => Math.abs(a.sum ?? 0) - Math.abs(b.sum ?? 0))) {
    const share = largest > 0 ? Math.abs(edge.sum ?? 0) / largest : 0;
    const at = placeOfKernel.get(edge);
    const via = at === undefined ? [] : across ? [middle, at] : [at, middle];
    lines.push({
      points: [edge.from.x, edge.from.y, ...via, to.x, to.y],
      width: 0.8 + 3 * share,
      color: edge.sum === null || edge.sum === 0 ? palette.line : colorOf(palette, Math.sign(edge.sum), 1),
      alpha: 0.35 + 0.6 * share,
      lit: true,
    });
    if (at === undefined || edge.kernel === null) continue;
    const { width, height } = edge.kernel;
    const unit = size / Math.max(width, height);
    const [x, y] = across ? [middle, at] : [at, middle];
    images.push({
      x: x - (width * unit) / 2,
      y: y - (height * unit) / 2,
      width: width * unit,
      height: height * unit,
      picture: edge.kernel,
      framed: true,
    });
  }
  const kernels = edges.filter(({ kernel }) => kernel !== null).length;
  const [shown, all] = [formatCount(images.length), formatCount(kernels)];
  const notes =
    images.length < kernels
      ? // An upright view has little room for notes.
        [
          across
            ? `kernels of the strongest ${shown} of ${all} maps; the inspector has all`
            : `kernels of ${shown} of ${all} maps`,
        ]
      : [];
  return { outlines, lines, images, notes };
}
