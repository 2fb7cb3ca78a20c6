/**
 * The values of the layers on the graphics card: all blocks share few textures, so that a frame of a thousand layers is
 * one call. A block's values are sent again only when they are other ones, and its pooled levels are made when the
 * block is first seen from so far that several nodes share a pixel.
 */

import type { Values } from "../graph_types";
import type { SceneBlock } from "../scene";
import { float32Factor, pooledCells, standingOut, writeCells, writePools } from "./cells";
import { Sheet } from "./sheet";

/** The textures that a block's values are in, and where. */
export interface Place {
  page: Page;
  /** First cell in the texture of the level that is drawn. */
  start: number;
  /** First cell of the nodes themselves. */
  first: number;
  factor: number;
  /** Values up to the one and from the other on stand out from the rest. */
  low: number;
  high: number;
}

/** A texture of values and one of their pooled levels. */
export interface Page {
  values: Sheet;
  pools: Sheet;
}

interface Entry {
  page: Page;
  start: number;
  poolStart: number;
  cells: number;
  poolCells: number;
  columns: number;
  rows: number;
  values: Values | null;
  known: number;
  pooled: boolean;
  factor: number;
  low: number;
  high: number;
}

export class Textures {
  private readonly entries = new Map<string, Entry>();
  private pages: Page[] = [];
  /** Another number: places that were given before are void. */
  generation = 0;

  constructor(private readonly gl: WebGL2RenderingContext) {}

  /** Where the values of a block are, at the level that it is drawn with. */
  place({ block, shades: values, known, level }: SceneBlock): Place {
    const { columns, rows } = block;
    const cells = columns * rows;
    let entry = this.entries.get(block.layer);
    if (entry === undefined || entry.columns !== columns || entry.rows !== rows) {
      const pools = pooledCells(block);
      // Another grid of the same layer often fits where the old one was; else everything finds a new place.
      if (entry !== undefined && (entry.cells < cells || entry.poolCells < pools)) {
        this.clear();
        entry = undefined;
      }
      const room = entry ?? { ...this.take(cells, pools), cells, poolCells: pools };
      entry = { ...room, columns, rows, values: null, known: 0, pooled: false, factor: 1, low: 0, high: 0 };
      this.entries.set(block.layer, entry);
    }
    const { page } = entry;
    if (entry.values !== values || entry.known !== known) {
      entry.factor = float32Factor(values);
      Object.assign(entry, standingOut(values, entry.factor));
      writeCells(page.values.cells, entry.start, block, values, entry.factor, known);
      page.values.touch(entry.start, cells);
      entry.values = values;
      entry.known = known;
      entry.pooled = false;
    }
    if (level > 0 && !entry.pooled) {
      writePools(page.pools.cells, entry.poolStart, page.values.cells, entry.start, block);
      page.pools.touch(entry.poolStart, entry.poolCells);
      entry.pooled = true;
    }
    const start = level > 0 ? entry.poolStart + pooledCells(block, level) : entry.start;
    return { page, start, first: entry.start, factor: entry.factor, low: entry.low, high: entry.high };
  }

  private take(cells: number, pools: number): { page: Page; start: number; poolStart: number } {
    const last = this.pages.at(-1);
    const start = last?.values.take(cells) ?? null;
    const poolStart = start === null ? null : (last?.pools.take(pools) ?? null);
    if (last !== undefined && start !== null && poolStart !== null) return { page: last, start, poolStart };
    const page = { values: new Sheet(this.gl, 1), pools: new Sheet(this.gl, 2) };
    const first = page.values.take(cells);
    const firstPool = page.pools.take(pools);
    if (first === null || firstPool === null) throw new RangeError("a layer has too many nodes for one texture");
    this.pages.push(page);
    return { page, start: first, poolStart: firstPool };
  }

  /** Forgets every block, as another network needs it. */
  clear(): void {
    this.dispose();
    this.generation++;
    this.entries.clear();
    this.pages = [];
  }

  dispose(): void {
    for (const { values, pools } of this.pages) {
      values.dispose();
      pools.dispose();
    }
  }
}
