/** A document as text that people can read: rows of numbers stay on one line, and every number reads back as the very
 * same one. */

import { writeJson } from "./json";

const SHORT = 100;

function isScalar(value: unknown): boolean {
  return value === null || typeof value !== "object";
}

export function writeDocument(value: unknown, indent = ""): string {
  if (value === null || typeof value !== "object") return writeJson(value);
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const parts = Array.isArray(value)
    ? value.map((item: unknown) => writeDocument(item, deeper))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}: ${writeDocument(item, deeper)}`);
  if (parts.length === 0) return open + close;
  if (Object.values(value).every(isScalar)) {
    const line = open + parts.join(", ") + close;
    if (Array.isArray(value) || line.length <= SHORT) return line;
  }
  return `${open}\n${parts.map((part) => deeper + part).join(",\n")}\n${indent}${close}`;
}

/** A name for the file of a document: letters, digits and what all systems allow. */
export function fileName(title: string): string {
  const name = title
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 60);
  return `${name || "network"}.json`;
}
