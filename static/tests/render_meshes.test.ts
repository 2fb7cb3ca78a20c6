import { describe, expect, test } from "vitest";
import { colorOf, PALETTES } from "../src/color";
import { pooledExtent, poolingLevel } from "../src/detail";
import type { Values } from "../src/graph_types";
import { type Block, layoutNetwork } from "../src/layout";
import { float32Factor, pooledCells, standingOut, writeCells, writePools } from "../src/render/cells";
import { LINE_STRIDE, lineMesh, SPOT_STRIDE, spotMesh } from "../src/render/meshes";
import { paintCells } from "../src/render/paint";
import { Shelves } from "../src/render/sheet";

function blockOf(shape: number[]) {
  const block = layoutNetwork([{ name: "only", shape, inputs: [] }]).byName.get("only");
  if (block === undefined) throw new Error("no block");
  return block;
}

/** The cells of a block that holds values, before them and after them something that must stay as it is. */
function cellValues(block: Block, values: Values, factor = 1, known = block.count): number[] {
  const cells = new Float32Array(block.columns * block.rows + 8).fill(42);
  writeCells(cells, 4, block, values, factor, known);
  expect([...cells.slice(0, 4), ...cells.slice(-4)]).toEqual(new Array(8).fill(42));
  return [...cells.slice(4, -4)];
}

describe("writeCells", () => {
  test("holds the values row by row", () => {
    const values = Float64Array.from({ length: 12 }, (_, at) => at);
    expect(cellValues(blockOf([3, 4]), values)).toEqual([...values]);
    expect(cellValues(blockOf([3, 4]), Float32Array.from(values))).toEqual([...values]);
  });

  test("gives what is not finite codes of its own", () => {
    const [nan = 0, plus = 0, minus = 0, one = 0] = cellValues(
      blockOf([4]),
      Float64Array.of(NaN, Infinity, -Infinity, 1),
    );
    for (const code of [nan, plus, minus]) {
      expect(Number.isFinite(code)).toBe(true);
      expect(Math.abs(code)).toBeGreaterThan(2.9e38);
    }
    expect(minus).toBeGreaterThan(-3.35e38);
    expect(one).toBe(1);
  });

  test("leaves the gaps between feature maps without nodes", () => {
    const block = blockOf([2, 2, 3]);
    const cells = cellValues(block, new Float64Array(12).fill(7));
    expect(cells.filter((value) => value === 7)).toHaveLength(12);
    expect(cells.filter((value) => value < -3.3e38)).toHaveLength(cells.length - 12);
  });

  test("values far beyond float32 keep their proportions", () => {
    const values = Float64Array.of(1e300, -5e299, Infinity);
    const factor = float32Factor(values);
    const [first = 0, second = 0] = cellValues(blockOf([3]), values, factor);
    expect(second / first).toBeCloseTo(-0.5);
    expect(float32Factor(Float64Array.of(1, -3, NaN))).toBe(1);
  });
});

describe("writePools", () => {
  /** The nodes under each cell of a level, by brute force. */
  function nodesUnder(columns: number, rows: number, values: readonly number[], level: number): number[][] {
    const size = 2 ** level;
    const found: number[][] = [];
    for (let row = 0; row < Math.ceil(rows / size); row++) {
      for (let column = 0; column < Math.ceil(columns / size); column++) {
        found.push(
          values.filter(
            (_, at) => Math.floor((at % columns) / size) === column && Math.floor(at / columns / size) === row,
          ),
        );
      }
    }
    return found;
  }

  test.each([
    [1, 1],
    [2, 2],
    [7, 1],
    [1, 9],
    [25, 40],
    [13, 6],
  ])("keeps what stands out of %i × %i cells at every level, and shows a node elsewhere", (columns, rows) => {
    const values = Array.from({ length: columns * rows }, (_, at) => Math.fround(Math.sin(at * 12.9898) ** 9 * 43.5));
    const marks = standingOut(Float32Array.from(values), 1);
    const pools = pooledCells({ columns, rows });
    const cells = Float32Array.from([9, 9, 9, ...values, 42, 42, ...new Float32Array(pools)]);
    const start = 3 + values.length + 2;
    writePools(cells, start, 3, { columns, rows }, marks);
    expect([...cells.slice(0, start)]).toEqual([9, 9, 9, ...values, 42, 42]);
    for (let level = 1; 2 ** (level - 1) < Math.max(columns, rows); level++) {
      const begin = start + pooledCells({ columns, rows }, level);
      const under = nodesUnder(columns, rows, values, level);
      const shown = [...cells.slice(begin, begin + under.length)];
      const expected = under.map((nodes) => {
        const [least, most] = [Math.min(...nodes), Math.max(...nodes)];
        if (most < marks.high && least > marks.low) return nodes[0];
        return most - marks.high >= marks.low - least ? most : least;
      });
      expect(shown).toEqual(expected);
      const outermost = [Math.max(...values), Math.min(...values)];
      expect(outermost.some((value) => shown.includes(value))).toBe(true);
    }
  });

  test("never loses what is not finite, and counts neither gaps nor empty nodes", () => {
    const block = blockOf([2, 2, 3]);
    const count = block.columns * block.rows;
    const cells = new Float32Array(count + pooledCells(block));
    const lastOf = (values: Float64Array, known?: number) => {
      writeCells(cells, 0, block, values, 1, known);
      writePools(cells, count, 0, block, standingOut(values, 1));
      return cells.at(-1) ?? 0;
    };
    const values = new Float64Array(12).fill(0.5);
    values[8] = -Infinity;
    expect(lastOf(values)).toBeCloseTo(-3.2e38, -31);
    values[7] = NaN;
    expect(lastOf(values)).toBeCloseTo(3.0e38, -31);
    expect(lastOf(new Float64Array(12).fill(-2), 6)).toBe(-2);
    expect(lastOf(new Float64Array(0), 0)).toBeGreaterThan(3.3e38);
  });
});

describe("paintCells", () => {
  const palette = PALETTES.light;
  const painted = (values: Float64Array, limit: number, known?: number) => {
    const block = blockOf([values.length]);
    const cells = new Float32Array(block.columns * block.rows);
    writeCells(cells, 0, block, values, 1, known);
    const colors = new Uint32Array(cells.length + 2);
    const bad = paintCells(colors, 1, cells, limit, palette);
    expect([colors[0], colors.at(-1)]).toEqual([0, 0]);
    const bytes = new Uint8Array(colors.buffer);
    return { bad, bytes: Array.from(cells, (_, at) => [...bytes.slice(4 * at + 4, 4 * at + 8)]) };
  };

  test("gives values the colours that single nodes have", () => {
    const values = Float64Array.of(-3, -1, -0.4, 0, 0.37, 1, 2);
    for (const limit of [1, 0]) {
      const { bad, bytes } = painted(values, limit);
      expect(bad).toBe(false);
      expect(bytes).toEqual([...values].map((value) => [...colorOf(palette, value, limit).map(Math.round), 255]));
    }
  });

  test("tells what is not finite, empty nodes and gaps by their alpha", () => {
    const { bad, bytes } = painted(Float64Array.of(NaN, -Infinity, 1, 1), 1, 3);
    expect(bad).toBe(true);
    expect(bytes.map((color) => color[3])).toEqual([170, 170, 255, 85]);
    expect(bytes[0]?.slice(0, 3)).toEqual([...palette.invalid]);
    const block = blockOf([2, 2, 3]);
    const cells = new Float32Array(block.columns * block.rows);
    writeCells(cells, 0, block, new Float64Array(12), 1);
    const colors = new Uint32Array(cells.length);
    paintCells(colors, 0, cells, 1, palette);
    expect([...colors].filter((color) => color === 0)).toHaveLength(cells.length - 12);
  });
});

describe("places on shelves", () => {
  test("never overlap, and rows are not longer than the sheet", () => {
    const shelves = new Shelves(16, 100);
    const taken = new Set<number>();
    for (const count of [3, 14, 16, 40, 1, 2, 33, 5]) {
      const start = shelves.take(count) ?? -1;
      expect(start).toBeGreaterThanOrEqual(0);
      if (count <= 16) expect((start % 16) + count).toBeLessThanOrEqual(16);
      else expect(start % 16).toBe(0);
      for (let at = start; at < start + count; at++) {
        expect(taken.has(at)).toBe(false);
        taken.add(at);
      }
      expect(shelves.rows * 16).toBeGreaterThanOrEqual(start + count);
    }
  });

  test("end where the sheet is full", () => {
    const shelves = new Shelves(4, 3);
    expect([shelves.take(8), shelves.take(4), shelves.take(1)]).toEqual([0, 8, null]);
  });
});

test("pooled cells are no smaller than a pixel, and as fine as that allows", () => {
  for (const [columns, rows, width, height] of [
    [25, 40, 12.5, 20],
    [64, 64, 64, 64],
    [1000, 1, 37.2, 1],
    [8, 8, 0.4, 0.4],
  ] as const) {
    const level = poolingLevel({ columns, rows }, width, height);
    const fits = (one: number) =>
      (pooledExtent(columns, one) === 1 || width / pooledExtent(columns, one) >= 1) &&
      (pooledExtent(rows, one) === 1 || height / pooledExtent(rows, one) >= 1);
    expect(fits(level)).toBe(true);
    if (level > 1) expect(fits(level - 2)).toBe(false);
  }
  expect(poolingLevel({ columns: 10, rows: 10 }, 10.1, 10.1)).toBe(0);
});

test("a straight line is two triangles as wide as the line and its soft rim", () => {
  const { data, indices } = lineMesh([{ points: [0, 0, 10, 0], width: 4, color: [255, 0, 0], alpha: 0.5 }], 1);
  expect(data.byteLength).toBe(4 * LINE_STRIDE);
  expect(indices).toHaveLength(6);
  const floats = new Float32Array(data);
  expect(Math.abs(floats[1] ?? 0)).toBe(2.5);
  expect(new Uint8Array(data).slice(16, 20)).toEqual(Uint8Array.of(255, 0, 0, 127));
});

test("a polyline shares its corners, and lines do not run into each other", () => {
  const line = { width: 1, color: [0, 0, 0] as const, alpha: 1 };
  const { indices } = lineMesh(
    [
      { ...line, points: [0, 0, 5, 5, 9, 0] },
      { ...line, points: [20, 20, 30, 30] },
    ],
    1,
  );
  expect(indices).toHaveLength(18);
  expect(Math.max(...indices.slice(0, 12))).toBe(5);
  expect(Math.min(...indices.slice(12))).toBe(6);
});

test("a spot is a quad", () => {
  const { data, indices } = spotMesh([{ x: 5, y: 5, width: 10, height: 10, round: true, color: [1, 2, 3] }], 0.5);
  expect(data.byteLength).toBe(4 * SPOT_STRIDE);
  expect(indices).toHaveLength(6);
});
