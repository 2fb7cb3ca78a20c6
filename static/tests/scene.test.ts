import { describe, expect, test } from "vitest";
import { fitTo, zoomAt } from "../src/camera";
import { writings } from "../src/graph_numbers";
import type { GraphEdges, GraphLayer, GraphView, NodeRef, Viewport } from "../src/graph_types";
import { sizeOf } from "../src/graph_types";
import { layoutNetwork } from "../src/layout";
import { buildScene, type Scene, type SceneText } from "../src/scene";

interface Given {
  layers: GraphLayer[];
  edges: GraphEdges[];
}

function dense(network: Given, name: string, values: number[], activation = "relu", labels?: string[]): void {
  const before = network.layers[network.layers.length - 1];
  network.layers.push({
    name,
    kind: before === undefined ? "Input" : "Dense",
    activation: before === undefined ? null : activation,
    shape: [values.length],
    inputs: before === undefined ? [] : [before.name],
    values: Float64Array.from(values),
    ...(labels === undefined ? {} : { labels }),
  });
  if (before === undefined) return;
  const inputs = sizeOf(before.shape);
  const count = inputs * values.length;
  const known = Math.min(count, 2000);
  const at = Array.from({ length: known }, (_, edge) => edge);
  const weight = Float64Array.from(at, (edge) => Math.sin(edge + 1));
  network.edges.push({
    layer: name,
    sources: [before.name],
    count,
    source: new Int32Array(known),
    sourceNode: Int32Array.from(at, (edge) => edge % inputs),
    node: Int32Array.from(at, (edge) => Math.floor(edge / inputs)),
    weight,
    product: weight.map((value, edge) => value * (before.values[edge % inputs] ?? 0)),
  });
}

function network(...sizes: number[]): Given {
  const given: Given = { layers: [], edges: [] };
  for (const [at, size] of sizes.entries()) {
    const values = Array.from({ length: size }, (_, node) => Math.sin(node * 7 + at) * 1.2345);
    dense(given, at === 0 ? "input" : `layer_${at}`, values);
  }
  return given;
}

const plain: GraphView = {
  theme: "light",
  scale: "layer",
  edgeQuantity: "weight",
  focus: null,
  selected: null,
  pinned: [],
};

function sceneOf(given: Given, viewport: Viewport, view: Partial<GraphView> = {}, zoom = 1): Scene {
  const layout = layoutNetwork(given.layers, viewport);
  const camera = zoomAt(fitTo(layout, viewport), { x: viewport.width / 2, y: viewport.height / 2 }, zoom);
  return buildScene({ ...given, layout, camera, viewport, view: { ...plain, ...view } });
}

const screen = { width: 800, height: 600 };
const texts = (scene: Scene) => scene.texts.map(({ text }) => text);

function boxOf({ text, x, y, size, weight, align }: SceneText) {
  const width = text.length * size * (weight > 500 ? 0.62 : 0.58);
  const left = align === "left" ? x : x - width / 2;
  return { left, right: left + width, top: y - size * 0.45, bottom: y + size * 0.45 };
}

test("the walkthrough shows its names and every value", () => {
  const given: Given = { layers: [], edges: [] };
  dense(given, "input", [0.5, 0.7], "linear", ["x1", "x2"]);
  dense(given, "hidden", [0.41000000000000003, 0.75, 1.09]);
  dense(given, "output", [1.211], "linear");
  const scene = sceneOf(given, screen);
  for (const text of ["0.5", "0.7", "0.41", "0.75", "1.09", "1.211", "x1", "x2", "hidden", "Dense · relu", "3 nodes"]) {
    expect(texts(scene)).toContain(text);
  }
  expect(scene.lines).toHaveLength(9);
  expect(scene.notes).toEqual([]);
  expect(scene.blocks.map(({ detail }) => detail)).toEqual(["number", "number", "number"]);
});

describe.each([
  { name: "2-3-1", given: network(2, 3, 1) },
  { name: "five hidden layers", given: network(4, 8, 8, 6, 6, 4, 3) },
  { name: "64-64-32-10", given: network(64, 64, 32, 10) },
  { name: "60×64", given: network(...new Array<number>(61).fill(64)) },
])("labels of $name", ({ given }) => {
  test.each([screen, { width: 390, height: 600 }, { width: 700, height: 280 }])(
    "never collide at $width×$height",
    (viewport) => {
      for (const zoom of [1, 2, 5]) {
        const boxes = sceneOf(given, viewport, {}, zoom).texts.map((text) => ({ text, box: boxOf(text) }));
        // A name that stays in view stands on a plate over the discs.
        const free = boxes.filter(({ text }) => zoom === 1 || text.weight === 500);
        for (const [at, { text, box }] of free.entries()) {
          for (const other of free.slice(at + 1)) {
            const apart =
              box.right <= other.box.left + 0.5 ||
              other.box.right <= box.left + 0.5 ||
              box.bottom <= other.box.top + 0.5 ||
              other.box.bottom <= box.top + 0.5;
            expect(apart, `${text.text} and ${other.text.text}`).toBe(true);
          }
        }
      }
    },
  );
});

test("names of discs too small for a number all have it beside them", () => {
  const given: Given = { layers: [], edges: [] };
  const classes = ["airplane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];
  const names = Array.from({ length: 12 }, (_, at) => `x${at}`);
  dense(
    given,
    "input",
    names.map((_, at) => at / 8),
    "linear",
    names,
  );
  dense(given, "hidden", [1, 2, 3]);
  dense(
    given,
    "output",
    classes.map((_, at) => (at === 8 ? 0.9997 : 1.839e-7 * at)),
    "softmax",
    classes,
  );
  for (const viewport of [
    { width: 800, height: 340 },
    { width: 560, height: 300 },
  ]) {
    const scene = sceneOf(given, viewport);
    expect(scene.blocks.at(-1)?.detail).toBe("disc");
    for (const [at, name] of classes.entries()) {
      const value = given.layers[2]?.values[at] ?? 0;
      const written = writings(value, 1).map((one) => `${name}  ${one}`);
      expect(texts(scene).filter((text) => written.includes(text))).toHaveLength(1);
    }
    expect(texts(scene)).toContain("ship  0.9997");
  }
  expect(texts(sceneOf(given, { width: 800, height: 340 }))).toContain("0.125  x1");
  expect(texts(sceneOf(given, { width: 800, height: 700 }))).toContain("airplane");
});

describe("numbers", () => {
  test("are never wider than their discs", () => {
    for (const zoom of [1, 1.3, 2, 4]) {
      const scene = sceneOf(network(64, 64, 32, 10), screen, {}, zoom);
      const widest = Math.max(...scene.blocks.map(({ diameter }) => diameter));
      for (const text of scene.texts.filter(({ weight, plate }) => weight === 500 && plate === null)) {
        const { left, right } = boxOf(text);
        expect(right - left).toBeLessThan(widest);
        expect(text.size).toBeGreaterThanOrEqual(9);
      }
    }
  });

  test("of what is not finite are words and signs", () => {
    const given: Given = { layers: [], edges: [] };
    dense(given, "input", [1, 2]);
    dense(given, "output", [NaN, Infinity, -Infinity]);
    expect(texts(sceneOf(given, screen))).toEqual(expect.arrayContaining(["NaN", "∞", "-∞"]));
  });
});

describe("edges", () => {
  test("of wide layers are the strongest, and the scene says so", () => {
    const scene = sceneOf(network(64, 32), screen);
    expect(scene.notes).toEqual(["strongest 400 of 2,048 edges"]);
    expect(scene.lines).toHaveLength(400);
  });

  test("of layers too small to show them are announced", () => {
    const scene = sceneOf(network(...new Array<number>(61).fill(64)), screen);
    expect(scene.lines).toHaveLength(0);
    expect(scene.notes).toEqual(["245,760 edges appear when zoomed in"]);
  });

  test("are wider the larger they are, and coloured by sign", () => {
    const given = network(2, 1);
    const [edges] = given.edges;
    if (edges === undefined) throw new Error("no edges");
    edges.weight.set([0.2, -0.8]);
    const { lines, palette } = sceneOf(given, screen);
    const [weak, strong] = [...lines].sort((a, b) => a.width - b.width);
    expect((strong?.width ?? 0) / (weak?.width ?? 1)).toBeGreaterThan(2);
    expect(weak?.color).toBe(palette.ramp[palette.ramp.length - 1]);
    expect(strong?.color).toBe(palette.ramp[0]);
  });

  test("carry their weight, or the product", () => {
    const given = network(2, 1);
    const [edges] = given.edges;
    if (edges === undefined) throw new Error("no edges");
    edges.weight.set([0.25, -0.8]);
    edges.product.set([0.125, -0.4]);
    expect(texts(sceneOf(given, screen))).toEqual(expect.arrayContaining(["0.25", "-0.8"]));
    expect(texts(sceneOf(given, screen, { edgeQuantity: "product" }))).toEqual(
      expect.arrayContaining(["0.125", "-0.4"]),
    );
  });
});

describe("a node in focus", () => {
  const node: NodeRef = { layer: "layer_1", index: [1] };

  test("lights its incoming edges and dims the rest", () => {
    const scene = sceneOf(network(4, 5, 3), screen, { focus: node });
    const bright = scene.lines.filter(({ alpha }) => alpha > 0.5);
    expect(bright).toHaveLength(4);
    expect(scene.lines).toHaveLength(4 * 5 + 5 * 3);
    // All of the input feeds it, one node of its own layer is it, nothing of the next has a part in it.
    expect(scene.blocks.map(({ dim }) => dim > 0)).toEqual([false, true, true]);
    expect(scene.spots).toHaveLength(1);
    expect(scene.marks.map(({ kind }) => kind)).toEqual(["focus"]);
  });

  test("takes all its edges where the network knows only the strongest", () => {
    const given = network(784, 8);
    const without = sceneOf(given, screen, { focus: node });
    expect(without.notes.some((note) => /^strongest \d+ edges into layer_1\[1\]$/.test(note))).toBe(true);
    const focusEdges: GraphEdges = {
      layer: "layer_1",
      sources: ["input"],
      count: 784,
      source: new Int32Array(784),
      sourceNode: Int32Array.from({ length: 784 }, (_, at) => at),
      node: new Int32Array(784).fill(1),
      weight: new Float64Array(784).fill(0.5),
      product: new Float64Array(784).fill(0.5),
    };
    const layout = layoutNetwork(given.layers, screen);
    const camera = fitTo(layout, screen);
    const view = { ...plain, focus: node };
    const scene = buildScene({ ...given, focusEdges, layout, camera, viewport: screen, view });
    expect(scene.notes.some((note) => note.includes("into"))).toBe(false);
    expect(scene.lines.length).toBeGreaterThanOrEqual(784);
  });

  test("that does not exist changes nothing", () => {
    const given = network(2, 3, 1);
    expect(sceneOf(given, screen, { focus: { layer: "nowhere", index: [0] } })).toEqual(sceneOf(given, screen));
    expect(sceneOf(given, screen, { focus: { layer: "input", index: [9] } })).toEqual(sceneOf(given, screen));
  });
});

test("selected and pinned nodes are marked", () => {
  const selected = { layer: "layer_1", index: [2] };
  const scene = sceneOf(network(2, 3, 1), screen, { selected, pinned: [{ layer: "input", index: [0] }] });
  expect(scene.marks.map(({ kind }) => kind)).toEqual(["selected", "pin"]);
});

test("the legend follows the layer in the light, or the network", () => {
  const given: Given = { layers: [], edges: [] };
  dense(given, "input", [1, -3]);
  dense(given, "output", [0.5]);
  const one = sceneOf(given, screen, { selected: { layer: "input", index: [0] } }).legend;
  expect(one).toMatchObject({ layer: "input", limit: 3 });
  expect(sceneOf(given, screen).legend).toMatchObject({ layer: "output", limit: 0.5 });
  expect(sceneOf(given, screen, { scale: "network" }).legend).toMatchObject({ layer: null, limit: 3 });
});

test("the same arguments give the same scene", () => {
  const given = network(4, 8, 3);
  expect(sceneOf(given, screen)).toEqual(sceneOf(given, screen));
});

test("layers without values yet are drawn empty", () => {
  const given = network(2, 3, 1);
  for (const layer of given.layers) layer.values = new Float64Array(0);
  expect(sceneOf(given, screen).blocks).toHaveLength(3);
});

test.each([
  ["1000×64", network(...new Array<number>(1001).fill(64))],
  ["10×4096", network(...new Array<number>(11).fill(4096))],
])("%s becomes a scene in no time", (name, given) => {
  const layout = layoutNetwork(given.layers, screen);
  const camera = fitTo(layout, screen);
  for (const zoom of [1, 4, 40]) {
    const near = zoomAt(camera, { x: 400, y: 300 }, zoom);
    const start = performance.now();
    const scene = buildScene({ ...given, layout, camera: near, viewport: screen, view: plain });
    console.info(`scene of ${name} at ${zoom}×: ${(performance.now() - start).toFixed(0)} ms`);
    expect(scene.lines.length).toBeLessThanOrEqual(2400);
  }
});
