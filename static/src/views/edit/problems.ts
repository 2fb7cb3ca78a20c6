/** Bringing what the server found wrong to the place that it is about. */

import type { ApiError } from "../../api";

/** The part of a pointer behind the operation: "/operations/0/arguments/units" gives ["arguments", "units"]. */
function placeIn(pointer: string | null): string[] {
  return (pointer ?? "").split("/").slice(3);
}

/** Sentences by the argument of the layer that they are about; "" has those about something else. */
export function problemsByArgument(error: ApiError | null, known: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  if (error === null) return found;
  const all = error.errors.length > 0 ? error.errors : [{ detail: error.message, pointer: null }];
  for (const { detail, pointer } of all) {
    const [, name = ""] = placeIn(pointer);
    const key = known.includes(name) ? name : "";
    found[key] = found[key] === undefined ? detail : `${found[key]} ${detail}`;
  }
  return found;
}

/** Everything that went wrong, as one text. */
export function problemText(error: ApiError): string {
  return error.errors.length > 0 ? error.errors.map((one) => one.detail).join(" ") : error.message;
}
