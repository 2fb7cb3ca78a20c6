/** The arithmetic of a node as one line of text: `0.5×0.2 + 0.7×0.3 + 0.1 = 0.41 → relu → 0.41`.
 * Every number in it came from the server; this file only writes them down. */

import { formatCount, formatValue, nodeName } from "../format";
import type { Explanation, NodeReference, Term } from "../wire";

/** More terms than this are never all written out. */
const ALL_UP_TO = 6;

function factor(value: number): string {
  const text = formatValue(value);
  return text.startsWith("-") ? `(${text})` : text;
}

function compare(a: NodeReference, b: NodeReference): number {
  if (a.layer !== b.layer) return 0;
  for (const [axis, position] of a.index.entries()) {
    const difference = position - (b.index[axis] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Terms in the order of their sources, as one writes them by hand; the server sends the largest first. */
export function inSourceOrder(terms: readonly Term[]): Term[] {
  return [...terms].sort((a, b) => compare(a.source, b.source));
}

/** `a + b - c` with a sign between the parts, shortened to the first of many. */
function joined(parts: readonly string[], left: number, sign: string): string {
  const rest =
    left > 0 ? [`… ${sign === "+" ? "+ " : ""}${formatCount(left)} more ${left === 1 ? "term" : "terms"}`] : [];
  return [...parts, ...rest].join(` ${sign} `);
}

function withBias(sum: string, bias: number | null): string {
  if (bias === null) return sum;
  const text = formatValue(bias);
  if (sum === "") return text;
  return text.startsWith("-") ? `${sum} - ${text.slice(1)}` : `${sum} + ${text}`;
}

/** The tail from the sum to the value: `= 0.41 → relu → 0.41`. */
function outcome(explanation: Explanation): string {
  const { pre_activation: before, activation, value, denominator, activation_terms: along } = explanation;
  if (before === null || activation === null || activation === "linear") return `= ${formatValue(value)}`;
  const own = along?.find((term) => term.index.every((position, axis) => position === explanation.index[axis]));
  if (typeof own?.exponential === "number" && typeof denominator === "number") {
    const share = `${formatValue(own.exponential)} / ${formatValue(denominator)}`;
    const result = activation === "log_softmax" ? `ln(${share})` : share;
    return `= ${formatValue(before)} → ${activation}: ${result} = ${formatValue(value)}`;
  }
  return `= ${formatValue(before)} → ${activation} → ${formatValue(value)}`;
}

/** One line that says how the node came by its value, with fewer terms where it would be longer than `room` characters. */
export function arithmeticLine(explanation: Explanation, room = Number.POSITIVE_INFINITY): string {
  const { terms, others } = explanation;
  const total = terms.length + others.count;
  const whole = total <= ALL_UP_TO && others.count === 0 ? lineOf(explanation, inSourceOrder(terms), 0) : null;
  if (whole !== null && whole.length <= room) return whole;
  let line = "";
  for (const shown of [4, 3, 2, 1]) {
    if (shown >= total) continue;
    line = lineOf(explanation, terms.slice(0, shown), total - shown);
    if (line.length <= room) break;
  }
  return line === "" ? (whole ?? "") : line;
}

/** The line with the terms `shown`, and a word for the others that are `left`. */
function lineOf(explanation: Explanation, shown: readonly Term[], left: number): string {
  const { operation, terms, bias, value } = explanation;
  const pinned = explanation.pinned ? `, pinned to ${formatValue(value)}` : "";
  const only = terms[0];

  switch (operation) {
    case "input":
      return `given: ${formatValue(value)}${pinned}`;
    case "copy":
      return `${only === undefined ? "copied" : `copy of ${nodeName(only.source)}`} = ${formatValue(value)}${pinned}`;
    case "lookup":
      return `entry ${explanation.index.at(-1) ?? 0} of row ${formatValue(only?.value ?? Number.NaN)} of the table = ${formatValue(value)}${pinned}`;
    case "maximum":
      return `max(${shown.map((term) => formatValue(term.value)).join(", ")}${left > 0 ? `, … ${formatCount(left)} more` : ""}) ${outcome(explanation)}${pinned}`;
    case "product":
      return `${joined(
        shown.map((term) => factor(term.value)),
        left,
        "×",
      )} ${outcome(explanation)}${pinned}`;
    case "sum":
      return `${joined(
        shown.map((term) => factor(term.value)),
        left,
        "+",
      )} ${outcome(explanation)}${pinned}`;
    case "activation":
      return `${formatValue(only?.value ?? explanation.pre_activation ?? Number.NaN)} ${outcome(explanation).replace(/^= \S+ /, "")}${pinned}`;
    case "normalize":
      return `${normalization(explanation)} = ${formatValue(value)}${pinned}`;
    default:
      return `${withBias(
        joined(
          shown.map((term) => `${factor(term.value)}×${factor(term.weight ?? Number.NaN)}`),
          left,
          "+",
        ),
        bias,
      )} ${outcome(explanation)}${pinned}`;
  }
}

/** `1.2 × (0.5 - 0.3) / √(0.04 + 0.001) + 0.1` with the numbers of a LayerNormalization. */
function normalization({ terms, index, mean, variance, gamma, beta, epsilon }: Explanation): string {
  const own = terms.find((term) => term.source.index.at(-1) === index.at(-1)) ?? terms[0];
  const minus = formatValue(mean ?? Number.NaN);
  const centred = `(${formatValue(own?.value ?? Number.NaN)} - ${minus.startsWith("-") ? `(${minus})` : minus})`;
  const scaled = `${factor(gamma ?? 1)} × ${centred}`;
  const width = `√(${formatValue(variance ?? Number.NaN)} + ${formatValue(epsilon ?? 0)})`;
  return withBias(`${scaled} / ${width}`, beta ?? null);
}
