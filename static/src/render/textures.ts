/**
 * The values of the layers on the graphics card: all blocks share few textures, so that a frame of a thousand layers is
 * one call. A block's values are sent again only when they are other ones, and its pooled levels are made when the
 * block is first seen from so far that several nodes share a pixel.
 */

import type { Values } from "../graph_types";
import type { SceneBlock } from "../scene";
import { float32Factor, type Marks, pooledCells, standingOut, writeCells, writePools } from "./cells";
import { Sheet } from "./sheet";

/** The sheet that a block's values are in, and where. */
export interface Place {
  sheet: Sheet;
  /** First cell of the level that is drawn. */
  start: number;
  factor: number;
}

interface Entry {
  sheet: Sheet;
  /** First of so many cells: those of the nodes, then those of the pooled levels. */
  start: number;
  room: number;
  columns: number;
  rows: number;
  values: Values | null;
  known: number;
  pooled: boolean;
  factor: number;
  marks: Marks;
}

const NO_MARKS: Marks = { low: -1, high: 1 };

export class Textures {
  private readonly entries = new Map<string, Entry>();
  private sheets: Sheet[] = [];
  /** Another number: places that were given before are void. */
  generation = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {}

  /** Where the values of a block are, at the level that it is drawn with. */
  place({ block, shades: values, known, level }: SceneBlock): Place {
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
      entry = { ...place, columns, rows, values: null, known: 0, pooled: false, factor: 1, marks: NO_MARKS };
      this.entries.set(block.layer, entry);
    }
    const { sheet, start } = entry;
    if (entry.values !== values || entry.known !== known) {
      entry.factor = float32Factor(values);
      entry.marks = standingOut(values, entry.factor);
      writeCells(sheet.cells, start, block, values, entry.factor, known);
      sheet.touch(start, cells);
      entry.values = values;
      entry.known = known;
      entry.pooled = false;
    }
    if (level > 0 && !entry.pooled) {
      writePools(sheet.cells, start + cells, start, block, entry.marks);
      sheet.touch(start + cells, pooledCells(block));
      entry.pooled = true;
    }
    const first = level > 0 ? start + cells + pooledCells(block, level) : start;
    return { sheet, start: first, factor: entry.factor };
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
