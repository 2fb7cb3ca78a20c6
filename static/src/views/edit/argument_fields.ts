/** Which kind of field an argument of a layer gets, and reading what is typed into it. */

import type { ActivationDocument, ArgumentSchema } from "../../wire";
import { readTyped } from "../inputs";

export type FieldKind = "activation" | "choice" | "boolean" | "number" | "list";

/** The alternatives of a schema that has some, else itself. */
function alternatives(schema: ArgumentSchema): readonly ArgumentSchema[] {
  return schema.anyOf ?? [schema];
}

export function fieldKind(name: string, schema: ArgumentSchema): FieldKind {
  if (name === "activation") return "activation";
  const all = alternatives(schema);
  if (all.some((one) => one.enum !== undefined)) return "choice";
  if (all.some((one) => one.type === "array")) return "list";
  return all.some((one) => one.type === "boolean") ? "boolean" : "number";
}

/** The names that a choice offers. */
export function choices(schema: ArgumentSchema): readonly string[] {
  return alternatives(schema).flatMap((one) => one.enum ?? []);
}

/** The name in a value such as "relu" or {"name": "constant", "value": 1}. */
export function choiceName(value: unknown): string {
  if (typeof value === "object" && value !== null && "name" in value) return String(value.name);
  return String(value ?? "");
}

export type Read<Value> = { value: Value } | { expected: string };

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: ArgumentSchema): string {
  const parts = [
    minimum === undefined ? null : `from ${minimum}`,
    exclusiveMinimum === undefined ? null : `above ${exclusiveMinimum}`,
    maximum === undefined || maximum >= 2 ** 31 - 1 ? null : `to ${maximum}`,
    exclusiveMaximum === undefined ? null : `below ${exclusiveMaximum}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "" : ` ${parts.join(" ")}`;
}

/** Whether a schema takes nothing at all in the place of a number. */
export function isOptional(schema: ArgumentSchema): boolean {
  return alternatives(schema).some((one) => one.type === "null");
}

export function isWhole(schema: ArgumentSchema): boolean {
  return alternatives(schema).some((one) => one.type === "integer");
}

/** Reads a number within what the schema allows; nothing typed is null where that is allowed. */
export function readNumberText(text: string, schema: ArgumentSchema): Read<number | null> {
  if (text.trim() === "" && isOptional(schema)) return { value: null };
  const numeric = alternatives(schema).find((one) => one.type === "integer" || one.type === "number") ?? schema;
  const whole = numeric.type === "integer";
  const expected = `${whole ? "a whole number" : "a number"}${bounds(numeric)}`;
  const reading = readTyped(text, false);
  if ("expected" in reading || (whole && !Number.isInteger(reading.value))) return { expected };
  const { value } = reading;
  const fits =
    value >= (numeric.minimum ?? -Infinity) &&
    value <= (numeric.maximum ?? Infinity) &&
    value > (numeric.exclusiveMinimum ?? -Infinity) &&
    value < (numeric.exclusiveMaximum ?? Infinity);
  return fits ? { value } : { expected };
}

/** Whether a schema takes a number, whole or not. */
function isNumber(schema: ArgumentSchema): boolean {
  return alternatives(schema).some((one) => one.type === "number");
}

/** Reads numbers such as "8, 8", whole ones unless the schema takes others; one alone stays a number where it may. */
export function readListText(text: string, schema: ArgumentSchema): Read<number | number[]> {
  const parts = text.split(/[\s,;×x]+/).filter((part) => part !== "");
  const values = parts.map(Number);
  const whole = !isNumber(schema);
  if (parts.length === 0 || !values.every(whole ? Number.isInteger : Number.isFinite)) {
    return { expected: whole ? "whole numbers, such as 8, 8" : "a number, or several, such as 0.5, 2" };
  }
  const [first] = values;
  const alone = values.length === 1 && (isWhole(schema) || !whole);
  return alone && first !== undefined ? { value: first } : { value: values };
}

/** What a new layer begins with for an argument that must be given. */
export function firstValue(name: string, schema: ArgumentSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (name === "units") return 3;
  const kind = fieldKind(name, schema);
  if (kind === "boolean") return false;
  if (name === "kernel_size") return 3;
  if (kind === "list") return isWhole(schema) || isNumber(schema) ? 1 : [1];
  if (kind === "choice") return choices(schema)[0];
  return schema.minimum !== undefined && !isWhole(schema) ? 0.5 : Math.max(1, schema.minimum ?? 1);
}

export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** The name of an argument for people: `kernel_initializer` is "kernel initializer". */
export function argumentTitle(name: string): string {
  return name.replaceAll("_", " ");
}

export type ArgumentValue = number | boolean | string | null | number[] | ActivationDocument;
