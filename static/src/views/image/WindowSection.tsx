import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatFull, formatValue, nodeName } from "../../format";
import type { Answer } from "../../store";
import {
  indexAt,
  mapSize,
  nodeLookingAt,
  placeOf,
  rowsAndColumns,
  spanOf,
  type WindowGrid,
  windowGrids,
} from "../../windows";
import type { Explanation, NodeReference, TracedLayer } from "../../wire";
import { useActions, useStudioState } from "../context";
import { WeightField } from "../edit/WeightField";
import { biasPlace, kernelPlace, weightStep } from "../edit/weight_places";
import { Icon } from "../Icon";
import { MapCanvas, type MapFrame } from "./MapCanvas";
import { called, titled, useMapPictures } from "./pictures";
import { useSlide } from "./useSlide";
import { WindowGrids } from "./WindowGrids";

/** More input maps than this are shown only when asked for. */
const MAPS_SHOWN = 48;

/** "row 3", "rows 3 to 5". */
function span(what: string, first: number, length: number): string {
  return length === 1 ? `${what} ${first}` : `${what}s ${first} to ${first + length - 1}`;
}

/** Where the window stands, in words. */
function placeSentence(explanation: Explanation, source: TracedLayer): string {
  if (explanation.window === undefined) return "";
  const window = rowsAndColumns(explanation.window);
  const reach = spanOf(window);
  const flat = source.shape.length === 2;
  const rows = flat ? "" : `${span("row", window.start[0], reach.rows)}, `;
  const steps = span(flat ? "step" : "column", window.start[1], reach.columns);
  const apart = Math.max(...window.dilation) > 1 ? `, its cells ${Math.max(...window.dilation)} apart` : "";
  const outside = explanation.window.padding.some(([before, after]) => before + after > 0)
    ? " What lies outside of the input is padding and adds nothing."
    : "";
  const stride = Math.max(...window.strides);
  const moves = stride > 1 ? ` It moves ${stride} at a time.` : "";
  const size = flat ? `${window.size[1]} wide` : `${window.size[0]}×${window.size[1]}`;
  return `The window, ${size}${apart}, looks at ${rows}${steps} of ${source.name}.${moves}${outside}`;
}

interface Props {
  answer: Answer;
  explanation: Explanation;
  source: TracedLayer;
  target: TracedLayer;
}

/** The player that slides the window over the image. */
function SlideBar({ node, target }: { node: NodeReference; target: TracedLayer }) {
  const { playing, toggle, step } = useSlide(node, target.shape);
  const { row, column } = placeOf(node.index);
  return (
    // biome-ignore lint/a11y/useSemanticElements: these are buttons, not the fields of a form.
    <div class="slide-bar" role="group" aria-label="Slide the window">
      <button
        type="button"
        class="button quiet icon small"
        aria-label="Window back"
        title="One position back"
        onClick={() => step(-1)}
      >
        <Icon name="stepBack" />
      </button>
      <button
        type="button"
        class="button small icon"
        aria-label={playing ? "Stop sliding" : "Slide the window over the image"}
        title={playing ? "Stop sliding" : "Slide the window over the image, position by position"}
        aria-pressed={playing}
        onClick={toggle}
      >
        <Icon name={playing ? "pause" : "play"} />
      </button>
      <button
        type="button"
        class="button quiet icon small"
        aria-label="Window on"
        title="One position on"
        onClick={() => step(1)}
      >
        <Icon name="stepForward" />
      </button>
      <span class="muted">{target.shape.length === 3 ? `row ${row}, column ${column}` : `step ${column}`}</span>
    </div>
  );
}

/** The window in one input map, and the pixel that comes of it; pointing at either moves the window. */
function Pair({ answer, explanation, source, target, channel }: Props & { channel: number }) {
  const actions = useActions();
  const picture = useMapPictures(answer);
  if (explanation.window === undefined) return null;
  const window = rowsAndColumns(explanation.window);
  const reach = spanOf(window);
  const own = placeOf(explanation.index);
  const frame: MapFrame = {
    row: window.start[0],
    column: window.start[1],
    rows: reach.rows,
    columns: reach.columns,
    kind: "window",
  };
  const pixel: MapFrame = { row: own.row, column: own.column, rows: 1, columns: 1, kind: "pixel" };
  const looking = (place: { row: number; column: number }) =>
    nodeLookingAt(explanation, target.shape, place.row, place.column, source.shape);
  const standing = ({ row, column }: { row: number; column: number }): NodeReference => ({
    layer: target.name,
    index: indexAt(target.shape.length, row, column, own.channel),
  });
  return (
    <div class="window-pair">
      <figure>
        <MapCanvas
          picture={picture(source, channel)}
          label={`${titled(source, channel)}, with the window`}
          frames={[frame]}
          gliding
          onPoint={(place) => actions.focus(place === null ? null : looking(place))}
          onPick={(place) => actions.select(looking(place))}
        />
        <figcaption>{titled(source, channel)}</figcaption>
      </figure>
      <span class="window-sign" aria-hidden="true">
        →
      </span>
      <figure>
        <MapCanvas
          picture={picture(target, own.channel)}
          label={`${titled(target, own.channel)}, with the pixel`}
          frames={[pixel]}
          gliding
          onPoint={(place) => actions.focus(place === null ? null : standing(place))}
          onPick={(place) => actions.select(standing(place))}
        />
        <figcaption>{titled(target, own.channel)}</figcaption>
      </figure>
    </div>
  );
}

/** Every input map with the window framed and the sum of its products; the one whose products are shown is chosen here. */
function Channels(
  props: Props & { grids: readonly WindowGrid[]; chosen: number; onChoose: (channel: number) => void },
) {
  const { answer, explanation, source, grids, chosen, onChoose } = props;
  const picture = useMapPictures(answer);
  const [all, setAll] = useState(false);
  if (explanation.window === undefined) return null;
  const window = rowsAndColumns(explanation.window);
  const reach = spanOf(window);
  const largest = grids.reduce((most, { sum }) => Math.max(most, Math.abs(sum ?? 0)), 0);
  const shown = all ? grids : grids.slice(0, MAPS_SHOWN);
  const frame: MapFrame = {
    row: window.start[0],
    column: window.start[1],
    rows: reach.rows,
    columns: reach.columns,
    kind: "window",
  };
  return (
    <>
      <ul class="window-channels" aria-label={`Sums of the ${grids.length} input maps`}>
        {shown.map(({ channel, sum }) => (
          <li key={channel}>
            <button
              type="button"
              aria-pressed={channel === chosen}
              aria-label={`${called(source, channel)}${sum === null ? "" : `, sum ${formatValue(sum)}`}`}
              title={`Show the products in ${called(source, channel)}${sum === null ? "" : `; they add up to ${formatFull(sum)}`}`}
              data-sum={sum === null ? undefined : String(sum)}
              onClick={() => onChoose(channel)}
            >
              <MapCanvas picture={picture(source, channel)} frames={[frame]} />
              <span class="channel-name">{called(source, channel).replace("map ", "")}</span>
              {sum !== null && (
                <>
                  <span class="channel-sum">{formatValue(sum, 2)}</span>
                  <span class="bar" aria-hidden="true">
                    <i
                      class={sum < 0 ? "negative" : "positive"}
                      style={{
                        [sum < 0 ? "right" : "left"]: "50%",
                        width: `${largest > 0 ? (Math.abs(sum) / largest) * 50 : 0}%`,
                      }}
                    />
                  </span>
                </>
              )}
            </button>
          </li>
        ))}
      </ul>
      {grids.length > shown.length && (
        <button type="button" class="button small" onClick={() => setAll(true)}>
          Show all {formatCount(grids.length)} maps
        </button>
      )}
    </>
  );
}

/** The sums of all maps, the bias, and what they come to. */
function Total({ explanation, maps }: { explanation: Explanation; maps: number }) {
  const { bias, pre_activation: sum, value, activation } = explanation;
  const place = bias === null ? null : biasPlace(explanation);
  if (sum === null) return null;
  return (
    <table class="window-total">
      <tbody>
        <tr>
          <th scope="row">
            {maps === 1 ? "the products add up" : `the sums of ${formatCount(maps)} maps`}
            {bias === null ? "" : ", and the bias"}
          </th>
          <td class="number">
            {bias !== null &&
              (place === null ? (
                <span title={formatFull(bias)}>{formatValue(bias)}</span>
              ) : (
                <WeightField label="bias" place={place} value={bias} step={weightStep([bias])} />
              ))}
          </td>
        </tr>
        <tr class="sum">
          <th scope="row">
            <abbr title="All of it added up: the pre-activation">sum z</abbr>
          </th>
          <td class="number" data-value={String(sum)} title={formatFull(sum)}>
            {formatValue(sum)}
          </td>
        </tr>
        {activation !== null && activation !== "linear" && (
          <tr>
            <th scope="row">{activation} makes of it</th>
            <td class="number" title={formatFull(value)}>
              {formatValue(value)}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** The explanation of the pixel of the same map that is pointed at, once it is there; else of the selected one. */
function useLive(answer: Answer, selected: Explanation): Explanation {
  const focus = useStudioState((state) => state.focus);
  if (focus === null || focus.layer !== selected.layer || focus.index.at(-1) !== selected.index.at(-1)) return selected;
  return answer.explanations.get(nodeName(focus)) ?? selected;
}

/** How a node of a map came about: its window in every input map, the products in one of them, and the sums. The
 * window follows the pointer over its map. */
export function WindowSection({ answer, explanation: selected, source, target }: Props) {
  const explanation = useLive(answer, selected);
  const grids = windowGrids(explanation);
  const [wanted, setWanted] = useState<number | null>(null);
  const strongest = useMemo(
    () =>
      grids.reduce<WindowGrid | undefined>(
        (best, one) => (Math.abs(one.sum ?? 0) > Math.abs(best?.sum ?? 0) ? one : best),
        grids[0],
      ),
    [grids],
  );
  // The map that was looked at last stays, so that a sliding window can be followed.
  const kept = useRef<number | null>(null);
  const chosen = grids.find(({ channel }) => channel === (wanted ?? kept.current)) ?? strongest;
  useEffect(() => {
    kept.current = chosen?.channel ?? null;
  }, [chosen]);
  if (chosen === undefined) return null;
  const many = grids.length > 1;
  const weighted = explanation.operation === "weighted_sum";
  const { channels } = mapSize(source.shape);
  return (
    <section class="window-section" aria-label="Window">
      <h3>Window</h3>
      <p class="muted">
        {explanation !== selected && (
          <b>
            {nodeName(explanation)} = {formatValue(explanation.value)}.{" "}
          </b>
        )}
        {placeSentence(explanation, source)}
      </p>
      <Pair answer={answer} explanation={explanation} source={source} target={target} channel={chosen.channel} />
      <SlideBar node={selected} target={target} />
      <h4>
        {weighted ? "Products" : "Values"}
        {channels > 1 && ` in ${called(source, chosen.channel)}`}
        {channels > 3 && many ? ` of ${formatCount(channels)}` : ""}
        {chosen.sum !== null && weighted && (
          <span class="heading-sum" title={formatFull(chosen.sum)}>
            sum {formatValue(chosen.sum)}
          </span>
        )}
      </h4>
      <WindowGrids
        key={`${explanation.index.at(-1)} ${chosen.channel}`}
        grids={grids}
        grid={chosen}
        operation={explanation.operation}
        sourceName={source.name}
        placeOfWeight={(row, column) => kernelPlace(explanation, row, column, grids.indexOf(chosen))}
      />
      {many && (
        <>
          <h4>One sum for each input map</h4>
          <Channels
            answer={answer}
            explanation={explanation}
            source={source}
            target={target}
            grids={grids}
            chosen={chosen.channel}
            onChoose={setWanted}
          />
        </>
      )}
      {weighted && <Total explanation={explanation} maps={grids.length} />}
    </section>
  );
}

/** The parts of an answer that a window needs, where the explanation has one. */
export function windowParts(answer: Answer, explanation: Explanation) {
  const source = explanation.window === undefined ? undefined : answer.byName.get(explanation.window.layer);
  const target = answer.byName.get(explanation.layer);
  if (source === undefined || target === undefined || windowGrids(explanation).length === 0) return null;
  return { source, target };
}
