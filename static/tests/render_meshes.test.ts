import { describe, expect, test } from "vitest";
import { layoutNetwork } from "../src/layout";
import { LINE_STRIDE, lineMesh, SPOT_STRIDE, spotMesh } from "../src/render/meshes";
import { cellValues, float32Factor } from "../src/render/textures";

function blockOf(shape: number[]) {
  const block = layoutNetwork([{ name: "only", shape, inputs: [] }]).byName.get("only");
  if (block === undefined) throw new Error("no block");
  return block;
}

describe("cellValues", () => {
  test("holds the values row by row, folded and padded", () => {
    const values = Float64Array.from({ length: 12 }, (_, at) => at);
    const cells = cellValues(blockOf([3, 4]), values, 5, 1);
    expect(cells).toHaveLength(15);
    expect([...cells.slice(0, 12)]).toEqual([...values]);
    expect(Math.max(...cells.slice(12))).toBeLessThan(-3.3e38);
  });

  test("gives what is not finite codes of its own", () => {
    const [nan = 0, plus = 0, minus = 0, one = 0] = cellValues(
      blockOf([4]),
      Float64Array.of(NaN, Infinity, -Infinity, 1),
      4,
      1,
    );
    for (const code of [nan, plus, minus]) {
      expect(Number.isFinite(code)).toBe(true);
      expect(Math.abs(code)).toBeGreaterThan(2.9e38);
    }
    expect(minus).toBeGreaterThan(-3.35e38);
    expect(one).toBe(1);
  });

  test("leaves the cells between feature maps free", () => {
    const block = blockOf([2, 2, 3]);
    const cells = cellValues(block, new Float64Array(12).fill(7), block.columns * block.rows, 1);
    expect(cells.filter((value) => value === 7)).toHaveLength(12);
    expect(cells.filter((value) => value < -3.3e38)).toHaveLength(cells.length - 12);
  });

  test("values far beyond float32 keep their proportions", () => {
    const values = Float64Array.of(1e300, -5e299, Infinity);
    const factor = float32Factor(values);
    const [first = 0, second = 0] = cellValues(blockOf([3]), values, 3, factor);
    expect(second / first).toBeCloseTo(-0.5);
    expect(float32Factor(Float64Array.of(1, -3, NaN))).toBe(1);
  });
});

test("a straight line is two triangles as wide as the line and its soft rim", () => {
  const { data, indices } = lineMesh([{ points: [0, 0, 10, 0], width: 4, color: [255, 0, 0], alpha: 0.5 }], 1);
  expect(data.byteLength).toBe(4 * LINE_STRIDE);
  expect(indices).toHaveLength(6);
  const floats = new Float32Array(data);
  expect(Math.abs(floats[1] ?? 0)).toBe(3);
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
