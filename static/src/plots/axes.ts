import type { ScaleLinear } from "d3-scale";

/** The width of a digit of the axes' type, generously: room is reserved before anything is drawn. */
export const CHARACTER = 6.4;
export const TICK_LENGTH = 4;

/** d3 writes U+2212 for minus; the page writes "-" everywhere, so that text can be copied and searched. */
export function plainFormat(
  scale: ScaleLinear<number, number>,
  count: number,
): (value: { valueOf(): number }) => string {
  const format = scale.tickFormat(count);
  return (value) => format(value).replaceAll("\u2212", "-");
}
