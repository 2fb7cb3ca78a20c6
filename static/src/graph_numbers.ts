/** Values printed inside the discs. */

import { colorOf, css, mix, textColor } from "./color";
import { formatValue } from "./format";
import type { Frame } from "./graph_frame";
import { flatOf } from "./graph_shapes";
import type { SceneBlock, SceneText } from "./scene";

const SMALLEST_FONT = 9;
/** Shares of the end of the colour scale that are written as "≈0" where there is no room for more. */
const TINY = 1e-3;
const NEARLY = "≈0";

function isTiny(value: number, limit: number): boolean {
  return value !== 0 && Math.abs(value) < TINY * limit;
}

/** How a number can be written, from the longest way to the shortest; `limit` is the end of its colour scale. */
export function writings(value: number, limit: number): string[] {
  const written = [4, 3, 2, 1].map((digits) => formatValue(value, digits));
  return isTiny(value, limit) ? [...written, NEARLY] : written;
}

function numbersOf(scene: SceneBlock, frame: Frame): SceneText[] {
  const { highlight, measure, palette } = frame;
  const { viewport } = frame.request;
  const { block, diameter, values, shades } = scene;
  const preferred = Math.min(Math.max(diameter * 0.215, SMALLEST_FONT), 22);
  const chord = (font: number) =>
    2 * Math.sqrt((diameter / 2 - 1) ** 2 - (0.3 * font) ** 2) - Math.max(0.5, 0.09 * diameter - 2.2);
  const room = chord(SMALLEST_FONT);
  const unit = (text: string) => measure(text, 100, 500) / 100;
  const fits = (text: string) => unit(text) * SMALLEST_FONT <= room;
  const firstColumn = Math.max(0, Math.floor(-scene.x / scene.pitchX));
  const firstRow = Math.max(0, Math.floor(-scene.y / scene.pitchY));
  const lastColumn = Math.min(block.columns - 1, Math.floor((viewport.width - scene.x) / scene.pitchX));
  const lastRow = Math.min(block.rows - 1, Math.floor((viewport.height - scene.y) / scene.pitchY));
  const shown: { text: string; flat: number; x: number; y: number }[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const flat = flatOf(block, column, row);
      if (flat < 0 || flat >= scene.known) continue;
      const x = scene.x + (column + 0.5) * scene.pitchX;
      const y = scene.y + (row + 0.5) * scene.pitchY;
      shown.push({ text: formatValue(values[flat] ?? 0), flat, x, y });
    }
  }
  // One precision for the layer, unless single values need less; rather a digit less than no number.
  const precise = shown.filter(({ text }) => fits(text)).length >= 0.8 * shown.length;
  let widest = 0;
  for (const number of shown) {
    const value = values[number.flat] ?? 0;
    number.text =
      writings(value, scene.limit)
        .slice(precise ? 0 : 1)
        .find(fits) ?? "";
    widest = Math.max(widest, unit(number.text));
  }
  // Of 4.97e-10 there may be no room for more; then all of that size are written alike.
  if (shown.some(({ text }) => text === NEARLY)) {
    for (const number of shown) if (isTiny(values[number.flat] ?? 0, scene.limit)) number.text = NEARLY;
  }
  // A number here and there would look like a message.
  if (shown.filter(({ text }) => text !== "").length < 0.6 * shown.length) return [];
  const size = Math.max(SMALLEST_FONT, Math.floor(Math.min(preferred, chord(preferred) / widest) * 2) / 2);
  const lit = highlight.lit.get(block.layer);
  return shown.flatMap(({ text, flat, x, y }) => {
    if (text === "") return [];
    const dim = scene.dim > 0 && !lit?.has(flat) ? scene.dim : 0;
    const fill = mix(colorOf(palette, shades[flat] ?? 0, scene.limit), palette.background, dim);
    const color = css(mix(textColor(fill), fill, dim * 0.45));
    return [{ text, x, y, size, weight: 500, color, align: "center" as const, plate: null }];
  });
}

/** The numbers of all discs in view that are large enough. */
export function numbers(frame: Frame): SceneText[] {
  return [...frame.visible.values()]
    .filter(({ detail, known }) => detail === "number" && known > 0)
    .flatMap((scene) => numbersOf(scene, frame));
}
