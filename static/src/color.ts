/**
 * The colours of values: blue below zero, neutral at zero, orange above, even in the lightness of OKLab, so that equal
 * steps of a value look equal and both signs are equally strong. Blue and orange stay apart for every common colour blindness.
 *
 * OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020.
 */

import { formatCount, formatValue } from "./format";
import type { Theme, Values } from "./graph_types";

/** Red, green, blue from 0 to 255. */
export type Rgb = readonly [number, number, number];
type Lab = readonly [number, number, number];

/** What the graph is drawn with, besides the ramp. */
export interface Palette {
  background: Rgb;
  text: Rgb;
  muted: Rgb;
  /** Rims of discs and frames. */
  line: Rgb;
  focus: Rgb;
  invalid: Rgb;
  ramp: readonly Rgb[];
}

/** How values become colours: ±`limit` are the ends, and `clipped` values lie beyond them. */
export interface ColorScale {
  limit: number;
  clipped: number;
  /** Of the finite values; 0 if there are none. */
  min: number;
  max: number;
  nonFinite: number;
}

export interface Legend extends ColorScale {
  /** CSS colours at equal steps from -limit to +limit. */
  stops: string[];
  /** Says what is beyond the ends, or empty. */
  note: string;
}

const RAMP_SIZE = 257;

function polar(lightness: number, chroma: number, degrees: number): Lab {
  const angle = (degrees * Math.PI) / 180;
  return [lightness, chroma * Math.cos(angle), chroma * Math.sin(angle)];
}

function gamma(linear: number): number {
  const c = Math.min(Math.max(linear, 0), 1);
  return 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055);
}

function fromLab([lightness, a, b]: Lab): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gamma(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

interface Ends {
  negative: Lab;
  zero: Lab;
  positive: Lab;
}

const ENDS: Record<Theme, Ends> = {
  light: { negative: polar(0.575, 0.155, 252), zero: [0.964, 0, 0], positive: polar(0.575, 0.16, 44) },
  dark: { negative: polar(0.745, 0.125, 250), zero: [0.307, 0, -0.008], positive: polar(0.745, 0.145, 58) },
};

function makeRamp({ negative, zero, positive }: Ends): Rgb[] {
  return Array.from({ length: RAMP_SIZE }, (_, at) => {
    const t = (2 * at) / (RAMP_SIZE - 1) - 1;
    const end = t < 0 ? negative : positive;
    const share = Math.abs(t);
    // Colour comes a little sooner than lightness, or the middle tones would look dusty.
    const tint = share ** 0.8;
    return fromLab([
      zero[0] + (end[0] - zero[0]) * share,
      zero[1] + (end[1] - zero[1]) * tint,
      zero[2] + (end[2] - zero[2]) * tint,
    ]);
  });
}

export const PALETTES: Record<Theme, Palette> = {
  light: {
    background: [255, 255, 255],
    text: [20, 24, 29],
    muted: [86, 95, 107],
    line: [118, 126, 137],
    focus: [81, 64, 179],
    invalid: [199, 21, 133],
    ramp: makeRamp(ENDS.light),
  },
  dark: {
    background: [22, 26, 32],
    text: [238, 241, 244],
    muted: [162, 172, 184],
    line: [118, 129, 143],
    focus: [179, 166, 255],
    invalid: [255, 92, 184],
    ramp: makeRamp(ENDS.dark),
  },
};

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * share,
    from[1] + (to[1] - from[1]) * share,
    from[2] + (to[2] - from[2]) * share,
  ];
}

export function css([red, green, blue]: Rgb, alpha = 1): string {
  const channels = `${Math.round(red)} ${Math.round(green)} ${Math.round(blue)}`;
  return alpha >= 1 ? `rgb(${channels})` : `rgb(${channels} / ${alpha})`;
}

/** Colour of a value; beyond ±limit the ends, NaN and infinities the palette's own `invalid`. */
export function colorOf(palette: Palette, value: number, limit: number): Rgb {
  if (!Number.isFinite(value)) return palette.invalid;
  const t = limit > 0 ? Math.min(Math.max(value / limit, -1), 1) : 0;
  return palette.ramp[Math.round(((t + 1) / 2) * (RAMP_SIZE - 1))] ?? palette.invalid;
}

/** Relative luminance, WCAG 2. */
function luminance(color: Rgb): number {
  const [red = 0, green = 0, blue = 0] = color.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of WCAG 2, from 1 to 21. */
export function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

// Pure black: anything softer falls below 4.5 to 1 on middle tones.
const INK: Rgb = [0, 0, 0];
const PAPER: Rgb = [255, 255, 255];

/** Black or white, whichever is read better on a fill; at least 4.5 to 1 on any colour. */
export function textColor(fill: Rgb): Rgb {
  return contrast(PAPER, fill) >= 4.5 || contrast(PAPER, fill) >= contrast(INK, fill) ? PAPER : INK;
}

/** From this many non-zero values on an outlier can be told from the rest. */
const ENOUGH = 4;
const OUTLIER = 10;
const SAMPLE = 4096;

/** Whether values are shares of a whole, as softmax gives them: there the large one is the message, no outlier. */
function areShares(values: readonly Values[]): boolean {
  return values.every((array) => {
    let sum = 0;
    for (const value of array) {
      if (!(value >= 0 && value <= 1)) return false;
      sum += value;
    }
    return Math.abs(sum - 1) < 1e-3;
  });
}

/** The magnitude that all but the largest hundredth (and at least one) stay within; zeros do not count. Where that is no
 * outlier's distance from the largest, it may be said to be the largest. */
function usualMagnitude(values: readonly Values[], largest: number): number | null {
  const total = values.reduce((sum, array) => sum + array.length, 0);
  const stride = Math.max(1, Math.ceil(total / SAMPLE));
  const sizes: number[] = [];
  let next = 0;
  for (const array of values) {
    for (; next < array.length; next += stride) {
      const size = Math.abs(array[next] ?? 0);
      if (size > 0 && size < Infinity) sizes.push(size);
    }
    next -= array.length;
  }
  if (sizes.length < ENOUGH) return null;
  const place = Math.max(1, Math.floor(sizes.length / 100));
  // Sorting is dear where there are a thousand layers, and rarely needed: enough large values settle it.
  if (sizes.reduce((count, size) => count + (size * OUTLIER >= largest ? 1 : 0), 0) > place) return largest;
  return (
    Float64Array.from(sizes)
      .sort()
      .at(-1 - place) ?? null
  );
}

/**
 * The scale for some values, symmetric at zero. It ends at the largest magnitude, unless that is more than ten times
 * what 99 % of the values stay within: then it ends there, and `clipped` counts what lies beyond.
 */
export function colorScale(values: readonly Values[]): ColorScale {
  let min = Infinity;
  let max = -Infinity;
  let nonFinite = 0;
  for (const array of values) {
    for (const value of array) {
      if (!Number.isFinite(value)) nonFinite++;
      else {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    }
  }
  if (min > max) return { limit: 0, clipped: 0, min: 0, max: 0, nonFinite };
  const largest = Math.max(-min, max);
  const usual = usualMagnitude(values, largest);
  if (usual === null || largest <= OUTLIER * usual || areShares(values)) {
    return { limit: largest, clipped: 0, min, max, nonFinite };
  }
  let clipped = 0;
  for (const array of values) {
    for (const value of array) {
      if (Number.isFinite(value) && Math.abs(value) > usual) clipped++;
    }
  }
  return { limit: usual, clipped, min, max, nonFinite };
}

/** What a legend shows of a scale. */
export function legendOf(scale: ColorScale, palette: Palette, steps = 11): Legend {
  const stops = Array.from({ length: steps }, (_, at) => css(colorOf(palette, (2 * at) / (steps - 1) - 1, 1)));
  const notes: string[] = [];
  if (scale.clipped > 0) {
    const largest = formatValue(Math.max(-scale.min, scale.max));
    const [noun, verb] = scale.clipped === 1 ? ["value", "lies"] : ["values", "lie"];
    notes.push(`${formatCount(scale.clipped)} ${noun} ${verb} beyond ±${formatValue(scale.limit)}, up to ±${largest}`);
  }
  if (scale.nonFinite > 0) notes.push(`${formatCount(scale.nonFinite)} not finite`);
  return { ...scale, stops, note: notes.join("; ") };
}
