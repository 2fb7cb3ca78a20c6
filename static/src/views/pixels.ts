import { colorOf, css, PALETTES } from "../color";
import type { Theme } from "../graph_types";
import type { GridForm } from "./inputs";

export interface PixelPicture {
  grid: GridForm;
  values: readonly number[];
  /** The magnitude that has the full colour. */
  limit: number;
  theme: Theme;
  /** The cell with a frame around it. */
  cursor: number | null;
}

/** Draws the input's cells on a canvas, in the colours that the graph has for values. */
export function drawPixels(canvas: HTMLCanvasElement, { grid, values, limit, theme, cursor }: PixelPicture): void {
  const { rows, columns } = grid;
  const ratio = window.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (width === 0 || height === 0) return;
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const palette = PALETTES[theme];
  const gap = width / columns > 8 * ratio ? Math.max(1, Math.round(ratio)) : 0;
  const left = (column: number) => Math.round((column * width) / columns);
  const top = (row: number) => Math.round((row * height) / rows);
  context.clearRect(0, 0, width, height);
  for (const [flat, value] of values.entries()) {
    const column = flat % columns;
    const row = Math.floor(flat / columns);
    context.fillStyle = css(colorOf(palette, value, limit));
    context.fillRect(left(column), top(row), left(column + 1) - left(column) - gap, top(row + 1) - top(row) - gap);
  }
  if (cursor === null) return;
  const column = cursor % columns;
  const row = Math.floor(cursor / columns);
  const line = Math.max(2, Math.round(2 * ratio));
  context.strokeStyle = css(palette.focus);
  context.lineWidth = line;
  context.strokeRect(
    left(column) + line / 2,
    top(row) + line / 2,
    left(column + 1) - left(column) - gap - line,
    top(row + 1) - top(row) - gap - line,
  );
}
