/** Feature maps in the graph: the scale of each, its name above it, and the colour picture before three channels. */

import { type ColorScale, colorScale, css } from "./color";
import type { Frame } from "./graph_frame";
import { type Maps, tileCell } from "./graph_shapes";
import type { GraphLayer, Values } from "./graph_types";
import type { Picture } from "./picture";
import type { SceneBlock, SceneText } from "./scene";

/** A picture drawn over the graph, its pixels with sharp edges. */
export interface SceneImage {
  x: number;
  y: number;
  width: number;
  height: number;
  picture: Picture;
  /** With a thin line around it. */
  framed: boolean;
}

/** A rectangle drawn as a line. */
export interface SceneOutline {
  x: number;
  y: number;
  width: number;
  height: number;
  kind: "map" | "window" | "field";
}

const CAPTION = { weight: 500, align: "left" as const };
const SMALLEST_CAPTION = 8.5;
const LARGEST_CAPTION = 12;
/** Names of the channels of a colour picture. */
const CHANNELS = ["red", "green", "blue"];

const scalesOf = new WeakMap<Values, Map<number, ColorScale[]>>();

/** The values of one map out of all of its layer. */
export function mapValues(values: Values, channels: number, channel: number): Float64Array {
  return Float64Array.from(
    { length: Math.floor(values.length / channels) },
    (_, at) => values[at * channels + channel] ?? 0,
  );
}

/** One colour scale a map; remembered for as long as the values live. */
export function mapScales(values: Values, channels: number): ColorScale[] {
  const known = scalesOf.get(values) ?? new Map<number, ColorScale[]>();
  let scales = known.get(channels);
  if (scales === undefined) {
    scales = Array.from({ length: channels }, (_, channel) => colorScale([mapValues(values, channels, channel)]));
    known.set(channels, scales);
    scalesOf.set(values, known);
  }
  return scales;
}

const shades = new WeakMap<Values, Values>();

/** Each value as a share of the end of its map's scale: what its colour is chosen by where every map has its own. */
export function mapShades(values: Values, channels: number): Values {
  let shade = shades.get(values);
  if (shade === undefined) {
    const limits = mapScales(values, channels).map(({ limit }) => limit);
    shade = values.map((value, flat) => {
      const limit = limits[flat % channels] ?? 0;
      return limit > 0 ? value / limit : value;
    });
    shades.set(values, shade);
  }
  return shade;
}

/** What a map is called: its number, or the colour that it holds. */
export function mapName(layer: Pick<GraphLayer, "picture">, channel: number): string {
  return (layer.picture ? CHANNELS[channel] : undefined) ?? String(channel);
}

/** Where a tile is drawn. */
function tileBox(scene: SceneBlock, maps: Maps, tile: number): { x: number; y: number; width: number; height: number } {
  const { column, row } = tileCell(maps, tile);
  return {
    x: scene.x + column * scene.pitchX,
    y: scene.y + row * scene.pitchY,
    width: maps.width * scene.pitchX,
    height: maps.height * scene.pitchY,
  };
}

/** Where a map of a layer in view is drawn. */
export function mapBox(scene: SceneBlock, channel: number) {
  const { maps } = scene.block;
  return maps === null ? null : tileBox(scene, maps, channel + maps.lead);
}

/** Captions above the maps where there is room for them, and above the map in the light in any case. */
export function mapCaptions(frame: Frame): SceneText[] {
  const { request, highlight, palette, measure, visible, taken } = frame;
  const { viewport } = request;
  const texts: SceneText[] = [];
  for (const layer of request.layers) {
    const scene = visible.get(layer.name);
    const maps = scene?.block.maps ?? null;
    if (scene === undefined || maps === null) continue;
    const room = maps.gapY * scene.pitchY;
    const size = Math.min(Math.max(room * 0.7, SMALLEST_CAPTION), LARGEST_CAPTION);
    const own = highlight.node?.layer === layer.name ? highlight.node.flat % maps.channels : null;
    const widest = measure(String(maps.channels - 1), size, CAPTION.weight);
    // Figures have no descenders, so they need less height than their size.
    const roomy = room >= 0.85 * SMALLEST_CAPTION && maps.width * scene.pitchX >= widest;
    for (let tile = 0; tile < maps.channels + maps.lead; tile++) {
      const channel = tile - maps.lead;
      if (!roomy && channel !== own) continue;
      const box = tileBox(scene, maps, tile);
      if (box.x > viewport.width || box.y > viewport.height + room) continue;
      if (box.x + box.width < 0 || box.y + box.height < 0) continue;
      const name = channel < 0 ? "colour" : mapName(layer, channel);
      const fits = measure(name, size, CAPTION.weight) <= (maps.width + maps.gapX) * scene.pitchX - 2;
      const text = fits ? name : name.slice(0, 1);
      const width = measure(text, size, CAPTION.weight);
      // A map whose upper edge is out of view keeps its name in sight.
      const y = Math.min(Math.max(box.y - size / 2 - 1.5, size), box.y + box.height - size);
      const plate = { left: box.x - 2, right: box.x + width + 3, top: y - size / 2 - 1, bottom: y + size / 2 + 1 };
      const over = y > box.y - size / 2 || !roomy;
      texts.push({
        text,
        x: box.x,
        y,
        size,
        ...CAPTION,
        color: css(channel === own ? palette.focus : palette.muted),
        plate: over ? plate : null,
      });
      if (over) taken.add(plate);
    }
  }
  return texts;
}

/** The colour pictures of the layers that have one. */
export function colourPictures({ request, visible }: Frame): SceneImage[] {
  return request.layers.flatMap((layer) => {
    const scene = visible.get(layer.name);
    const maps = scene?.block.maps ?? null;
    if (scene === undefined || maps === null || maps.lead === 0 || !layer.picture || scene.known === 0) return [];
    return [{ ...tileBox(scene, maps, 0), picture: layer.picture, framed: false }];
  });
}

/** A line around the part of each map that the node in the light depends on. */
export function fieldOutlines({ request, visible }: Frame): SceneOutline[] {
  const { field = null, view } = request;
  const scene = field === null ? undefined : visible.get(field.layer);
  if (field === null || scene === undefined || view.stage) return [];
  const { maps } = scene.block;
  const picture = { x: scene.x, y: scene.y };
  const boxes =
    maps === null
      ? [picture]
      : Array.from({ length: maps.channels + maps.lead }, (_, tile) => tileBox(scene, maps, tile));
  return boxes.map(({ x, y }) => ({
    x: x + field.start[1] * scene.pitchX,
    y: y + field.start[0] * scene.pitchY,
    width: (field.stop[1] - field.start[1]) * scene.pitchX,
    height: (field.stop[0] - field.start[0]) * scene.pitchY,
    kind: "field",
  }));
}

/** A line around the map that holds the node in the light. */
export function mapOutlines({ request, highlight, visible }: Frame): SceneOutline[] {
  const { node } = highlight;
  const scene = node === null ? undefined : visible.get(node.layer);
  const maps = scene?.block.maps ?? null;
  if (node === null || scene === undefined || maps === null || request.view.stage) return [];
  const box = tileBox(scene, maps, (node.flat % maps.channels) + maps.lead);
  return [{ ...box, kind: "map" }];
}
