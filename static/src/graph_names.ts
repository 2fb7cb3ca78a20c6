/** Names on the graph: of the layers above or beside them, and of the first and last nodes. */

import { toScreen } from "./camera";
import { css } from "./color";
import { formatCount, formatShape } from "./format";
import type { Frame } from "./graph_frame";
import { type Measure, shorten } from "./graph_labels";
import { writings } from "./graph_numbers";
import type { GraphLayer } from "./graph_types";
import { NAMED_PITCH, nodePosition, visibleBox } from "./layout";
import type { SceneBlock, SceneText } from "./scene";

const LINE = 17;
/** The name, and what stands below it. */
const NAME_STYLE = { size: 13, weight: 600 };
const MORE_STYLE = { size: 11.5, weight: 400 };

const LINE_STYLE = { size: 11.5, weight: 500 };
/** Lines of layers closer than this share a label. */
const LEAST_LINE = 13;
/** Names of layers that stand closer than this cannot be read. */
const LEAST_NAME = 44;

/** Lines of a header and where they go. */
interface Header {
  lines: string[];
  x: number;
  top: number;
  room: number;
  plate: boolean;
  align: "left" | "center";
}

type Fits = (text: string) => boolean;

/** At most `most` lines; kind and activation get one each where one is too narrow for both. */
function headerLines(layer: GraphLayer, count: number, most: number, fits: Fits): string[] {
  const kind = layer.activation === null ? layer.kind : `${layer.kind} · ${layer.activation}`;
  const nodes = count === 1 ? "1 node" : `${formatCount(count)} nodes`;
  const shape = layer.shape.length === 1 ? nodes : formatShape(layer.shape);
  // "input" needs no second line that says Input.
  if (layer.kind === "Input") return [layer.name, shape].slice(0, most);
  if (layer.activation !== null && most >= 4 && !fits(kind)) return [layer.name, layer.kind, layer.activation, shape];
  return [layer.name, kind, shape].slice(0, most);
}

function headerAbove(layer: GraphLayer, { block }: SceneBlock, { request, measure, highlight }: Frame): Header | null {
  const { camera, viewport, layout } = request;
  const { header } = block;
  const box = visibleBox(block);
  const low = toScreen(camera, { x: box.left, y: box.top });
  const high = toScreen(camera, { x: box.right, y: box.bottom });
  const foot = toScreen(camera, header).y - 10;
  // All names stand on one line, also those with less below.
  const rows = (lift: number) => Math.floor((lift - 4) / LINE);
  const count = Math.min(rows(header.lift), rows(header.lift * camera.scale));
  const room = Math.min(header.room * camera.scale, 260) - 6;
  const full = count >= 2 && room >= 58;
  // A line of layers has one label; among its layers only the one in the light is named.
  const crowded = layout.lines.length > 0 && !full && room < LEAST_NAME && block.rank > 0;
  const inLight = highlight.node?.layer === layer.name;
  if (crowded && !inLight) return null;
  if (!full && !crowded && header.lift * camera.scale < 14) return null;
  const height = (full ? count : 1) * LINE;
  // The name stays in view as long as the layer is.
  const highest = layout.notes + 8;
  const sticky = foot - height < highest && high.y > highest + height + 12;
  const top = sticky ? highest : foot - height;
  const x = Math.min(
    Math.max(toScreen(camera, header).x, Math.min(room / 2 + 4, high.x)),
    Math.max(viewport.width - room / 2 - 4, low.x),
  );
  const fits = (text: string) => measure(text, MORE_STYLE.size, MORE_STYLE.weight) <= room;
  return {
    lines: headerLines(layer, block.count, full ? count : 1, fits),
    x,
    top,
    room: full ? room : 160,
    plate: sticky || crowded || header.inner,
    align: "center",
  };
}

function headerBeside(layer: GraphLayer, { block }: SceneBlock, { request, measure }: Frame): Header | null {
  const { camera, viewport, layout } = request;
  const box = visibleBox(block);
  const top = toScreen(camera, { x: box.left, y: box.top });
  const bottom = toScreen(camera, { x: box.right, y: box.bottom });
  const room = layout.insets.left - 22;
  const lift = block.header.lift * camera.scale;
  const fits = (text: string) => measure(text, MORE_STYLE.size, MORE_STYLE.weight) <= room;
  const lines = headerLines(layer, block.count, Math.max(1, Math.floor(lift / LINE)), fits);
  if (bottom.y < 12 || top.y > viewport.height - 12) return null;
  const half = (lines.length * LINE) / 2;
  const middle = Math.min(
    Math.max(toScreen(camera, block.header).y, Math.min(Math.max(layout.notes + 4, 10) + half, bottom.y)),
    Math.max(viewport.height - half - 10, top.y),
  );
  const plate = top.x < layout.insets.left - 8;
  return { lines, x: 14, top: middle - half, room, plate, align: "left" };
}

/** The texts of a header; none where something else stands. */
function headerTexts({ lines, x, top, room, plate, align }: Header, frame: Frame): SceneText[] {
  const { measure, palette, taken } = frame;
  const shown = lines
    .map((line, row) => ({ line, style: row === 0 ? NAME_STYLE : MORE_STYLE }))
    .map(({ line, style }) => ({ style, text: shorten(line, room, style.size, style.weight, measure) }))
    .filter(({ text }) => text !== "");
  const width = shown.reduce((most, { text, style }) => Math.max(most, measure(text, style.size, style.weight)), 0);
  const { viewport } = frame.request;
  const inside = align === "center" && x > 0 && x < viewport.width;
  const centre = inside ? Math.min(Math.max(x, width / 2 + 5), viewport.width - width / 2 - 5) : x;
  const left = align === "left" ? x : centre - width / 2;
  const box = {
    left: left - 3,
    right: left + width + 3,
    top: top - 2,
    bottom: top + shown.length * LINE + 2,
  };
  if (shown.length === 0 || taken.hits(box)) return [];
  taken.add(box);
  return shown.map(({ text, style }, row) => ({
    text,
    x: centre,
    y: top + (row + 0.5) * LINE,
    ...style,
    color: css(row === 0 ? palette.text : palette.muted),
    align,
    plate: plate && row === 0 ? box : null,
  }));
}

/** Name, kind and activation, and shape of each layer in view; the name stays in view as long as the layer is. */
export function layerNames(frame: Frame): SceneText[] {
  const { layers } = frame.request;
  const texts: SceneText[] = [];
  // The layer in the light chooses its place first.
  const lit = frame.highlight.node?.layer;
  const first = layers.filter((layer) => layer.name === lit);
  for (const layer of [...first, ...layers]) {
    const scene = frame.visible.get(layer.name);
    if (scene === undefined || (layer.name === lit && texts.length > 0)) continue;
    const header =
      scene.block.header.place === "above" ? headerAbove(layer, scene, frame) : headerBeside(layer, scene, frame);
    if (header !== null) texts.push(...headerTexts(header, frame));
  }
  return texts;
}

/** The end of a name, which tells one line from another, and "…" where the whole does not fit. */
function shortenStart(name: string, room: number, measure: Measure): string {
  const width = (text: string) => measure(text, LINE_STYLE.size, LINE_STYLE.weight);
  if (width(name) <= room) return name;
  const number = `…${name.slice(name.lastIndexOf("_"))}`;
  return name.includes("_") && width(number) <= room ? number : "";
}

/** Labels of the lines of a deep network: the first layer of each, or of as many as there is room for. */
export function lineNames({ request, measure, palette, taken }: Frame): SceneText[] {
  const { layout, camera, viewport } = request;
  const [first, second] = layout.lines;
  if (first === undefined || second === undefined) return [];
  const step = (second.y - first.y) * camera.scale;
  const every = [1, 2, 5, 10, 20, 50].find((one) => one * step >= LEAST_LINE) ?? 100;
  // Where the layers have names of their own, the label is of use in the margin only.
  const areNamed = (layout.blocks[1]?.header.room ?? 0) * camera.scale - 6 >= LEAST_NAME;
  const texts: SceneText[] = [];
  for (const [at, line] of layout.lines.entries()) {
    const { x, y } = toScreen(camera, { x: line.x, y: line.y + line.height / 2 });
    if (at % every !== 0 || y < 8 || y > viewport.height - 8) continue;
    const room = layout.lines[0] === undefined ? 0 : line.x * camera.scale;
    const text = shortenStart(line.layer, Math.max(room - 4, 54), measure);
    const width = measure(text, LINE_STYLE.size, LINE_STYLE.weight);
    // Where the margin is out of view the label stands over the line.
    const sticky = x - width < 6;
    if (sticky ? areNamed : at === 0) continue;
    const left = sticky ? 8 : x - width;
    const box = { left: left - 3, right: left + width + 3, top: y - 8, bottom: y + 8 };
    if (text === "" || taken.hits(box)) continue;
    taken.add(box);
    texts.push({
      text,
      x: left,
      y,
      ...LINE_STYLE,
      color: css(palette.muted),
      align: "left",
      plate: sticky ? box : null,
    });
  }
  return texts;
}

/** Names beside the nodes of the first and the last rank. */
export function nodeNames(frame: Frame): SceneText[] {
  const { layers, layout, camera, viewport } = frame.request;
  const { measure, palette, taken } = frame;
  const texts: SceneText[] = [];
  const last = layout.blocks.reduce((most, block) => Math.max(most, block.rank), 0);
  const across = layout.direction === "right";
  for (const { name, labels, values } of layers) {
    const scene = frame.visible.get(name);
    if (labels === undefined || scene === undefined) continue;
    const { block, diameter } = scene;
    const first = block.rank === 0;
    if (!first && block.rank !== last) continue;
    if ((across ? block.columns : block.rows) !== 1) continue;
    const step = across ? scene.pitchY : scene.pitchX;
    if (step < NAMED_PITCH) continue;
    // Too small for a number inside: the value stands beside the name, with as many digits as there is room for.
    const withValue = (label: string, flat: number, room: number) =>
      writings(values[flat] ?? 0, scene.limit)
        .map((value) => (first ? `${value}  ${label}` : `${label}  ${value}`))
        .find((text) => measure(text, 12, 500) <= room) ?? label;
    for (const [flat, label] of labels.slice(0, block.count).entries()) {
      const { x, y } = toScreen(camera, nodePosition(block, flat));
      const free = first ? x - diameter / 2 - 12 : viewport.width - x - diameter / 2 - 12;
      const room = across ? Math.min(free, 160) : step - 4;
      const beside = across && scene.detail !== "number" && flat < scene.known;
      const chosen = beside ? withValue(label, flat, room) : label;
      const text = shorten(chosen, across ? Math.max(room, 40) : room, 12, 500, measure);
      if (text === "") continue;
      const width = measure(text, 12, 500);
      const side = first ? -1 : 1;
      const centreX = across ? x + side * (diameter / 2 + 9 + width / 2) : x;
      const centreY = across ? y : y + side * (diameter / 2 + 13);
      const box = {
        left: centreX - width / 2 - 2,
        right: centreX + width / 2 + 2,
        top: centreY - 7,
        bottom: centreY + 7,
      };
      if (taken.hits(box)) continue;
      taken.add(box);
      const style = {
        size: 12,
        weight: 500,
        color: css(palette.text),
        align: "center" as const,
        plate: null,
      };
      texts.push({ text, x: centreX, y: centreY, ...style });
    }
  }
  return texts;
}
