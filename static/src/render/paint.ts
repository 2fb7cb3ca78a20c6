/** The colours of cells, as the graphics card shows them: worked out once, when the values are new, not in every frame. */

import { mix, type Palette } from "../color";
import { holds } from "./cells";

/** What a cell holds, as its alpha: the shaders know these numbers. */
const VALUE = 255;
const NOT_FINITE = 170;
const EMPTY = 85;

/** How much of the line's colour an empty square has. */
const FAINT = 0.16;

/** The colours of the ramp, then those of cells that are not finite, empty, or none at all; four bytes each. */
function coloursOf(palette: Palette): Uint32Array {
  const { ramp, invalid, background, line } = palette;
  const bytes = new Uint8Array((ramp.length + 3) * 4);
  const put = (at: number, color: readonly number[], alpha: number) =>
    bytes.set([...color.map(Math.round), alpha], at * 4);
  for (const [at, color] of ramp.entries()) put(at, color, VALUE);
  put(ramp.length, invalid, NOT_FINITE);
  put(ramp.length + 1, mix(background, line, FAINT), EMPTY);
  return new Uint32Array(bytes.buffer);
}

const known = new WeakMap<Palette, Uint32Array>();

/** Where the colours of what has no value stand, from the ramp's last one on. */
const BEHIND_RAMP = { "not finite": 1, empty: 2, "no node": 3 };

/**
 * Writes the colours of `cells` to `into` from `at` on; values from `limit` on have the outermost colour. Returns whether
 * any is not finite.
 */
export function paintCells(
  into: Uint32Array,
  at: number,
  cells: Float32Array,
  limit: number,
  palette: Palette,
): boolean {
  let colours = known.get(palette);
  if (colours === undefined) {
    colours = coloursOf(palette);
    known.set(palette, colours);
  }
  const last = palette.ramp.length - 1;
  const scale = limit > 0 ? last / 2 / limit : 0;
  let bad = false;
  for (let cell = 0; cell < cells.length; cell++) {
    const value = cells[cell] as number;
    const what = holds(value);
    if (what === "not finite") bad = true;
    const color =
      what === "value" ? Math.min(Math.max(Math.round(last / 2 + value * scale), 0), last) : last + BEHIND_RAMP[what];
    into[at + cell] = colours[color] as number;
  }
  return bad;
}
