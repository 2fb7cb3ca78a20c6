/** Pictures and outlines on the Canvas 2D above the WebGL canvas. */

import { css, type Palette } from "../color";
import type { SceneImage, SceneOutline } from "../graph_maps";
import type { Picture } from "../picture";

const canvases = new WeakMap<Picture, HTMLCanvasElement>();

/** A picture as a canvas of its own size; remembered for as long as the picture lives. */
export function canvasOf(picture: Picture): HTMLCanvasElement {
  let canvas = canvases.get(picture);
  if (canvas === undefined) {
    canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    const pixels = new ImageData(Uint8ClampedArray.from(picture.rgba), picture.width, picture.height);
    canvas.getContext("2d")?.putImageData(pixels, 0, 0);
    canvases.set(picture, canvas);
  }
  return canvas;
}

export function drawImages(context: CanvasRenderingContext2D, images: readonly SceneImage[], palette: Palette): void {
  context.imageSmoothingEnabled = false;
  for (const { x, y, width, height, picture, framed } of images) {
    context.drawImage(canvasOf(picture), x, y, width, height);
    if (!framed) continue;
    context.lineWidth = 3;
    context.strokeStyle = css(palette.background);
    context.strokeRect(x - 1.5, y - 1.5, width + 3, height + 3);
    context.lineWidth = 1;
    context.strokeStyle = css(palette.line);
    context.strokeRect(x - 0.5, y - 0.5, width + 1, height + 1);
  }
}

/** Dark on light and light on dark, so that a frame is seen on every picture. */
export function drawOutlines(
  context: CanvasRenderingContext2D,
  outlines: readonly SceneOutline[],
  palette: Palette,
): void {
  for (const { x, y, width, height, kind } of outlines) {
    const gap = kind === "map" ? 2 : 0.75;
    const line = kind === "map" ? 1.5 : 1.75;
    const box = [x - gap, y - gap, width + 2 * gap, height + 2 * gap] as const;
    context.setLineDash([]);
    context.lineWidth = line + 1.75;
    context.strokeStyle = css(palette.background, 0.9);
    context.strokeRect(...box);
    context.lineWidth = line;
    context.strokeStyle = css(kind === "window" ? palette.text : palette.focus);
    if (kind === "field") context.setLineDash([5, 3]);
    context.strokeRect(...box);
  }
  context.setLineDash([]);
}
