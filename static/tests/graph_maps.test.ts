import { describe, expect, test } from "vitest";
import { fitTo } from "../src/camera";
import { mapScales, mapShades } from "../src/graph_maps";
import type { GraphLayer, GraphView } from "../src/graph_types";
import { layoutNetwork } from "../src/layout";
import { colourPicture, isColour, kernelPicture } from "../src/picture";
import { buildScene, type SceneRequest } from "../src/scene";

const viewport = { width: 900, height: 600 };

/** An input of 6×6×3 that is also a colour picture, and four maps of 4×4 of very different sizes. */
function scene(view: Partial<GraphView> = {}, more: Partial<SceneRequest> = {}) {
  const image = Float64Array.from({ length: 108 }, (_, at) => (at % 7) / 7);
  const maps = Float64Array.from({ length: 64 }, (_, at) => (1 + (at % 5)) * 10 ** ((at % 4) - 2));
  const layers: GraphLayer[] = [
    {
      name: "input",
      kind: "Input",
      activation: null,
      shape: [6, 6, 3],
      inputs: [],
      values: image,
      picture: colourPicture(image, [6, 6, 3], { scale: 255 }),
    },
    { name: "conv", kind: "Conv2D", activation: "relu", shape: [4, 4, 4], inputs: ["input"], values: maps },
  ];
  const layout = layoutNetwork(layers, viewport);
  return buildScene({
    layers,
    edges: [],
    layout,
    viewport,
    camera: fitTo(layout, viewport),
    view: {
      theme: "light",
      scale: "layer",
      edgeQuantity: "weight",
      focus: null,
      selected: { layer: "conv", index: [1, 2, 3] },
      pinned: [],
      ...view,
    },
    ...more,
  });
}

describe("feature maps", () => {
  test("have their numbers above them, the channels of a colour picture their colours", () => {
    const texts = scene().texts.map(({ text }) => text);
    for (const name of ["colour", "red", "green", "blue", "0", "1", "2", "3"]) expect(texts).toContain(name);
  });

  test("a scale of their own makes the faintest as bright as the others", () => {
    const [, perLayer] = scene({ scale: "layer" }).blocks;
    const [, perMap] = scene({ scale: "map" }).blocks;
    const strongest = (shades: ArrayLike<number> | undefined, limit: number, channel: number) =>
      Math.max(...Array.from(shades ?? []).filter((_, flat) => flat % 4 === channel)) / limit;
    expect(strongest(perLayer?.shades, perLayer?.limit ?? 0, 0)).toBeCloseTo(0.001);
    for (const channel of [0, 1, 2, 3]) {
      expect(strongest(perMap?.shades, perMap?.limit ?? 0, channel)).toBeCloseTo(1);
    }
  });

  test("the legend then speaks of the map in the light", () => {
    expect(scene({ scale: "map" }).legend?.limit).toBe(50);
    const selected = { layer: "conv", index: [1, 2, 0] };
    expect(scene({ scale: "map", selected }).legend?.limit).toBeCloseTo(0.05);
  });

  test("the colour picture stands over its own tile, and the map in the light has a frame", () => {
    const { images, outlines, blocks } = scene();
    const [image] = images;
    const [block] = blocks;
    expect(images).toHaveLength(1);
    expect(image?.x).toBeCloseTo(block?.x ?? 0);
    expect(image?.width).toBeCloseTo(6 * (block?.pitchX ?? 0));
    expect(outlines.map(({ kind }) => kind)).toEqual(["map"]);
  });
});

test("a window is framed in every map, with one edge and one kernel each, in place of an edge for each pixel", () => {
  const weights = Float64Array.of(0.5, -1, 0.25, 1);
  const window = {
    layer: "conv",
    flat: 4 * (4 + 2) + 3,
    source: "input",
    row: 1,
    column: 2,
    spanRows: 2,
    spanColumns: 2,
    rows: 2,
    columns: 2,
    sequence: false,
    limit: 1,
    channels: [0, 1, 2].map((channel) => ({ channel, sum: channel - 1, weights })),
  };
  const { outlines, linesAbove, images, blocks, lines } = scene({}, { window });
  // Three channels and the colour picture.
  expect(outlines.filter(({ kind }) => kind === "window")).toHaveLength(4);
  expect(linesAbove).toHaveLength(3);
  expect(images.filter(({ framed }) => framed)).toHaveLength(3);
  expect(lines.filter(({ lit }) => lit)).toHaveLength(0);
  const [input, conv] = blocks;
  for (const { x, width } of images.filter(({ framed }) => framed)) {
    expect(x).toBeGreaterThan((input?.x ?? 0) + (input?.block.columns ?? 0) * (input?.pitchX ?? 0));
    expect(x + width).toBeLessThan(conv?.x ?? 0);
  }
  // Of another node: nothing.
  expect(scene({}, { window: { ...window, flat: 0 } }).linesAbove).toEqual([]);
});

test("which kernels are shown of how many is said, upright in fewer words", () => {
  const shape = [12, 12, 64];
  const zeros = (count: number) => new Float64Array(count);
  const layers: GraphLayer[] = [
    { name: "input", kind: "Input", activation: null, shape, inputs: [], values: zeros(12 * 12 * 64) },
    { name: "conv", kind: "Conv2D", activation: null, shape: [4], inputs: ["input"], values: zeros(4) },
  ];
  const noted = (size: { width: number; height: number }) => {
    const layout = layoutNetwork(layers, size);
    const channels = Array.from({ length: 64 }, (_, channel) => ({ channel, sum: 1, weights: zeros(4) }));
    const span = { row: 0, column: 0, spanRows: 2, spanColumns: 2, rows: 2, columns: 2 };
    const window = { layer: "conv", flat: 0, source: "input", ...span, sequence: false, limit: 1, channels };
    const selected = { layer: "conv", index: [0] };
    return scene({ selected }, { layers, layout, viewport: size, camera: fitTo(layout, size), window }).notes;
  };
  expect(noted({ width: 900, height: 500 }).join()).toMatch(/kernels of the strongest \d+ of 64 maps; the inspector/);
  expect(noted({ width: 390, height: 700 }).join()).toMatch(/kernels of \d+ of 64 maps(?!;)/);
});

test("in a sequence one frame holds the channels of all steps, in a single map it stands in the block", () => {
  const layers = (shape: number[]): GraphLayer[] => [
    { name: "input", kind: "Input", activation: null, shape, inputs: [], values: new Float64Array(36) },
    { name: "conv", kind: "Conv", activation: null, shape: [4, 3], inputs: ["input"], values: new Float64Array(12) },
  ];
  const drawn = (shape: number[], sequence: boolean) => {
    const all = layers(shape);
    const layout = layoutNetwork(all, viewport);
    const weights = Float64Array.of(1, 2, 3);
    const window = { layer: "conv", flat: 0, source: "input", row: 0, column: 2, spanRows: 1, spanColumns: 3, rows: 1 };
    return scene(
      { selected: { layer: "conv", index: [0, 0] } },
      {
        layers: all,
        layout,
        camera: fitTo(layout, viewport),
        window: { ...window, columns: 3, limit: 3, sequence, channels: [{ channel: 0, sum: 1, weights }] },
      },
    );
  };
  const sequence = drawn([12, 3], true);
  const [frame] = sequence.outlines.filter(({ kind }) => kind === "window");
  const [block] = sequence.blocks;
  expect(frame?.width).toBeCloseTo(3 * (block?.pitchX ?? 0));
  expect(frame?.height).toBeCloseTo(3 * (block?.pitchY ?? 0));
  expect((frame?.y ?? 0) - (block?.y ?? 0)).toBeCloseTo(2 * (block?.pitchY ?? 0));
  const single = drawn([6, 6, 1], false);
  const [window] = single.outlines.filter(({ kind }) => kind === "window");
  expect((window?.x ?? 0) - (single.blocks[0]?.x ?? 0)).toBeCloseTo(2 * (single.blocks[0]?.pitchX ?? 0));
  expect(single.images).toHaveLength(1);
});

test("what a node depends on is framed in every map of the input", () => {
  const { outlines, blocks } = scene({}, { field: { layer: "input", start: [1, 0], stop: [4, 2] } });
  const fields = outlines.filter(({ kind }) => kind === "field");
  expect(fields).toHaveLength(4);
  expect(fields[0]?.height).toBeCloseTo(3 * (blocks[0]?.pitchY ?? 0));
});

test("scales of maps are remembered, and a map of zeros stays at zero", () => {
  const values = Float64Array.of(1, 0, -4, 0, 2, 0);
  expect(mapScales(values, 2)).toBe(mapScales(values, 2));
  expect([...mapShades(values, 2)]).toEqual([0.25, 0, -1, 0, 0.5, 0]);
});

describe("colour pictures", () => {
  test("undo the preprocessing that the document says", () => {
    const { rgba } = colourPicture([-1, 0, 1], [1, 1, 3], { scale: 255, mean: 0.5, std: [0.5, 0.5, 0.5] });
    expect([...rgba]).toEqual([0, 128, 255, 255]);
  });

  test("without preprocessing go from black to white over what the values are shares of", () => {
    expect([...colourPicture([0, 0.5, 1], [1, 1, 3], undefined).rgba]).toEqual([0, 128, 255, 255]);
    expect([...colourPicture([0, 0.5, 1], [1, 1, 3], { resize: [1, 1], invert: "auto" }).rgba]).toEqual([
      0, 128, 255, 255,
    ]);
    expect([...colourPicture([0, 51, 255], [1, 1, 3], undefined).rgba]).toEqual([0, 51, 255, 255]);
    expect([...colourPicture([-1, 0, 3], [1, 1, 3], undefined).rgba]).toEqual([0, 64, 255, 255]);
  });

  test("of kernels are grey at zero", () => {
    expect([...kernelPicture([0, 2, -2], 1, 1, 2).rgba]).toEqual([128, 255, 0, 255]);
  });

  test("need three channels", () => {
    expect(
      [
        [32, 32, 3],
        [32, 32, 1],
        [32, 32],
        [1, 32, 3],
      ].map(isColour),
    ).toEqual([true, false, false, false]);
  });
});
