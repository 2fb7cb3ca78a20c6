/** Pictures made of values: how the three channels of an input become one colour picture. Only pixels are chosen here. */

import { colorOf, mix, type Palette } from "./color";
import type { InputDocument } from "./wire";

/** Red, green, blue and opacity, 0 to 255, row by row from the upper left corner. */
export interface Picture {
  width: number;
  height: number;
  rgba: Uint8ClampedArray;
}

/** Whether values of this shape can be shown as a colour picture: rows, columns, and red, green and blue. */
export function isColour(shape: readonly number[]): boolean {
  const [height = 1, width = 1, channels = 1] = shape;
  return shape.length === 3 && channels === 3 && height > 1 && width > 1;
}

/** Values row by row in the colours that the graph has for them; not-a-number, as where padding is, stays clear. */
export function valuesPicture(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  limit: number,
  palette: Palette,
): Picture {
  const rgba = new Uint8ClampedArray(rows * columns * 4);
  for (let at = 0; at < rows * columns; at++) {
    const value = values[at] ?? Number.NaN;
    const [red, green, blue] = Number.isNaN(value) ? palette.background : colorOf(palette, value, limit);
    rgba.set([red, green, blue, 255], at * 4);
  }
  return { width: columns, height: rows, rgba };
}

function perChannel(value: unknown, fallback: number): [number, number, number] {
  if (typeof value === "number") return [value, value, value];
  if (!Array.isArray(value)) return [fallback, fallback, fallback];
  const at = (channel: number) => {
    const one: unknown = value[channel] ?? value[0];
    return typeof one === "number" ? one : fallback;
  };
  return [at(0), at(1), at(2)];
}

/** How a value becomes a brightness from 0 to 255, per channel: multiplied, then shifted. */
interface Levels {
  factor: [number, number, number];
  offset: [number, number, number];
}

/** The preprocessing undone, where the document says one: its result is (pixel / scale - mean) / std. */
function documentLevels({ scale, mean, std }: NonNullable<InputDocument["preprocessing"]>): Levels {
  const by = typeof scale === "number" ? scale : 1;
  const means = perChannel(mean, 0);
  const spreads = perChannel(std, 1);
  return {
    factor: [spreads[0] * by, spreads[1] * by, spreads[2] * by],
    offset: [means[0] * by, means[1] * by, means[2] * by],
  };
}

/** Black at the smallest value and white at the largest, unless the values are shares of 1 or of 255. */
function rangeLevels(values: ArrayLike<number>): Levels {
  let low = 0;
  let high = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const top = low < 0 ? high - low : high <= 1 ? 1 : high <= 255 ? 255 : high;
  const factor = top > 0 ? 255 / top : 0;
  return { factor: [factor, factor, factor], offset: [-low * factor, -low * factor, -low * factor] };
}

/** Values of a (height, width, 3) input as the colours that they stand for. */
export function colourPicture(
  values: ArrayLike<number>,
  shape: readonly number[],
  preprocessing: InputDocument["preprocessing"],
): Picture {
  const [height = 1, width = 1] = shape;
  const known = preprocessing !== undefined && ["scale", "mean", "std"].some((step) => step in preprocessing);
  const { factor, offset } = known ? documentLevels(preprocessing) : rangeLevels(values);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (const channel of [0, 1, 2] as const) {
      rgba[pixel * 4 + channel] = (values[pixel * 3 + channel] ?? 0) * factor[channel] + offset[channel];
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return { width, height, rgba };
}

/** Values over a picture: in their colours, and the clearer the nearer they are to zero. */
export function overlayPicture(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  limit: number,
  palette: Palette,
): Picture {
  const picture = valuesPicture(values, rows, columns, limit, palette);
  for (let at = 0; at < rows * columns; at++) {
    const value = values[at] ?? 0;
    const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
    const sign = colorOf(palette, Math.sign(value), 1);
    picture.rgba.set([...sign, 235 * Math.sqrt(share)], at * 4);
  }
  return picture;
}

/** A picture in pale grey, to lie under colours that mean something else; luma of ITU-R BT.709. */
export function fadedPicture({ width, height, rgba }: Picture, palette: Palette): Picture {
  const faded = new Uint8ClampedArray(rgba.length);
  for (let at = 0; at < rgba.length; at += 4) {
    const luma = 0.2126 * (rgba[at] ?? 0) + 0.7152 * (rgba[at + 1] ?? 0) + 0.0722 * (rgba[at + 2] ?? 0);
    const [red, green, blue] = mix([luma, luma, luma], palette.background, 0.5);
    faded.set([red, green, blue, 255], at);
  }
  return { width, height, rgba: faded };
}

/** Brightness row by row as a picture in grey. */
export function greyPicture(values: ArrayLike<number>, height: number, width: number): Picture {
  const { factor, offset } = rangeLevels(values);
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgba.fill((values[pixel] ?? 0) * factor[0] + offset[0], pixel * 4, pixel * 4 + 3);
    rgba[pixel * 4 + 3] = 255;
  }
  return { width, height, rgba };
}

/** Weights of a kernel over three channels as colours: grey at zero, and brighter where a channel counts for more. */
export function kernelPicture(weights: ArrayLike<number>, height: number, width: number, limit: number): Picture {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const share = limit > 0 ? (weights[pixel * 3 + channel] ?? 0) / limit : 0;
      rgba[pixel * 4 + channel] = 127.5 + 127.5 * share;
    }
    rgba[pixel * 4 + 3] = 255;
  }
  return { width, height, rgba };
}
