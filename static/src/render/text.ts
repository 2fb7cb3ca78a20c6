/** Labels, rings and pins on a Canvas 2D above the WebGL canvas. */

import { css, type Palette } from "../color";
import type { Measure } from "../graph_labels";
import type { Minimap } from "../minimap";
import type { Scene, SceneFrame, SceneMark } from "../scene";
import { drawImages, drawOutlines } from "./pictures";

const MOST_REMEMBERED = 20_000;

const NUMBER = /^[-\d.e∞]+$/;

/**
 * Measures text in a font family and remembers what it measured. Numbers are other ones with every input, and are as wide
 * as their digits.
 */
export function canvasMeasure(context: CanvasRenderingContext2D, family: string): Measure {
  const known = new Map<string, number>();
  const measure: Measure = (text, size, weight) => {
    if (text.length > 1 && NUMBER.test(text)) {
      let sum = 0;
      for (const character of text) sum += measure(character, size, weight);
      return sum;
    }
    const key = `${weight} ${text}`;
    let width = known.get(key);
    if (width === undefined) {
      if (known.size > MOST_REMEMBERED) known.clear();
      context.font = `${weight} 100px ${family}`;
      width = context.measureText(text).width / 100;
      known.set(key, width);
    }
    return width * size;
  };
  return measure;
}

function drawRing(context: CanvasRenderingContext2D, mark: SceneMark, palette: Palette): void {
  const large = mark.radius > 10;
  const gap = large ? 3.5 : 2;
  const width = mark.kind === "focus" ? (large ? 2.5 : 2) : large ? 2.5 : 2;
  const reach = mark.radius + gap + width / 2;
  context.beginPath();
  if (mark.square) context.roundRect(mark.x - reach, mark.y - reach, 2 * reach, 2 * reach, 2);
  else context.arc(mark.x, mark.y, reach, 0, 2 * Math.PI);
  context.lineWidth = width + 2.5;
  context.strokeStyle = css(palette.background);
  context.stroke();
  context.lineWidth = width;
  context.strokeStyle = css(mark.kind === "focus" ? palette.focus : palette.text);
  context.stroke();
}

/** A drawing pin stuck into the upper right of the disc. */
function drawPin(context: CanvasRenderingContext2D, mark: SceneMark, palette: Palette): void {
  const size = Math.min(Math.max(mark.radius * 0.36, 4), 10);
  const x = mark.x + mark.radius * Math.SQRT1_2 + size * 0.15;
  const y = mark.y - mark.radius * Math.SQRT1_2 - size * 0.15;
  context.save();
  context.translate(x, y);
  context.beginPath();
  context.arc(0, 0, size + 2, 0, 2 * Math.PI);
  context.fillStyle = css(palette.background);
  context.fill();
  context.beginPath();
  context.arc(0, 0, size + 0.5, 0, 2 * Math.PI);
  context.fillStyle = css(palette.text);
  context.fill();
  const unit = size / 8;
  context.scale(unit, unit);
  context.rotate(Math.PI / 4);
  context.fillStyle = css(palette.background);
  // Head, collar and needle.
  context.fill(new Path2D("M-2.6-5.6h5.2v1.3h-.9v3l2.2 2v1.2h-3.2V5.8L0 7l-.7-1.2V1.9h-3.2V.7l2.2-2v-3h-.9z"));
  context.restore();
}

function drawFrame(context: CanvasRenderingContext2D, frame: SceneFrame, palette: Palette): void {
  context.beginPath();
  context.roundRect(frame.x, frame.y, frame.width, frame.height, Math.min(14, frame.width / 2, frame.height / 2));
  context.lineWidth = 4.5;
  context.strokeStyle = css(palette.background);
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = css(palette.focus);
  context.stroke();
}

/** The border of the map, and the frame around what is in view; the network itself lies below. */
function drawMinimap(context: CanvasRenderingContext2D, { box, view }: Minimap, palette: Palette): void {
  const place = [box.left, box.top, box.right - box.left, box.bottom - box.top] as const;
  context.clearRect(...place);
  context.lineWidth = 1;
  context.strokeStyle = css(palette.line, 0.7);
  context.strokeRect(place[0] + 0.5, place[1] + 0.5, place[2] - 1, place[3] - 1);
  const seen = [view.left, view.top, view.right - view.left, view.bottom - view.top] as const;
  context.lineWidth = 4;
  context.strokeStyle = css(palette.background);
  context.strokeRect(...seen);
  context.lineWidth = 2;
  context.strokeStyle = css(palette.focus);
  context.strokeRect(...seen);
}

/** Draws what stands above the discs; the context is scaled to CSS pixels. */
export function drawText(context: CanvasRenderingContext2D, scene: Scene, family: string): void {
  const { palette } = scene;
  drawImages(context, scene.images, palette);
  drawOutlines(context, scene.outlines, palette);
  if (scene.frame !== null) drawFrame(context, scene.frame, palette);
  for (const mark of scene.marks) if (mark.kind !== "pin") drawRing(context, mark, palette);
  context.textBaseline = "alphabetic";
  let font = "";
  for (const { text, x, y, size, weight, color, align, plate } of scene.texts) {
    if (plate !== null) {
      context.fillStyle = css(palette.background, 0.94);
      context.beginPath();
      context.roundRect(plate.left, plate.top, plate.right - plate.left, plate.bottom - plate.top, 4);
      context.fill();
    }
    const wanted = `${weight} ${size}px ${family}`;
    if (wanted !== font) {
      font = wanted;
      context.font = wanted;
    }
    context.textAlign = align;
    context.fillStyle = color;
    // Half the height of a digit below the middle, so that numbers sit in the middle of their discs.
    context.fillText(text, x, y + size * 0.364);
  }
  for (const mark of scene.marks) if (mark.kind === "pin") drawPin(context, mark, palette);
  if (scene.minimap !== null) drawMinimap(context, scene.minimap, palette);
}
