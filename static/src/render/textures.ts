/**
 * The colours of the layers on the graphics card: all blocks share few textures, so that a frame of a thousand layers is
 * one call. A block's colours are sent again only when its values or their scale are other ones, and its pooled levels
 * are made when the block is first seen from so far that several nodes share a pixel.
 */

import type { Palette } from "../color";
import type { Values } from "../graph_types";
import type { SceneBlock } from "../scene";
import { float32Factor, pooledCells, standingOut, writeCells, writePools } from "./cells";
import { paintCells } from "./paint";
import { Sheet } from "./sheet";

/** The sheet that a block's colours are in, and where. */
export interface Place {
  sheet: Sheet;
  /** First cell of the level that is drawn. */
  start: number;
  /** Whether any of its values is not finite. */
  bad: boolean;
}

interface Entry {
  sheet: Sheet;
  /** First of so many cells: those of the nodes, then those of the pooled levels. */
  start: number;
  room: number;
  columns: number;
  rows: number;
  /** What the colours were made of. */
  shades: Values | null;
  known: number;
  limit: number;
  palette: Palette | null;
  pooled: boolean;
  bad: boolean;
}

export class Textures {
  private readonly entries = new Map<string, Entry>();
  private sheets: Sheet[] = [];
  /** The values of one block, while its colours are made. */
  private values = new Float32Array(0);
  /** Another number: places that were given before are void. */
  generation = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {}

  /** Where the colours of a block are, at the level that it is drawn with. */
  place(scene: SceneBlock, palette: Palette): Place {
    const { block, shades, known, limit, level } = scene;
    const { columns, rows } = block;
    const cells = columns * rows;
    let entry = this.entries.get(block.layer);
    if (entry === undefined || entry.columns !== columns || entry.rows !== rows) {
      const needed = cells + pooledCells(block);
      // Another grid of the same layer often fits where the old one was; else everything finds a new place.
      if (entry !== undefined && entry.room < needed) {
        this.clear();
        entry = undefined;
      }
      const place = entry ?? { ...this.take(needed), room: needed };
      entry = { ...place, columns, rows, shades: null, known: 0, limit: 0, palette: null, pooled: false, bad: false };
      this.entries.set(block.layer, entry);
    }
    const { sheet, start } = entry;
    const same = entry.shades === shades && entry.known === known && entry.limit === limit && entry.palette === palette;
    const pooled = level > 0;
    if (!same || (pooled && !entry.pooled)) {
      const count = cells + (pooled ? pooledCells(block) : 0);
      if (this.values.length < count) this.values = new Float32Array(count);
      const values = this.values.subarray(0, count);
      const factor = float32Factor(shades);
      writeCells(values, 0, block, shades, factor, known);
      if (pooled) writePools(values, cells, 0, block, standingOut(shades, factor));
      const bad = paintCells(sheet.cells, start, values, limit * factor, palette);
      sheet.touch(start, count);
      Object.assign(entry, { shades, known, limit, palette, pooled, bad });
    }
    return { sheet, start: pooled ? start + cells + pooledCells(block, level) : start, bad: entry.bad };
  }

  private take(count: number): { sheet: Sheet; start: number } {
    const last = this.sheets.at(-1);
    const start = last?.take(count) ?? null;
    if (last !== undefined && start !== null) return { sheet: last, start };
    const sheet = new Sheet(this.gl);
    const first = sheet.take(count);
    if (first === null) throw new RangeError("a layer has too many nodes for one texture");
    this.sheets.push(sheet);
    return { sheet, start: first };
  }

  /** Forgets every block, as another network needs it. */
  clear(): void {
    this.dispose();
    this.generation++;
    this.entries.clear();
    this.sheets = [];
  }

  dispose(): void {
    for (const sheet of this.sheets) sheet.dispose();
  }
}
