/** Pictures of the layers of an answer, in the colours that the graph has. */

import { useMemo } from "preact/hooks";
import { colorScale, PALETTES } from "../../color";
import { mapScales, mapValues } from "../../graph_maps";
import type { Values } from "../../graph_types";
import { colourPicture, isColour, type Picture, valuesPicture } from "../../picture";
import type { Answer } from "../../store";
import { mapSize } from "../../windows";
import type { TracedLayer } from "../../wire";
import { useStudioState } from "../context";

/** Whether a layer's nodes are the pixels of maps: rows × columns × channels, or steps × channels. */
export function hasMaps(shape: readonly number[]): boolean {
  return shape.length === 3 || shape.length === 2;
}

const COLOURS = ["red", "green", "blue"];

/** What a map is called: its number, or the colour that it is of the input. */
export function called(layer: TracedLayer, channel: number): string {
  return (layer.kind === "Input" && isColour(layer.shape) ? COLOURS[channel] : undefined) ?? `map ${channel}`;
}

/** A layer's map by its whole name; a layer that has only one is meant by its own. */
export function titled(layer: TracedLayer, channel: number): string {
  return mapSize(layer.shape).channels === 1 ? layer.name : `${layer.name}, ${called(layer, channel)}`;
}

const pictures = new WeakMap<Values, Map<string, Picture>>();

function remembered(values: Values, key: string, make: () => Picture): Picture {
  const known = pictures.get(values) ?? new Map<string, Picture>();
  pictures.set(values, known);
  const picture = known.get(key) ?? make();
  known.set(key, picture);
  return picture;
}

/** Makes pictures of single maps, with the scale that the graph is drawn with. */
export function useMapPictures(answer: Answer): (layer: TracedLayer, channel: number) => Picture {
  const theme = useStudioState((state) => state.view.theme);
  const scale = useStudioState((state) => state.view.scale);
  return useMemo(() => {
    const network = scale === "network" ? colorScale(answer.layers.map(({ output }) => output)).limit : 0;
    return (layer, channel) => {
      const { rows, columns, channels } = mapSize(layer.shape);
      const limitOf = () => {
        if (scale === "network") return network;
        if (scale === "layer") return colorScale([layer.output]).limit;
        return mapScales(layer.output, channels)[channel]?.limit ?? 0;
      };
      const key = `${channel} ${theme} ${scale} ${scale === "network" ? network : ""}`;
      return remembered(layer.output, key, () =>
        valuesPicture(mapValues(layer.output, channels, channel), rows, columns, limitOf(), PALETTES[theme]),
      );
    };
  }, [answer, theme, scale]);
}

/** The input as a person sees it: in its colours, or its only channel; null where it is no picture. */
export function inputPicture(answer: Answer, theme: "light" | "dark"): Picture | null {
  const layer = answer.layers[0];
  if (layer === undefined) return null;
  const { shape, output } = layer;
  const [rows = 1, columns = 1, channels = 1] = shape;
  if (isColour(shape)) {
    return remembered(output, "colour", () => colourPicture(output, shape, answer.edit.document.input.preprocessing));
  }
  if (shape.length < 2 || rows < 2 || columns < 2 || (shape.length === 3 && channels !== 1)) return null;
  return remembered(output, `plain ${theme}`, () =>
    valuesPicture(output, rows, columns, colorScale([output]).limit, PALETTES[theme]),
  );
}
