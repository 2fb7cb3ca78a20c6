import { describe, expect, test } from "vitest";
import { fitTo, toScreen } from "../src/camera";
import { sizeOf } from "../src/graph_types";
import {
  type Layout,
  type LayoutLayer,
  layoutNetwork,
  longestPathRanks,
  neighbour,
  nodePosition,
  pick,
  routeKey,
  visibleBox,
} from "../src/layout";

/** A chain of layers of these shapes. */
function chain(...shapes: (number | number[])[]): LayoutLayer[] {
  return shapes.map((shape, at) => ({
    name: `layer_${at}`,
    shape: typeof shape === "number" ? [shape] : shape,
    inputs: at === 0 ? [] : [`layer_${at - 1}`],
  }));
}

const branches: LayoutLayer[] = [
  { name: "input", shape: [4], inputs: [], labels: ["a", "b", "c", "d"] },
  { name: "stem", shape: [4], inputs: ["input"] },
  { name: "left", shape: [4], inputs: ["stem"] },
  { name: "right", shape: [3], inputs: ["stem"] },
  { name: "right_2", shape: [3], inputs: ["right"] },
  { name: "add", shape: [4], inputs: ["stem", "left"] },
  { name: "join", shape: [7], inputs: ["add", "right_2"] },
  { name: "output", shape: [2], inputs: ["join"], labels: ["no", "yes"] },
];

const networks: Record<string, LayoutLayer[]> = {
  "2-3-1": chain(2, 3, 1),
  "2-2-1": chain(2, 2, 1),
  "five hidden layers": chain(4, 8, 8, 6, 6, 4, 3),
  branches,
  digits: chain([8, 8], 64, 32, 10),
  "784-128-64-10": chain(784, 128, 64, 10),
  pictures: chain([28, 28], 128, 10),
  maps: chain([16, 16, 3], [16, 16, 8], [8, 8, 8], 512, 10),
  "60×64": chain(...new Array<number>(60).fill(64)),
  "200×4": chain(...new Array<number>(200).fill(4)),
};
const viewports = [
  { width: 800, height: 600 },
  { width: 390, height: 600 },
  { width: 1600, height: 800 },
  { width: 700, height: 260 },
];
const cases = Object.keys(networks).flatMap((name) =>
  viewports.map((viewport) => ({ name, viewport, size: `${viewport.width}×${viewport.height}` })),
);

function diameterOnScreen(layout: Layout, viewport: { width: number; height: number }, layer: string): number {
  return (layout.byName.get(layer)?.diameter ?? 0) * fitTo(layout, viewport).scale;
}

describe.each(cases)("$name at $size", ({ name, viewport }) => {
  const layers = networks[name] ?? [];
  const layout = layoutNetwork(layers, viewport);

  test("no two blocks overlap", () => {
    for (const [at, block] of layout.blocks.entries()) {
      const a = visibleBox(block);
      for (const other of layout.blocks.slice(at + 1)) {
        const b = visibleBox(other);
        const apart =
          a.right <= b.left + 1e-6 || b.right <= a.left + 1e-6 || a.bottom <= b.top + 1e-6 || b.bottom <= a.top + 1e-6;
        expect(apart, `${block.layer} and ${other.layer}`).toBe(true);
      }
    }
  });

  test("picking a node's place gives the node", () => {
    for (const block of layout.blocks.slice(0, 20)) {
      for (let flat = 0; flat < block.count; flat += 1 + Math.floor(block.count / 97)) {
        const { x, y } = nodePosition(block, flat);
        const reach = block.diameter * 0.49;
        expect(pick(layout, x, y)).toEqual({ layer: block.layer, flat });
        expect(pick(layout, x + reach * Math.SQRT1_2, y - reach * Math.SQRT1_2)).toEqual({
          layer: block.layer,
          flat,
        });
      }
    }
  });

  test("the fitted network fills the view and stays inside", () => {
    const camera = fitTo(layout, viewport);
    expect(camera.scale).toBeGreaterThan(0.97);
    for (const block of layout.blocks) {
      const box = visibleBox(block);
      const low = toScreen(camera, { x: box.left, y: box.top });
      const high = toScreen(camera, { x: box.right, y: box.bottom });
      expect(Math.min(low.x, low.y)).toBeGreaterThan(0);
      expect(high.x).toBeLessThan(viewport.width);
      expect(high.y).toBeLessThan(viewport.height);
    }
  });

  test("ranks run one way", () => {
    const main = (layer: string) => {
      const box = layout.byName.get(layer);
      return layout.direction === "right" ? (box?.x ?? 0) : (box?.y ?? 0);
    };
    for (const { name: target, inputs } of layers) {
      for (const source of inputs) {
        if (layout.byName.get(source)?.line === layout.byName.get(target)?.line) {
          expect(main(source)).toBeLessThan(main(target));
        }
      }
    }
  });
});

test("random shapes: picking is the inverse of placing", () => {
  let seed = 1;
  const random = (most: number) => {
    seed = (seed * 48271) % 2147483647;
    return 1 + (seed % most);
  };
  for (let round = 0; round < 60; round++) {
    const shapes = Array.from({ length: random(6) }, () => {
      const kind = random(4);
      if (kind === 1) return [random(12), random(12)];
      if (kind === 2) return [random(6), random(6), random(6)];
      return [random(300)];
    });
    const layout = layoutNetwork(chain(...shapes), { width: 200 + random(1200), height: 200 + random(800) });
    for (const [at, block] of layout.blocks.entries()) {
      expect(block.count).toBe(sizeOf(shapes[at] ?? []));
      for (let flat = 0; flat < block.count; flat++) {
        const { x, y } = nodePosition(block, flat);
        expect(pick(layout, x, y)).toEqual({ layer: block.layer, flat });
      }
    }
  }
});

test("there is nothing between the discs of a loose column, nor outside", () => {
  const layout = layoutNetwork(chain(2, 3, 1));
  const block = layout.byName.get("layer_1");
  if (block === undefined) throw new Error("no block");
  const first = nodePosition(block, 0);
  const second = nodePosition(block, 1);
  expect(pick(layout, first.x, (first.y + second.y) / 2)).toBeNull();
  expect(pick(layout, -500, -500)).toBeNull();
});

test("ranks are longest paths", () => {
  expect(longestPathRanks(branches)).toEqual([0, 1, 2, 2, 3, 3, 4, 5]);
});

test("small networks get large discs", () => {
  const viewport = { width: 800, height: 600 };
  const layout = layoutNetwork(chain(2, 3, 1), viewport);
  for (const { layer } of layout.blocks) {
    const size = diameterOnScreen(layout, viewport, layer);
    expect(size).toBeGreaterThanOrEqual(70);
    expect(size).toBeLessThanOrEqual(80);
  }
});

test("every disc of the digits network can hold a number", () => {
  const viewport = { width: 800, height: 600 };
  const layout = layoutNetwork(chain([8, 8], 64, 32, 10), viewport);
  for (const { layer } of layout.blocks) {
    expect(diameterOnScreen(layout, viewport, layer)).toBeGreaterThanOrEqual(28);
  }
});

test("pictures keep their rows and columns", () => {
  const block = layoutNetwork(chain([8, 6], 3)).byName.get("layer_0");
  expect([block?.columns, block?.rows]).toEqual([6, 8]);
});

test.each([
  { name: "a small network", layers: chain(4, 8, 2), notes: 20 },
  { name: "a large layer", layers: chain([64, 64], 10), notes: 36 },
  { name: "a line of layers", layers: chain(...new Array<number>(30).fill(4)), notes: 20 },
  { name: "a page of lines", layers: chain(...new Array<number>(200).fill(4)), notes: 36 },
])("in a narrow view $name leaves room for its notes", ({ layers, notes }) => {
  const viewport = { width: 390, height: 555 };
  const layout = layoutNetwork(layers, viewport);
  const camera = fitTo(layout, viewport);
  const tops = layout.blocks.map(
    (block) => toScreen(camera, nodePosition(block, 0)).y - (block.diameter * camera.scale) / 2,
  );
  expect(layout.notes).toBe(notes);
  expect(Math.min(...tops)).toBeGreaterThanOrEqual(notes);
  expect(layoutNetwork(layers, { width: 800, height: 600 }).notes).toBe(0);
});

describe("skip connections", () => {
  test.each([
    { width: 800, height: 600 },
    { width: 390, height: 600 },
  ])("go around what stands between at $width×$height", (viewport) => {
    const layout = layoutNetwork(branches, viewport);
    const route = layout.routes.get(routeKey("stem", "add"));
    if (route === undefined) throw new Error("no route");
    for (const name of ["left", "right"]) {
      const block = layout.byName.get(name);
      if (block === undefined) throw new Error("no block");
      const box = visibleBox(block);
      expect(route.lane).toBeGreaterThan(layout.direction === "right" ? box.bottom : box.right);
    }
    expect(layout.routes.has(routeKey("input", "stem"))).toBe(false);
  });

  test("side by side have lanes of their own", () => {
    const layers = chain(3, 3, 3, 3);
    layers[3]?.inputs.push("layer_0", "layer_1");
    const layout = layoutNetwork(layers);
    const a = layout.routes.get(routeKey("layer_0", "layer_3"));
    const b = layout.routes.get(routeKey("layer_1", "layer_3"));
    expect(Math.abs((a?.lane ?? 0) - (b?.lane ?? 0))).toBeGreaterThan(8);
  });
});

describe("arrow keys", () => {
  test("go along a column and to the layers beside it", () => {
    const layout = layoutNetwork(chain(2, 3, 1));
    const at = (layer: number, flat: number) => ({ layer: `layer_${layer}`, flat });
    expect(neighbour(layout, at(1, 0), "down")).toEqual(at(1, 1));
    expect(neighbour(layout, at(1, 2), "up")).toEqual(at(1, 1));
    expect(neighbour(layout, at(0, 0), "right")?.layer).toBe("layer_1");
    expect(neighbour(layout, at(2, 0), "left")).toEqual(at(1, 1));
    expect(neighbour(layout, at(0, 0), "left")).toBeNull();
    expect(neighbour(layout, at(1, 0), "up")).toBeNull();
  });

  test("reach every node of a branched network", () => {
    const layout = layoutNetwork(branches);
    const seen = new Set<string>();
    const queue = [{ layer: "input", flat: 0 }];
    for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
      const key = `${node.layer} ${node.flat}`;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const direction of ["left", "right", "up", "down"] as const) {
        const next = neighbour(layout, node, direction);
        if (next !== null) queue.push(next);
      }
    }
    expect(seen.size).toBe(branches.reduce((sum, layer) => sum + sizeOf(layer.shape), 0));
  });
});

test.each([
  ["1000×64", chain(...new Array<number>(1000).fill(64))],
  ["10×4096", chain(...new Array<number>(10).fill(4096))],
  ["1000×1000", chain(...new Array<number>(1000).fill(1000))],
  ["10000×16", chain(...new Array<number>(10000).fill(16))],
])("%s is laid out in no time", (name, layers) => {
  const start = performance.now();
  const layout = layoutNetwork(layers);
  console.info(`layout of ${name}: ${(performance.now() - start).toFixed(0)} ms`);
  expect(layout.blocks).toHaveLength(layers.length);
  expect(fitTo(layout, { width: 800, height: 600 }).scale).toBeGreaterThan(0.9);
});
