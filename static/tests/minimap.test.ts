import { describe, expect, test } from "vitest";
import { clamp, fitTo, toScreen, toWorld, zoomAt } from "../src/camera";
import type { GraphLayer, GraphView } from "../src/graph_types";
import { layoutNetwork } from "../src/layout";
import { lookAt, minimapPlace, needsMinimap } from "../src/minimap";
import { buildScene } from "../src/scene";

const LAYERS: GraphLayer[] = Array.from({ length: 300 }, (_, at) => ({
  name: at === 0 ? "input" : `layer_${at}`,
  kind: at === 0 ? "Input" : "Dense",
  activation: null,
  shape: [64],
  inputs: at === 0 ? [] : [at === 1 ? "input" : `layer_${at - 1}`],
  values: Float32Array.from({ length: 64 }, (_, node) => Math.sin(at + node)),
}));
const VIEW: GraphView = {
  theme: "light",
  scale: "layer",
  edgeQuantity: "weight",
  focus: null,
  selected: null,
  pinned: [],
};

describe.each([
  { width: 800, height: 500 },
  { width: 390, height: 480 },
])("the map in a viewport of %j", (viewport) => {
  const layout = layoutNetwork(LAYERS, viewport);
  const fitted = fitTo(layout, viewport);
  const near = clamp(zoomAt(fitted, { x: 200, y: 200 }, 8), layout, viewport);
  const sceneAt = (camera: typeof fitted) =>
    buildScene({ layers: LAYERS, edges: [], layout, camera, viewport, view: VIEW });

  test("is there as soon as part of the network is out of view", () => {
    expect(needsMinimap(layout, fitted, viewport)).toBe(false);
    expect(sceneAt(fitted).minimap).toBeNull();
    expect(needsMinimap(layout, near, viewport)).toBe(true);
  });

  test("holds every layer, inside its box, also those out of view", () => {
    const { blocks, minimap } = sceneAt(near);
    expect(blocks.length).toBeLessThan(LAYERS.length);
    expect(minimap?.blocks).toHaveLength(LAYERS.length);
    const box = minimap?.box ?? { left: 0, top: 0, right: 0, bottom: 0 };
    expect(box.right).toBeLessThan(viewport.width);
    expect(box.bottom).toBeLessThan(viewport.height);
    expect(box.right - box.left).toBeLessThan(viewport.width / 2.5);
    for (const { x, y, block, pitchX, pitchY } of minimap?.blocks ?? []) {
      expect(x).toBeGreaterThanOrEqual(box.left);
      expect(y).toBeGreaterThanOrEqual(box.top);
      expect(x + block.columns * pitchX).toBeLessThanOrEqual(box.right);
      expect(y + block.rows * pitchY).toBeLessThanOrEqual(box.bottom);
    }
  });

  test("frames what is in view", () => {
    const { minimap } = sceneAt(near);
    if (minimap === null || minimap === undefined) throw new Error("there is a map");
    const corner = toWorld(minimap.camera, { x: minimap.view.left, y: minimap.view.top });
    const shown = toScreen(near, corner);
    // The frame may be enlarged to be seen, or cut at the map's edge.
    expect(Math.abs(shown.x)).toBeLessThan(viewport.width);
    expect(Math.abs(shown.y)).toBeLessThan(viewport.height);
    expect(minimap.view.right - minimap.view.left).toBeGreaterThanOrEqual(4);
    expect(minimap.view.bottom - minimap.view.top).toBeGreaterThanOrEqual(4);
  });

  test("leads to the place that is pointed at", () => {
    const place = minimapPlace(layout, viewport);
    const block = layout.byName.get("layer_211");
    if (block === undefined) throw new Error("there is a layer");
    const camera = lookAt(place, toScreen(place.camera, block), near, viewport);
    expect(camera.scale).toBe(near.scale);
    const at = toScreen(camera, block);
    expect(at.x).toBeCloseTo(viewport.width / 2);
    expect(at.y).toBeCloseTo(viewport.height / 2);
  });
});

test("a dot that several nodes share is said to be", () => {
  const viewport = { width: 300, height: 200 };
  const layers = Array.from({ length: 40 }, (_, at) => ({
    name: `layer_${at}`,
    kind: "Dense",
    activation: null,
    shape: [10_000],
    inputs: at === 0 ? [] : [`layer_${at - 1}`],
    values: new Float32Array(10_000),
  }));
  const layout = layoutNetwork(layers, viewport);
  const notes = (zoom: number, ratio: number) => {
    const camera = zoomAt(fitTo(layout, viewport), { x: 0, y: 0 }, zoom);
    const scene = buildScene({ layers, edges: [], layout, camera, viewport, view: VIEW, ratio });
    const shared = Math.max(...scene.blocks.map(({ level }) => 4 ** level));
    return { notes: scene.notes.join(), shared };
  };
  const far = notes(1, 1);
  expect(far.shared).toBeGreaterThan(1);
  expect(far.notes).toContain(`up to ${far.shared} nodes`);
  expect(notes(60, 1).notes).toBe("");
  expect(notes(1, 2).shared).toBeLessThan(far.shared);
});
