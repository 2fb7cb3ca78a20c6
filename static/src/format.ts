/** Numbers and names as text. Rounding happens here and only for display. */

import type { NodeRef } from "./graph_types";

function nonFinite(x: number): string | null {
  if (Number.isNaN(x)) return "NaN";
  if (x === Infinity) return "∞";
  if (x === -Infinity) return "-∞";
  return null;
}

/**
 * A value rounded to `significant` digits, trailing zeros trimmed: "0.41", "-0.31", "1.2e-7", "1.235e5".
 *
 * Whole digits are never turned into zeros: 12345.6 gives "12346". Below 0.001 and from 100000 on the exponent form
 * is used, so that four digits stay within eight characters ("-1.235e5"). The minus is a plain hyphen, because
 * the text is copied and compared. NaN and infinities give "NaN", "∞", "-∞"; both zeros give "0".
 */
export function formatValue(x: number, significant = 4): string {
  const special = nonFinite(x);
  if (special !== null) return special;
  if (x === 0) return "0";
  const whole = Math.floor(Math.log10(Math.abs(x))) + 1;
  const rounded = whole > significant && whole <= 5 ? Math.round(x) : Number(x.toPrecision(significant));
  const size = Math.abs(rounded);
  if (size >= 1e-3 && size < 1e5) return String(rounded);
  const [mantissa = "", exponent = ""] = x.toExponential(significant - 1).split("e");
  return `${Number(mantissa)}e${Number(exponent)}`;
}

/** The fewest digits that read back as exactly this number; with an exponent from the fifth zero on, as Python writes it. */
export function formatFull(x: number): string {
  if (x !== 0 && Math.abs(x) < 1e-4) return x.toExponential();
  return nonFinite(x) ?? (Object.is(x, -0) ? "-0" : String(x).replace("e+", "e"));
}

/** A count with thousands separated: "1,234,567". */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A shape as people write it: "8×8"; "scalar" for the empty shape. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? "scalar" : shape.join("×");
}

/** What a node is called everywhere: "hidden[0]", "conv[1,2,3]". */
export function nodeName(node: NodeRef): string {
  return `${node.layer}[${node.index.join(",")}]`;
}

const NODE_NAME = /^\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*\[\s*((?:\d+(?:\s*,\s*\d+)*)?)\s*\]\s*$/;

/** The node that a name means, or null if it is not written like one; blanks are allowed. */
export function parseNodeName(text: string): NodeRef | null {
  const match = NODE_NAME.exec(text);
  if (match === null) return null;
  const [, layer = "", list = ""] = match;
  return { layer, index: list === "" ? [] : list.split(",").map(Number) };
}
