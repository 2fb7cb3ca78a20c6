/** The whole network in a corner, with a frame around what is in view. Pure. */

import { type Camera, type Point, toScreen, toWorld } from "./camera";
import { levelOfDetail, poolingLevel } from "./detail";
import type { Frame } from "./graph_frame";
import type { Box } from "./graph_labels";
import type { Viewport } from "./graph_types";
import type { Layout } from "./layout";
import type { SceneBlock } from "./scene";

/** Where the map stands in the viewport, and the camera that its blocks are drawn with. */
export interface MinimapPlace {
  box: Box;
  camera: Camera;
}

export interface Minimap extends MinimapPlace {
  blocks: SceneBlock[];
  /** What is in view. */
  view: Box;
}

type Area = Pick<Layout, "width" | "height">;

const MARGIN = 12;
const PADDING = 6;
/** Narrower viewports have a smaller map. */
const WIDE = 560;
/** Smaller drawing areas have no room for a map. */
const LEAST_ROOM = 180;
/** A frame smaller than this could not be seen. */
const LEAST_VIEW = 5;

/** Where the map stands: in the lower right corner, as large as the network's shape allows. */
export function minimapPlace(layout: Area, viewport: Viewport): MinimapPlace {
  const most = viewport.width < WIDE ? { width: 104, height: 84 } : { width: 190, height: 116 };
  const scale = Math.min((most.width - 2 * PADDING) / layout.width, (most.height - 2 * PADDING) / layout.height);
  const width = Math.max(layout.width * scale, 12) + 2 * PADDING;
  const height = Math.max(layout.height * scale, 12) + 2 * PADDING;
  const right = viewport.width - MARGIN;
  const bottom = viewport.height - MARGIN;
  const box = { left: right - width, top: bottom - height, right, bottom };
  const x = layout.width / 2 - (box.left + width / 2) / scale;
  const y = layout.height / 2 - (box.top + height / 2) / scale;
  return { box, camera: { x, y, scale } };
}

/** Whether part of the network is out of view, and there is room to say so. */
export function needsMinimap(layout: Area, camera: Camera, viewport: Viewport): boolean {
  if (Math.min(viewport.width, viewport.height) < LEAST_ROOM) return false;
  const first = toScreen(camera, { x: 0, y: 0 });
  const last = toScreen(camera, { x: layout.width, y: layout.height });
  return first.x < -1 || first.y < -1 || last.x > viewport.width + 1 || last.y > viewport.height + 1;
}

/** The camera that has in its middle what the map shows at a point of the viewport. */
export function lookAt(place: MinimapPlace, at: Point, camera: Camera, viewport: Viewport): Camera {
  const middle = toWorld(place.camera, at);
  return {
    x: middle.x - viewport.width / 2 / camera.scale,
    y: middle.y - viewport.height / 2 / camera.scale,
    scale: camera.scale,
  };
}

interface Known {
  key: string;
  layout: Layout;
  blocks: SceneBlock[];
}

const known = new WeakMap<object, Known>();

/** The map of a frame; null where the whole network is in view. */
export function minimapOf(frame: Frame, blockOf: (position: number) => SceneBlock | null): Minimap | null {
  const { layout, camera, viewport, layers, view, ratio = 1 } = frame.request;
  if (!needsMinimap(layout, camera, viewport)) return null;
  const place = minimapPlace(layout, viewport);
  const stage = view.stage ?? null;
  const key = [view.scale, view.theme, place.box.left, place.box.top, ratio, stage?.position, stage?.end].join();
  let found = known.get(layers);
  if (found?.key !== key || found.layout !== layout) {
    const blocks = layers.flatMap((_, position) => {
      const scene = blockOf(position);
      if (scene === null) return [];
      const { block } = scene;
      const { x, y } = toScreen(place.camera, block);
      const pitchX = block.pitchX * place.camera.scale;
      const pitchY = block.pitchY * place.camera.scale;
      const level = poolingLevel(block, block.columns * pitchX * ratio, block.rows * pitchY * ratio);
      const diameter = block.diameter * place.camera.scale;
      return [{ ...scene, detail: levelOfDetail(block, place.camera), level, dim: 0, x, y, pitchX, pitchY, diameter }];
    });
    found = { key, layout, blocks };
    known.set(layers, found);
  }
  return { ...place, blocks: found.blocks, view: viewBox(place, camera, viewport) };
}

/** What is in view, as a box on the map; it stays on the map and large enough to be seen. */
function viewBox({ box, camera: small }: MinimapPlace, camera: Camera, viewport: Viewport): Box {
  const first = toScreen(small, toWorld(camera, { x: 0, y: 0 }));
  const last = toScreen(small, toWorld(camera, { x: viewport.width, y: viewport.height }));
  const grown = (low: number, high: number) => Math.max(0, LEAST_VIEW - (high - low)) / 2;
  const [wide, high] = [grown(first.x, last.x), grown(first.y, last.y)];
  return {
    left: Math.max(first.x - wide, box.left + 1),
    top: Math.max(first.y - high, box.top + 1),
    right: Math.min(last.x + wide, box.right - 1),
    bottom: Math.min(last.y + high, box.bottom - 1),
  };
}
