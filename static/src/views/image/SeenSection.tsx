import { useEffect, useMemo } from "preact/hooks";
import { colorScale, legendOf, PALETTES } from "../../color";
import { formatCount, formatValue, nodeName } from "../../format";
import { mapValues } from "../../graph_maps";
import type { Attribution, Field, Method } from "../../images";
import { fadedPicture, overlayPicture } from "../../picture";
import type { Answer } from "../../store";
import { mapSize } from "../../windows";
import type { NodeReference } from "../../wire";
import { type Choice, Choices } from "../Choices";
import { useActions, useStudioState } from "../context";
import { MapCanvas, type MapFrame } from "./MapCanvas";
import { inputPicture } from "./pictures";

const METHODS: readonly Choice<Method | "none">[] = [
  { value: "none", text: "reach", title: "The part of the input that this node depends on" },
  { value: "gradient", text: "gradient", title: "How much the node would change with each pixel" },
  {
    value: "gradient_times_input",
    text: "× input",
    title: "Gradient × input: how much each pixel, as bright as it is, adds as far as the gradient tells",
  },
  { value: "occlusion", text: "occlusion", title: "How much the node falls when a square of the input is covered" },
];

const CHANNELS = ["red", "green", "blue"];

const SENTENCES: Record<Method, string> = {
  gradient:
    "Orange: a little more of this pixel makes the node larger. Blue: it makes it smaller. Bare: it changes nothing, as far as the slope at this input tells.",
  gradient_times_input:
    "The slope at each pixel × the pixel's value: orange pixels push the node up, blue ones down. It is exact only for what is linear in the input.",
  occlusion:
    "Each pixel's colour says how much the node loses when a square around it is covered: orange where the node falls, so where it needs what is there; blue where it rises.",
};

/** Where the overlay has no colour at all. */
const NOTHING: Record<Method, string> = {
  gradient: "It is 0 at every pixel: a small change of this input changes nothing here.",
  gradient_times_input: "It is 0 at every pixel: a small change of this input changes nothing here.",
  occlusion: "It is 0 everywhere: whichever square is covered, the node keeps its value.",
};

/** "row 3", "rows 3 to 5". */
function extent(what: string, start: number, stop: number): string {
  return stop - start === 1 ? `${what} ${start}` : `${what}s ${start} to ${stop - 1}`;
}

function fieldSentence({ start, stop }: Field, shape: readonly number[]): string {
  const [top = 0, left = 0] = start;
  const [bottom = 1, right = 1] = stop;
  const [rows = 1, columns = 1] = shape;
  if (bottom - top >= rows && right - left >= columns) return "Every pixel of the input can change this node.";
  const size = `${bottom - top}×${right - left} of ${rows}×${columns} pixels`;
  return `Only ${extent("row", top, bottom)}, ${extent("column", left, right)} of the input can change this node: ${size}.`;
}

/** The legend of an overlay, and what its colours mean. */
function Key({ attribution }: { attribution: Attribution }) {
  const theme = useStudioState((state) => state.view.theme);
  const legend = useMemo(
    () => legendOf(colorScale([attribution.values]), PALETTES[theme]),
    [attribution.values, theme],
  );
  if (legend.limit === 0 && legend.note === "") return <p class="muted">{NOTHING[attribution.method]}</p>;
  const limit = formatValue(legend.limit, 3);
  return (
    <>
      <p class="seen-key">
        <span>-{limit}</span>
        <span
          class="legend-ramp"
          style={{ background: `linear-gradient(to right, ${legend.stops.join(", ")})` }}
          role="img"
          aria-label={`Colours from blue at -${limit} over clear at 0 to orange at ${limit}`}
        >
          <i>0</i>
        </span>
        <span>{limit}</span>
      </p>
      {legend.note !== "" && <p class="muted">{legend.note}</p>}
      <p class="muted">
        {SENTENCES[attribution.method]}
        {attribution.window !== null && ` The square is ${attribution.window.join("×")}.`}
      </p>
    </>
  );
}

/** What of the input a node depends on, and how much each pixel counts for it, over the picture of the input. */
export function SeenSection({ answer, node }: { answer: Answer; node: NodeReference }) {
  const actions = useActions();
  const theme = useStudioState((state) => state.view.theme);
  const { field, attribution, method, unseen } = useStudioState((state) => state.images);
  const picture = useMemo(() => inputPicture(answer, theme), [answer, theme]);
  const name = nodeName(node);
  const input = answer.layers[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another node, input or method is another question.
  useEffect(() => {
    if (picture !== null && node.layer !== "input") actions.look(node);
  }, [actions, name, answer.edit, method, picture !== null]);
  const shown =
    attribution !== null &&
    attribution.method === method &&
    attribution.edit.document === answer.edit.document &&
    nodeName(attribution.target) === name
      ? attribution
      : null;
  const overlays = useMemo(() => {
    if (shown === null) return [];
    const { limit } = colorScale([shown.values]);
    const { rows, columns, channels } =
      shown.shape.length === 2
        ? { rows: shown.shape[0] ?? 1, columns: shown.shape[1] ?? 1, channels: 1 }
        : mapSize(shown.shape);
    return Array.from({ length: channels }, (_, channel) => ({
      title: channels === 1 ? null : (CHANNELS[channel] ?? `channel ${channel}`),
      picture: overlayPicture(mapValues(shown.values, channels, channel), rows, columns, limit, PALETTES[theme]),
    }));
  }, [shown, theme]);
  const under = useMemo(
    () => (picture === null || overlays.length === 0 ? picture : fadedPicture(picture, PALETTES[theme])),
    [picture, overlays.length, theme],
  );
  if (picture === null || under === null || input === undefined || node.layer === "input") return null;
  const own =
    field !== null && field.edit.document === answer.edit.document && nodeName(field.node) === name ? field : null;
  const frames: MapFrame[] =
    own === null
      ? []
      : [
          {
            row: own.start[0] ?? 0,
            column: own.start[1] ?? 0,
            rows: (own.stop[0] ?? 1) - (own.start[0] ?? 0),
            columns: (own.stop[1] ?? 1) - (own.start[1] ?? 0),
            kind: "field",
          },
        ];
  const stale = shown !== null && shown.edit !== answer.edit;
  return (
    <section class="seen-section" aria-label="What it sees of the input">
      <h3>What it sees of the input</h3>
      <Choices
        label="How much each pixel counts"
        chosen={method ?? "none"}
        choices={METHODS}
        onChange={(value) => actions.setMethod(value === "none" ? null : value)}
      />
      {overlays.length > 1 ? (
        <div class={stale ? "seen-channels stale" : "seen-channels"}>
          {overlays.map((overlay) => (
            <figure key={overlay.title}>
              <MapCanvas
                picture={under}
                overlay={overlay.picture}
                frames={frames}
                label={`The input, and how much ${overlay.title} counts for ${name}`}
              />
              <figcaption class="muted">{overlay.title}</figcaption>
            </figure>
          ))}
        </div>
      ) : (
        <div class={stale ? "seen-picture stale" : "seen-picture"}>
          <MapCanvas
            picture={under}
            overlay={overlays[0]?.picture ?? null}
            frames={frames}
            label={
              shown === null
                ? `The input, with the part that ${name} depends on`
                : `The input, and how much each pixel counts for ${name}`
            }
          />
        </div>
      )}
      {own !== null && <p class="muted">{fieldSentence(own, input.shape)}</p>}
      {shown !== null && <Key attribution={shown} />}
      {unseen !== null && <p class="invalid">It cannot be shown: {unseen}</p>}
      {method !== null && shown === null && unseen === null && (
        <p class="muted">It is being computed for {formatCount(input.output.length)} values…</p>
      )}
    </section>
  );
}
