import { describe, expect, test } from "vitest";
import { colorOf, colorScale, contrast, legendOf, PALETTES, type Rgb, textColor } from "../src/color";

const themes = ["light", "dark"] as const;

/** Lightness of OKLab. */
function lightness(color: Rgb): number {
  const [r = 0, g = 0, b = 0] = color.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
}

describe.each(themes)("the %s ramp", (theme) => {
  const palette = PALETTES[theme];
  const at = (t: number) => lightness(colorOf(palette, t, 1));

  test("moves away from neutral evenly and alike on both sides", () => {
    const whole = at(1) - at(0);
    for (let t = 0; t <= 1; t += 1 / 16) {
      expect(at(t) - at(0)).toBeCloseTo(whole * t, 1);
      expect(at(-t)).toBeCloseTo(at(t), 1);
    }
    for (let t = 1 / 32; t <= 1; t += 1 / 32) {
      expect(Math.sign(at(t) - at(t - 1 / 32))).toBe(Math.sign(whole));
      expect(Math.sign(at(-t) - at(-t + 1 / 32))).toBe(Math.sign(whole));
    }
  });

  test("is blue below and orange above zero", () => {
    const [red, , blue] = colorOf(palette, 1, 1);
    const [otherRed, , otherBlue] = colorOf(palette, -1, 1);
    expect(red).toBeGreaterThan(blue);
    expect(otherBlue).toBeGreaterThan(otherRed);
  });

  test("lets text be read on every fill", () => {
    for (let t = -1; t <= 1; t += 0.01) {
      const fill = colorOf(palette, t, 1);
      expect(contrast(textColor(fill), fill)).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(textColor(palette.invalid), palette.invalid)).toBeGreaterThanOrEqual(4.5);
  });

  test("shows what is not finite in a colour of its own", () => {
    for (const value of [NaN, Infinity, -Infinity]) expect(colorOf(palette, value, 1)).toBe(palette.invalid);
    expect(palette.ramp).not.toContainEqual(palette.invalid);
  });

  test("ends at the limit", () => {
    expect(colorOf(palette, 7, 2)).toEqual(colorOf(palette, 2, 2));
    expect(colorOf(palette, 5, 0)).toEqual(colorOf(palette, 0, 1));
  });
});

describe("colorScale", () => {
  const scale = (...values: number[]) => colorScale([Float64Array.from(values)]);

  test("is symmetric and ends at the largest magnitude", () => {
    expect(scale(-0.8, 0.5)).toEqual({ limit: 0.8, clipped: 0, min: -0.8, max: 0.5, nonFinite: 0 });
  });

  test("does not let one outlier wash out the rest", () => {
    const found = scale(0.5, -0.7, 0.2, 0.9, 1000);
    expect(found.limit).toBe(0.9);
    expect(found.clipped).toBe(1);
    expect(found.max).toBe(1000);
  });

  test("keeps a large value that is the message: shares of a whole, or too few to compare", () => {
    expect(scale(0.997, 0.001, 0.001, 0.0005, 0.0005).clipped).toBe(0);
    expect(scale(0.01, 5).clipped).toBe(0);
  });

  test("counts what is not finite and leaves it out", () => {
    expect(scale(NaN, 1, Infinity, -2)).toEqual({ limit: 2, clipped: 0, min: -2, max: 1, nonFinite: 2 });
    expect(scale(NaN).limit).toBe(0);
    expect(scale().limit).toBe(0);
  });

  test("covers several layers", () => {
    expect(colorScale([Float64Array.of(1), Float64Array.of(-3)]).limit).toBe(3);
  });
});

test("a legend says what is clipped", () => {
  const values = Float64Array.of(0.5, -0.7, 0.2, 0.9, 1000, NaN);
  const legend = legendOf(colorScale([values]), PALETTES.light, 3);
  expect(legend.stops).toHaveLength(3);
  expect(legend.note).toBe("1 value lies beyond ±0.9, up to ±1000; 1 not finite");
  expect(legendOf(colorScale([Float64Array.of(1)]), PALETTES.dark).note).toBe("");
});
