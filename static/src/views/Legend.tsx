import { useMemo } from "preact/hooks";
import { colorScale, legendOf, PALETTES } from "../color";
import { formatValue } from "../format";
import { mapScales } from "../graph_maps";
import { formOf } from "../graph_shapes";
import type { Values } from "../graph_types";
import type { Shows } from "../share";
import type { Answer, Derivative } from "../store";
import { type Choice, Choices } from "./Choices";
import { useActions, useStudioState } from "./context";

const MAP_SCALE: Choice<"map"> = {
  value: "map",
  text: "map",
  title: "Each feature map has its own colour scale, so that also a faint one shows its pattern",
};

const SCALES: readonly Choice<"map" | "layer" | "network">[] = [
  { value: "layer", text: "layer", title: "Each layer has its own colour scale" },
  {
    value: "network",
    text: "network",
    title: "One colour scale for the whole network, so that layers can be compared",
  },
];

const EDGES: Record<Shows, { name: string; title: string }> = {
  values: { name: "weight", title: "The weights alone, whatever the input" },
  contributions: { name: "weight × value", title: "What each edge adds for this input" },
  gradients: {
    name: "derivative by the weight",
    title: "How much the target would change with the weight; grey where many edges share one weight",
  },
};

function derivativesOf(derivative: Derivative | null, names: readonly string[]): Values[] {
  return names.flatMap((name) => derivative?.layers.get(name)?.output ?? []);
}

/** What the colours and lines of the graph mean, for what is on screen now. */
export function Legend({ answer }: { answer: Answer }) {
  const actions = useActions();
  const { theme, scale, shows } = useStudioState((state) => state.view);
  const derivative = useStudioState((state) => state.derivative);
  const layerName = useStudioState((state) => (state.focus ?? state.selected)?.layer ?? null);
  const channel = useStudioState((state) => (state.focus ?? state.selected)?.index.at(-1) ?? 0);
  const layer = (layerName === null ? undefined : answer.byName.get(layerName)) ?? answer.layers.at(-1);
  const perLayer = scale !== "network" && layer !== undefined;
  const map = scale === "map" && layer !== undefined && formOf(layer.shape).kind === "maps" ? channel : null;
  const hasMaps = useMemo(() => answer.layers.some((one) => formOf(one.shape).kind === "maps"), [answer.layers]);
  const slopes = shows === "gradients";

  const legend = useMemo(() => {
    const shown = perLayer ? [layer] : answer.layers;
    const values = slopes
      ? derivativesOf(
          derivative,
          shown.map((one) => one.name),
        )
      : shown.map((one) => one.output);
    const channels = layer?.shape.at(-1) ?? 1;
    const scales = map === null ? [] : values.map((own) => mapScales(own, channels)[map]);
    return legendOf(scales[0] ?? colorScale(values), PALETTES[theme]);
  }, [answer.layers, derivative, layer, map, perLayer, slopes, theme]);

  const limit = formatValue(legend.limit);
  const nodes = slopes ? "Derivatives" : "Values";
  const edges = EDGES[shows];
  return (
    <div class="legend">
      <div class="legend-part">
        <div class="legend-head">
          <span class="legend-title">
            {nodes}
            {perLayer ? " of " : ""}
            {perLayer && <b>{layer.name}</b>}
            {map !== null && `, map ${map}`}
          </span>
          <Choices
            label="Colour scale"
            chosen={hasMaps || scale !== "map" ? scale : "layer"}
            choices={hasMaps ? [MAP_SCALE, ...SCALES] : SCALES}
            onChange={(value) => actions.setView({ scale: value })}
          />
        </div>
        <div class="legend-key">
          <span>{legend.limit === 0 ? "" : `-${limit}`}</span>
          <span
            class="legend-ramp"
            style={{ background: `linear-gradient(to right, ${legend.stops.join(", ")})` }}
            role="img"
            aria-label={`Colours from blue at -${limit} over grey at 0 to orange at ${limit}`}
          >
            <i>0</i>
          </span>
          <span>{legend.limit === 0 ? "" : limit}</span>
        </div>
      </div>
      <div class="legend-part legend-edges">
        <div class="legend-head">
          <span class="legend-title" title={edges.title}>
            Edges: <b>{edges.name}</b>
          </span>
        </div>
        <div class="legend-key">
          <i class="line negative thin" />
          <i class="line negative" />
          <span>negative</span>
          <i class="line positive thin" />
          <i class="line positive" />
          <span>positive</span>
        </div>
      </div>
      {legend.note !== "" && (
        <p class="legend-note" title={legend.note}>
          {legend.note}
        </p>
      )}
    </div>
  );
}
