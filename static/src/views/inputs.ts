/** What the input of a network looks like to a person: names, first values, ranges, and reading typed numbers. */

import { flatten } from "../api";
import { indexOf } from "../layout";
import type { NetworkDocument } from "../wire";

/** Inputs from this many values on, or with two axes, are a grid of cells instead of rows. */
const GRID_FROM = 64;

export function inputSize(document: NetworkDocument): number {
  return document.input.shape.reduce((product, length) => product * length, 1);
}

/** The example shown first: the document's own, else zeros. */
export function defaultInputs(document: NetworkDocument): number[] {
  const size = inputSize(document);
  if (document.input.default === undefined) return new Array<number>(size).fill(0);
  const given = Array.from(flatten(document.input.default));
  return given.length === size ? given : new Array<number>(size).fill(0);
}

/** A name for one value of the input: the document's, else its index as in `x[3]` or `x[0,7]`. */
export function featureName(document: NetworkDocument, flat: number): string {
  const { names, shape } = document.input;
  return names?.[flat] ?? `input[${indexOf(shape, flat).join(",")}]`;
}

export interface GridForm {
  rows: number;
  columns: number;
}

/** How many rows and columns the input has as a picture; null where a row for each value is better. */
export function gridForm(document: NetworkDocument): GridForm | null {
  const { shape } = document.input;
  const size = inputSize(document);
  const [rows, columns, channels] = shape;
  if (rows !== undefined && columns !== undefined && shape.length === 2 && size > 1) return { rows, columns };
  if (rows !== undefined && columns !== undefined && shape.length === 3 && channels === 1) return { rows, columns };
  // Several channels are pictures of their own.
  if (shape.length === 3 && rows !== undefined && columns !== undefined && rows > 1 && columns > 1) return null;
  if (size < GRID_FROM) return null;
  const side = Math.sqrt(size);
  if (Number.isInteger(side)) return { rows: side, columns: side };
  const width = Math.ceil(side);
  return { rows: Math.ceil(size / width), columns: width };
}

/** 1, 2 or 5 times a power of ten, not below `value`. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((step) => step * power >= value) ?? 10;
  return factor * power;
}

export interface Range {
  minimum: number;
  maximum: number;
  step: number;
}

/** How many entries the Embedding has that reads the input, if one does. */
function vocabulary(document: NetworkDocument): number | null {
  const first = document.layers.find(
    (layer, position) =>
      layer.kind === "Embedding" && (layer.inputs === undefined ? position === 0 : layer.inputs.includes("input")),
  );
  const size = first?.input_dim;
  return typeof size === "number" ? size : null;
}

/** The range that sliders and painting cover. Typing may go beyond it: it then widens to hold the value. */
export function inputRange(document: NetworkDocument, values: readonly number[]): Range {
  if (document.input.dtype === "int") {
    const size = vocabulary(document);
    return {
      minimum: 0,
      maximum: size === null ? Math.max(9, ...defaultInputs(document)) : size - 1,
      step: 1,
    };
  }
  const example = defaultInputs(document);
  // Not spread into Math.max: an input may have more values than a call takes arguments.
  const all = [...example, ...values];
  const highest = all.reduce((most, value) => Math.max(most, value), 0);
  const lowest = all.reduce((least, value) => Math.min(least, value), 0);
  const grid = gridForm(document) !== null;
  if (grid && lowest >= 0) {
    // A picture: from nothing to full ink.
    const full = highest > 0 ? highest : 1;
    return { minimum: 0, maximum: full, step: full / 100 };
  }
  const limit = niceCeiling(Math.max(1, highest, -lowest));
  return { minimum: -limit, maximum: limit, step: limit / 100 };
}

export type Reading = { value: number } | { expected: string };

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads a number as a person types it; what is expected where it is none. */
export function readTyped(text: string, integer: boolean, maximum: number | null = null): Reading {
  // A comma is how much of the world writes the point; with one of them the meaning is plain.
  const trimmed = text
    .trim()
    .replace(/^([^,]*),([^,]*)$/, "$1.$2")
    .replace("−", "-");
  if (integer) {
    const range = maximum === null ? "" : ` from 0 to ${maximum}`;
    if (!/^\+?\d+$/.test(trimmed)) return { expected: `a whole number${range}` };
    const value = Number(trimmed);
    return maximum !== null && value > maximum ? { expected: `a whole number${range}` } : { value };
  }
  if (!DECIMAL.test(trimmed)) return { expected: "a number, such as 0.5 or -1e-3" };
  const value = Number(trimmed);
  return Number.isFinite(value) ? { value } : { expected: "a number below 1.8e308" };
}

/** The largest whole number that an int input takes; null for a float input or where it is not known. */
export function integerLimit(document: NetworkDocument): number | null {
  const size = document.input.dtype === "int" ? vocabulary(document) : null;
  return size === null ? null : size - 1;
}

/** Removes the digits that binary fractions leave behind a slider's step (0.30000000000000004). */
export function roundToStep(value: number, step: number): number {
  const decimals = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(decimals));
}
