/** Values of the layers as textures: one float texture a layer, sent again only when its values are other ones. */

import { flatOf } from "../graph_shapes";
import type { Values } from "../graph_types";
import type { Block } from "../layout";
import type { SceneBlock } from "../scene";

/** Rows of a texture are folded here, or at the largest size that the graphics hardware allows. */
const FOLD = 8192;
const NOT_A_NUMBER = 3.0e38;
const INFINITE = 3.2e38;
const EMPTY = 3.35e38;
const NO_NODE = -3.4e38;

/**
 * What values are multiplied with to stay within float32: 1, unless they are far beyond it. Diverging networks reach
 * 1e300 before they reach infinity.
 */
export function float32Factor(values: Values): number {
  let largest = 0;
  for (const value of values) {
    const size = Math.abs(value);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest > 1e37 || (largest > 0 && largest < 1e-30) ? 1 / Math.max(largest, 1e-300) : 1;
}

/** Non-finite values have codes of their own, which the shader knows. */
function encode(value: number, factor: number): number {
  if (Number.isFinite(value)) return value * factor;
  return Number.isNaN(value) ? NOT_A_NUMBER : Math.sign(value) * INFINITE;
}

/** The cells of a block row by row, padded to whole rows of `fold`; nodes from `known` on are empty. */
export function cellValues(
  block: Block,
  values: Values,
  fold: number,
  factor: number,
  known = block.count,
): Float32Array {
  const cell = (flat: number) => (flat < known ? encode(values[flat] ?? 0, factor) : EMPTY);
  const cells = block.columns * block.rows;
  const encoded = new Float32Array(Math.ceil(cells / fold) * fold).fill(NO_NODE);
  if (block.maps === null) {
    for (let flat = 0; flat < block.count; flat++) encoded[flat] = cell(flat);
    return encoded;
  }
  for (let row = 0; row < block.rows; row++) {
    for (let column = 0; column < block.columns; column++) {
      const flat = flatOf(block, column, row);
      if (flat >= 0) encoded[row * block.columns + column] = cell(flat);
    }
  }
  return encoded;
}

interface Entry {
  texture: WebGLTexture;
  values: Values;
  known: number;
  columns: number;
  rows: number;
  fold: number;
  factor: number;
  frame: number;
}

export class Textures {
  private readonly entries = new Map<string, Entry>();
  private readonly widest: number;
  private frame = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {
    this.widest = Math.min(FOLD, Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)) || 2048);
  }

  /** Binds the values of a block to the active unit; answers the length of the texture's rows and their factor. */
  bind({ block, shades: values, known: filled }: SceneBlock): { fold: number; factor: number } {
    const { gl } = this;
    const known = this.entries.get(block.layer);
    if (known !== undefined) gl.bindTexture(gl.TEXTURE_2D, known.texture);
    if (
      known?.values === values &&
      known.known === filled &&
      known.columns === block.columns &&
      known.rows === block.rows
    ) {
      known.frame = this.frame;
      return known;
    }
    const texture = known?.texture ?? gl.createTexture();
    const fold = Math.min(block.columns * block.rows, this.widest);
    const factor = float32Factor(values);
    const cells = cellValues(block, values, fold, factor, filled);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R32F, fold, cells.length / fold, 0, gl.RED, gl.FLOAT, cells);
    for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
    }
    for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
      gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
    }
    const { columns, rows } = block;
    const entry = { texture, values, known: filled, columns, rows, fold, factor, frame: this.frame };
    this.entries.set(block.layer, entry);
    return entry;
  }

  /** Begins a frame; textures that no frame has asked for in a long while are given back. */
  next(): void {
    this.frame++;
    if (this.frame % 64 !== 0) return;
    for (const [layer, entry] of this.entries) {
      if (entry.frame + 512 > this.frame) continue;
      this.gl.deleteTexture(entry.texture);
      this.entries.delete(layer);
    }
  }

  dispose(): void {
    for (const { texture } of this.entries.values()) this.gl.deleteTexture(texture);
    this.entries.clear();
  }
}
