import { describe, expect, it } from "vitest";
import { fitTo } from "../src/camera";
import type { GraphEdges, GraphLayer, GraphStage, GraphView } from "../src/graph_types";
import { layoutNetwork } from "../src/layout";
import { writeCells } from "../src/render/cells";
import { buildScene, type Scene } from "../src/scene";
import { gradientEdges } from "../src/views/graph_data";

const LAYERS: GraphLayer[] = [
  layerOf("input", [0.5, 0.7], []),
  layerOf("hidden", [0.41, 0.75, 1.09], ["input"]),
  layerOf("output", [1.211], ["hidden"]),
];
const EDGES = [edgesOf("hidden", "input", 2, 3), edgesOf("output", "hidden", 3, 1)];
const SCREEN = { width: 800, height: 600 };

function layerOf(name: string, values: number[], inputs: string[]): GraphLayer {
  return { name, kind: "Dense", activation: null, shape: [values.length], inputs, values: Float64Array.from(values) };
}

function edgesOf(layer: string, source: string, rows: number, columns: number): GraphEdges {
  const at = Array.from({ length: rows * columns }, (_, edge) => edge);
  const weight = Float64Array.from(at, (edge) => edge + 1);
  return {
    layer,
    sources: [source],
    count: at.length,
    source: new Int32Array(at.length),
    sourceNode: Int32Array.from(at, (edge) => Math.floor(edge / columns)),
    node: Int32Array.from(at, (edge) => edge % columns),
    weight,
    product: weight,
  };
}

function sceneOf(stage: GraphStage | null, flow = 1, change: Partial<GraphView> = {}): Scene {
  const layout = layoutNetwork(LAYERS, SCREEN);
  const view: GraphView = {
    theme: "light",
    scale: "layer",
    edgeQuantity: "weight",
    focus: null,
    selected: null,
    pinned: [],
    stage,
    ...change,
  };
  return buildScene({
    layers: LAYERS,
    edges: EDGES,
    layout,
    camera: fitTo(layout, SCREEN),
    viewport: SCREEN,
    view,
    flow,
  });
}

const numbersOf = (scene: Scene) => scene.texts.map(({ text }) => text).filter((text) => /^\d\.\d+$/.test(text));

describe("a step of the forward pass", () => {
  it("prints what is computed, and nothing of what is not", () => {
    const scene = sceneOf({ position: 1, first: 1, end: 2 });
    expect(numbersOf(scene)).toEqual(["0.5", "0.7", "0.41", "0.75"]);
    expect(scene.blocks.map(({ known }) => known)).toEqual([2, 2, 0]);
  });

  it("has the edges into its node in the light, and a ring around it", () => {
    const scene = sceneOf({ position: 1, first: 1, end: 2 });
    expect(scene.lines.filter(({ lit }) => lit)).toHaveLength(2);
    expect(scene.marks.map(({ kind }) => kind)).toEqual(["focus"]);
    expect(scene.frame).toBeNull();
  });

  it("has a frame around a whole layer, and all its edges in the light", () => {
    const scene = sceneOf({ position: 1, first: 0, end: 3 });
    expect(scene.lines.filter(({ lit }) => lit)).toHaveLength(6);
    const hidden = scene.blocks[1];
    expect(scene.frame?.x).toBeGreaterThan((hidden?.x ?? 0) - 20);
    expect(scene.frame?.width).toBeGreaterThan(hidden?.diameter ?? Infinity);
    expect(scene.marks).toEqual([]);
  });

  it("keeps the colours of the whole pass", () => {
    const limits = (scene: Scene) => scene.blocks.map(({ limit }) => limit);
    expect(limits(sceneOf({ position: 0, first: 0, end: 2 }))).toEqual(limits(sceneOf(null)));
  });

  it("sends signs along its edges, which are gone in the end", () => {
    const stage = { position: 1, first: 0, end: 3 };
    const still = sceneOf(stage).spots.length;
    expect(sceneOf(stage, 0.5).spots.length).toBe(still + 6);
  });

  it("gives way to the node under the pointer", () => {
    const focus = { layer: "output", index: [0] };
    const scene = sceneOf({ position: 1, first: 0, end: 3 }, 1, { focus });
    expect(scene.lines.filter(({ lit }) => lit)).toHaveLength(3);
  });

  it("is over when there is no step: everything is as it was", () => {
    expect(numbersOf(sceneOf(null))).toHaveLength(6);
  });
});

describe("nodes without a value", () => {
  it("are cells of their own kind in a texture", () => {
    const block = layoutNetwork(LAYERS, SCREEN).blocks[1];
    if (block === undefined) throw new Error("there is a block");
    const cells = new Float32Array(3);
    writeCells(cells, 0, block, LAYERS[1]?.values ?? new Float64Array(3), 1, 1);
    expect(cells[0]).toBeCloseTo(0.41);
    expect([...cells.subarray(1)].every((cell) => cell > 3.3e38)).toBe(true);
  });
});

describe("the derivative by a weight", () => {
  const target = { layer: "output", index: [0] };
  const edit = {
    networkId: null,
    document: { input: { shape: [2] }, layers: [] },
    edits: [],
    inputs: [],
    overrides: [],
  };
  const gradients = (shape: number[]) => ({
    edit,
    target,
    layers: new Map([
      [
        "hidden",
        {
          output: null,
          preActivation: null,
          parameters: new Map([["kernel", { shape, values: Float64Array.from([1, 2, 3, 4, 5, 6]) }]]),
        },
      ],
    ]),
  });

  it("goes to the edge of that weight", () => {
    const [edges] = gradientEdges(EDGES, LAYERS, gradients([2, 3]));
    expect([...(edges?.gradient ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("is left out where edges share weights", () => {
    for (const edges of gradientEdges(EDGES, LAYERS, gradients([3, 2]))) expect(edges.gradient).toBeUndefined();
    for (const edges of gradientEdges(EDGES, LAYERS, null)) expect(edges.gradient).toBeUndefined();
  });
});
