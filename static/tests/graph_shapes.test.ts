import { describe, expect, test } from "vitest";
import { cellOf, flatOf, formOf, type Grid, wrapEvenly } from "../src/graph_shapes";

const grids: Grid[] = [
  { columns: 1, rows: 3, count: 3, maps: null },
  { columns: 5, rows: 13, count: 64, maps: null },
  { columns: 8, rows: 8, count: 64, maps: null },
  { columns: 13, rows: 9, count: 200, maps: { height: 4, width: 6, channels: 4, across: 2 } },
  { columns: 13, rows: 14, count: 72, maps: { height: 4, width: 6, channels: 3, across: 2 } },
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
  expect(formOf([4, 6, 3])).toEqual({ kind: "maps", count: 72, height: 4, width: 6, channels: 3 });
  expect(formOf([2, 3, 4, 5])).toEqual({ kind: "vector", count: 120 });
});

test("wide layers wrap into whole rectangles where that costs little", () => {
  expect(wrapEvenly(3, 10)).toBe(1);
  expect(wrapEvenly(64, 15)).toBe(8);
  expect(wrapEvenly(64, 16)).toBe(4);
  expect(wrapEvenly(31, 10)).toBe(4);
});
