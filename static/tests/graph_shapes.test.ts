import { describe, expect, test } from "vitest";
import {
  cellOf,
  type Form,
  flatOf,
  flatPointedAt,
  formOf,
  type Grid,
  nearestFlat,
  tileMaps,
  wrapEvenly,
} from "../src/graph_shapes";

function mapsForm(shape: number[], coloured = false): Form & { kind: "maps" } {
  const form = formOf(shape, coloured);
  if (form.kind !== "maps") throw new Error("these are no maps");
  return form;
}

const grids: Grid[] = [
  { columns: 1, rows: 3, count: 3, maps: null },
  { columns: 5, rows: 13, count: 64, maps: null },
  { columns: 8, rows: 8, count: 64, maps: null },
  tileMaps(mapsForm([4, 6, 4]), 2),
  tileMaps(mapsForm([4, 6, 3]), 2),
  tileMaps(mapsForm([12, 20, 3], true), 2),
];

describe.each(grids)("$columns×$rows of $count", (grid) => {
  const count = grid.maps === null ? grid.count : grid.maps.height * grid.maps.width * grid.maps.channels;

  test("every node has a cell of its own, and the cell leads back", () => {
    const seen = new Set<string>();
    for (let flat = 0; flat < count; flat++) {
      const { column, row } = cellOf(grid, flat);
      expect(flatOf(grid, column, row)).toBe(flat);
      seen.add(`${column} ${row}`);
    }
    expect(seen.size).toBe(count);
  });

  test("no other cell has a node", () => {
    let nodes = 0;
    for (let row = -1; row <= grid.rows; row++) {
      for (let column = -1; column <= grid.columns; column++) if (flatOf(grid, column, row) >= 0) nodes++;
    }
    expect(nodes).toBe(count);
  });
});

test("shapes keep their form", () => {
  expect(formOf([5])).toEqual({ kind: "vector", count: 5 });
  expect(formOf([])).toEqual({ kind: "vector", count: 1 });
  expect(formOf([1, 9])).toEqual({ kind: "vector", count: 9 });
  expect(formOf([8, 6])).toEqual({ kind: "picture", count: 48, columns: 6, rows: 8 });
  expect(formOf([28, 28, 1])).toEqual({ kind: "picture", count: 784, columns: 28, rows: 28 });
  expect(formOf([4, 6, 3])).toEqual({ kind: "maps", count: 72, height: 4, width: 6, channels: 3, lead: 0 });
  expect(formOf([4, 6, 3], true)).toMatchObject({ kind: "maps", lead: 1 });
  expect(formOf([2, 3, 4, 5])).toEqual({ kind: "vector", count: 120 });
});

test("the colour picture stands before the maps, and pointing at it means its first channel", () => {
  const grid = tileMaps(mapsForm([4, 6, 3], true), 4);
  const first = cellOf(grid, 0);
  expect(first).toEqual({ column: 7, row: 1 });
  expect(flatOf(grid, 0, 1)).toBe(-1);
  expect(flatPointedAt(grid, 0, 1)).toBe(0);
  expect(flatPointedAt(grid, 5, 4)).toBe(23 * 3);
  expect(flatPointedAt(grid, first.column, first.row)).toBe(0);
  expect(flatPointedAt(grid, 6, 1)).toBe(-1);
});

test.each(grids)("the nearest node of $columns×$rows is the cell's own, and one at the edge beside it", (grid) => {
  for (const flat of [0, 1, grid.count - 1]) {
    const { column, row } = cellOf(grid, flat);
    expect(nearestFlat(grid, column, row)).toBe(flat);
  }
  for (const [column, row] of [
    [-5, -5],
    [grid.columns + 3, 1],
    [2, grid.rows + 9],
  ] as const) {
    const flat = nearestFlat(grid, column, row);
    expect(flat).toBeGreaterThanOrEqual(0);
    expect(flat).toBeLessThan(grid.count);
  }
});

test("wide layers wrap into whole rectangles where that costs little", () => {
  expect(wrapEvenly(3, 10)).toBe(1);
  expect(wrapEvenly(64, 15)).toBe(8);
  expect(wrapEvenly(64, 16)).toBe(4);
  expect(wrapEvenly(31, 10)).toBe(4);
});
