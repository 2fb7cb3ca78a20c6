import { describe, expect, test } from "vitest";
import { fitTo } from "../src/camera";
import { periodOf } from "../src/graph_sheet";
import { type LayoutLayer, layoutNetwork, neighbour, visibleBox } from "../src/layout";

/** A block of layers, repeated: of a kind and a width each. */
function repeated(times: number, ...block: [string, number][]): LayoutLayer[] {
  const layers: LayoutLayer[] = [{ name: "input", kind: "Input", shape: [12], inputs: [] }];
  for (let round = 1; round <= times; round++) {
    for (const [kind, units] of block) {
      const inputs = [layers.at(-1)?.name ?? "input"];
      layers.push({ name: `${kind}_${round}`, kind, shape: [units], inputs });
    }
  }
  return layers;
}

const BLOCK: [string, number][] = [
  ["mix", 1000],
  ["norm", 1000],
  ["tanh", 1000],
  ["pool", 250],
  ["widen", 1000],
];

describe("a period", () => {
  test("is found, and endings that differ do not hide it", () => {
    const keys = repeated(40, ...BLOCK).map(({ kind = "" }) => kind);
    expect(periodOf(keys.slice(1))).toBe(5);
    expect(periodOf([...keys.slice(1), "flatten", "output"])).toBe(5);
    expect(periodOf(new Array(1000).fill("same"))).toBe(1);
    expect(periodOf(["a", "b", "c", "d", "e", "f"])).toBe(1);
    expect(periodOf([])).toBe(1);
  });
});

describe.each([
  { width: 800, height: 440 },
  { width: 390, height: 540 },
])("a deep network in %j", (viewport) => {
  const layers = repeated(100, ...BLOCK);
  const layout = layoutNetwork(layers, viewport);

  test("runs in lines from left to right, the input in the margin", () => {
    expect(layout.direction).toBe("right");
    expect(layout.lines.length).toBeGreaterThan(2);
    const input = layout.byName.get("input");
    const [first, ...others] = layout.lines;
    expect(first?.layer).toBe("mix_1");
    for (const { layer, x } of [...others]) {
      const block = layout.byName.get(layer);
      expect(block?.x).toBeGreaterThan(x);
      if (block !== undefined && input !== undefined) {
        expect(visibleBox(block).left).toBeGreaterThan(visibleBox(input).right);
      }
    }
  });

  test("has layers of a kind below each other", () => {
    const columns = new Map<number, Set<string>>();
    for (const block of layout.blocks.slice(1)) {
      const column = Math.round(block.x + (block.columns * block.pitchX) / 2);
      const kinds = columns.get(column) ?? new Set();
      kinds.add(layers[block.position]?.kind ?? "");
      columns.set(column, kinds);
    }
    for (const kinds of columns.values()) expect(kinds.size).toBe(1);
  });

  test("leaves room between blocks, and uses most of the view", () => {
    const { scale } = fitTo(layout, viewport);
    expect(scale).toBeCloseTo(1);
    const line = layout.blocks.filter(({ line: one, rank }) => one === 1 && rank > 0);
    for (const [at, block] of line.slice(1).entries()) {
      const before = line[at];
      if (before !== undefined) expect(block.x - before.x - before.columns * before.pitchX).toBeGreaterThan(1.9);
    }
    expect(layout.width).toBeGreaterThan(0.75 * (viewport.width - layout.insets.left - layout.insets.right));
    expect(layout.height).toBeGreaterThan(0.75 * (viewport.height - layout.insets.top - layout.insets.bottom));
  });

  test("is read like text by the arrow keys", () => {
    const second = layout.lines[1]?.layer ?? "";
    const begin = layout.byName.get(second);
    const end = layout.blocks[(begin?.position ?? 1) - 1];
    expect(end?.line).toBe(0);
    expect(neighbour(layout, { layer: end?.layer ?? "", flat: (end?.columns ?? 1) - 1 }, "right")?.layer).toBe(second);
    expect(neighbour(layout, { layer: second, flat: 0 }, "left")?.layer).toBe(end?.layer);
  });
});

test("the cost of a layout grows with the depth, not faster", () => {
  const seconds = (depth: number) => {
    const layers = repeated(depth, ["dense", 64]);
    layoutNetwork(layers);
    const start = performance.now();
    for (let round = 0; round < 3; round++) layoutNetwork(layers);
    return (performance.now() - start) / 3;
  };
  seconds(1000);
  const [shallow, deep] = [seconds(1000), seconds(8000)];
  // Eight times the layers, with much room for a busy machine: the square would be 64.
  expect(deep / shallow).toBeLessThan(30);
});
