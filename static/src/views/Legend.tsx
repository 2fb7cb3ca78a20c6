import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { colorScale, legendOf, PALETTES } from "../color";
import { formatValue } from "../format";
import type { Answer } from "../store";
import { useActions, useStudioState } from "./context";

interface Choice<Value extends string> {
  value: Value;
  text: string;
  title: string;
}

/** Two or three words of which one is chosen. */
function Choices<Value extends string>(props: {
  label: string;
  chosen: Value;
  choices: readonly Choice<Value>[];
  onChange: (value: Value) => void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar.
    <div class="segments small" role="group" aria-label={props.label}>
      {props.choices.map(({ value, text, title }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === props.chosen}
          title={title}
          onClick={() => props.onChange(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

const SCALES: readonly Choice<"layer" | "network">[] = [
  { value: "layer", text: "layer", title: "Each layer has its own colour scale" },
  {
    value: "network",
    text: "network",
    title: "One colour scale for the whole network, so that layers can be compared",
  },
];

const QUANTITIES: readonly Choice<"weight" | "product">[] = [
  {
    value: "product",
    text: "w·x",
    title: "Edges show weight × value: what each adds for this input",
  },
  { value: "weight", text: "w", title: "Edges show the weights alone, whatever the input" },
];

/** What the colours and lines of the graph mean, for what is on screen now; `children` are further tools. */
export function Legend({ answer, children }: { answer: Answer; children: ComponentChildren }) {
  const actions = useActions();
  const { theme, scale, edgeQuantity } = useStudioState((state) => state.view);
  const layerName = useStudioState((state) => (state.focus ?? state.selected)?.layer ?? null);
  const layer = (layerName === null ? undefined : answer.byName.get(layerName)) ?? answer.layers.at(-1);
  const perLayer = scale === "layer" && layer !== undefined;

  const legend = useMemo(() => {
    const values = perLayer ? [layer.output] : answer.layers.map((one) => one.output);
    return legendOf(colorScale(values), PALETTES[theme]);
  }, [answer.layers, layer, perLayer, theme]);

  const limit = formatValue(legend.limit);
  return (
    <div class="legend">
      <div class="legend-part">
        <div class="legend-head">
          <span class="legend-title">
            Values{perLayer ? " of " : ""}
            {perLayer && <b>{layer.name}</b>}
          </span>
          <Choices
            label="Colour scale"
            chosen={scale}
            choices={SCALES}
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
      <div class="legend-part">
        <div class="legend-head">
          <span class="legend-title">
            Edges: <b>{edgeQuantity === "product" ? "weight × value" : "weight"}</b>
          </span>
          <Choices
            label="What edges show"
            chosen={edgeQuantity}
            choices={QUANTITIES}
            onChange={(value) => actions.setView({ edgeQuantity: value })}
          />
        </div>
        <div class="legend-key">
          <i class="line negative thin" />
          <i class="line negative" />
          <span>negative</span>
          <i class="line positive thin" />
          <i class="line positive" />
          <span>positive</span>
          {legend.note === "" && <span class="muted">wider is larger</span>}
        </div>
      </div>
      {legend.note !== "" && (
        <p class="legend-note" title={legend.note}>
          {legend.note}
        </p>
      )}
      <div class="legend-tools">{children}</div>
    </div>
  );
}
