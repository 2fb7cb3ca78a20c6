/** JSON that keeps every number as it is: `JSON.stringify` makes 0 of -0, and servers read "-0" as a whole number. */

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === "number") return Object.is(value, -0);
  if (Array.isArray(value)) return value.some(hasNegativeZero);
  return typeof value === "object" && value !== null && Object.values(value).some(hasNegativeZero);
}

function write(value: unknown): string | undefined {
  if (Object.is(value, -0)) return "-0.0";
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? "null").join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).flatMap(([key, member]) => {
    const text = write(member);
    return text === undefined ? [] : [`${JSON.stringify(key)}:${text}`];
  });
  return `{${members.join(",")}}`;
}

/** `value`, made of plain data, as JSON text from which `JSON.parse` gives the same numbers bit for bit. */
export function writeJson(value: unknown): string {
  // The browser's own writer is many times faster, and almost always right.
  return (hasNegativeZero(value) ? write(value) : JSON.stringify(value)) ?? "null";
}

/** How deep the lists and objects of a JSON text are nested, found without reading it. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === 92) at++;
      else if (code === 34) inText = false;
    } else if (code === 34) inText = true;
    else if (code === 91 || code === 123) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (code === 93 || code === 125) depth--;
  }
  return deepest;
}
