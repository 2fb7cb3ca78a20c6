/** Where the viewer stands: a pure mapping between world units and CSS pixels of the drawing area. */

import type { Viewport } from "./graph_types";
import type { Layout } from "./layout";

/** `x`, `y`: the world point in the upper left corner; `scale`: pixels a world unit. */
export interface Camera {
  x: number;
  y: number;
  scale: number;
}

export interface Point {
  x: number;
  y: number;
}

type Framed = Pick<Layout, "width" | "height" | "insets" | "smallest">;

/** Nodes grow to this size on screen at the strongest zoom. */
const LARGEST_DISC = 220;

export function toScreen(camera: Camera, point: Point): Point {
  return { x: (point.x - camera.x) * camera.scale, y: (point.y - camera.y) * camera.scale };
}

export function toWorld(camera: Camera, point: Point): Point {
  return { x: camera.x + point.x / camera.scale, y: camera.y + point.y / camera.scale };
}

/** The camera that shows the whole network, centred in what its labels leave free. */
export function fitTo(layout: Framed, viewport: Viewport): Camera {
  const { insets } = layout;
  const roomX = Math.max(viewport.width - insets.left - insets.right, 16);
  const roomY = Math.max(viewport.height - insets.top - insets.bottom, 16);
  const scale = Math.min(roomX / Math.max(layout.width, 1e-9), roomY / Math.max(layout.height, 1e-9), 1);
  return {
    x: layout.width / 2 - (insets.left + roomX / 2) / scale,
    y: layout.height / 2 - (insets.top + roomY / 2) / scale,
    scale,
  };
}

/** Scales by `factor`, leaving the world point under the screen point `at` where it is. */
export function zoomAt(camera: Camera, at: Point, factor: number): Camera {
  const scale = camera.scale * factor;
  return {
    x: camera.x + at.x / camera.scale - at.x / scale,
    y: camera.y + at.y / camera.scale - at.y / scale,
    scale,
  };
}

/** Moves the picture by a distance in pixels. */
export function pan(camera: Camera, dx: number, dy: number): Camera {
  return { x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale, scale: camera.scale };
}

/** The nearest camera that neither loses the network nor zooms beyond sense. */
export function clamp(camera: Camera, layout: Framed, viewport: Viewport): Camera {
  const fitted = fitTo(layout, viewport).scale;
  const largest = Math.max(LARGEST_DISC / layout.smallest, fitted);
  const scale = Math.min(Math.max(camera.scale, fitted / 2), largest);
  const centre = { x: viewport.width / 2, y: viewport.height / 2 };
  const zoomed = scale === camera.scale ? camera : zoomAt(camera, centre, scale / camera.scale);
  // The middle of the view stays on the network.
  const middle = toWorld(zoomed, centre);
  const x = Math.min(Math.max(middle.x, 0), layout.width);
  const y = Math.min(Math.max(middle.y, 0), layout.height);
  return { x: zoomed.x + x - middle.x, y: zoomed.y + y - middle.y, scale };
}

/** A camera between two others, `t` from 0 to 1; zooming is geometric so that it looks even. */
export function between(from: Camera, to: Camera, viewport: Viewport, t: number): Camera {
  if (t >= 1) return to;
  const scale = from.scale * (to.scale / from.scale) ** t;
  const centre = { x: viewport.width / 2, y: viewport.height / 2 };
  const start = toWorld(from, centre);
  const end = toWorld(to, centre);
  return {
    x: start.x + (end.x - start.x) * t - centre.x / scale,
    y: start.y + (end.y - start.y) * t - centre.y / scale,
    scale,
  };
}
