import { useMemo, useState } from "preact/hooks";
import { colorScale, PALETTES } from "../../color";
import { formatValue } from "../../format";
import { mapValues } from "../../graph_maps";
import { flatIndex } from "../../layout";
import { colourPicture, isColour, valuesPicture } from "../../picture";
import type { NetworkDocument } from "../../wire";
import { useStudioState } from "../context";
import { featureName, type Range, type Reading } from "../inputs";
import { NumberField } from "../NumberField";
import { MapCanvas } from "./MapCanvas";

/** Channels that have a field for the pixel under the cursor. */
const FIELDS = 4;
const CHANNELS = ["red", "green", "blue"];

interface Props {
  document: NetworkDocument;
  values: readonly number[];
  range: Range;
  read: (text: string) => Reading;
  onChange: (flat: number, value: number) => void;
  onPasteBlock: (flat: number, text: string) => boolean;
}

/** An input of several channels: as one picture where they are colours, each channel below, and one pixel exactly. */
export function ChannelInput({ document, values, range, read, onChange, onPasteBlock }: Props) {
  const { shape, preprocessing } = document.input;
  const [rows = 1, columns = 1, channels = 1] = shape;
  const theme = useStudioState((state) => state.view.theme);
  const [place, setPlace] = useState({ row: Math.floor(rows / 2), column: Math.floor(columns / 2) });
  const [channel, setChannel] = useState(0);
  const coloured = isColour(shape);
  const maps = useMemo(() => {
    const all = Float64Array.from(values);
    const { limit } = colorScale([all]);
    return Array.from({ length: Math.min(channels, 16) }, (_, at) =>
      valuesPicture(mapValues(all, channels, at), rows, columns, limit, PALETTES[theme]),
    );
  }, [values, channels, rows, columns, theme]);
  const main = useMemo(
    () => (coloured ? colourPicture(values, shape, preprocessing) : maps[channel]),
    [coloured, values, shape, preprocessing, maps, channel],
  );
  const nameOf = (at: number) => (coloured ? (CHANNELS[at] ?? String(at)) : String(at));
  const frame = { ...place, rows: 1, columns: 1, kind: "pixel" as const };
  const onKeyDown = (event: KeyboardEvent) => {
    const [down, right] =
      { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    if (down === undefined || right === undefined) return;
    event.preventDefault();
    setPlace({
      row: Math.min(Math.max(place.row + down, 0), rows - 1),
      column: Math.min(Math.max(place.column + right, 0), columns - 1),
    });
  };
  const shownFields = channels <= FIELDS ? Array.from({ length: channels }, (_, at) => at) : [channel];
  if (main === undefined) return null;
  return (
    <div class="channel-input">
      <div
        class="channel-surface"
        role="application"
        aria-roledescription="picture"
        aria-label={`Input picture, ${rows} rows and ${columns} columns. Arrow keys choose the pixel whose values stand below.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys, see its label.
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <MapCanvas picture={main} frames={[frame]} onPick={setPlace} />
      </div>
      <ul class="channel-maps" aria-label="Channels">
        {maps.map((picture, at) => (
          <li key={nameOf(at)}>
            {coloured ? (
              <>
                <MapCanvas picture={picture} frames={[frame]} onPick={setPlace} />
                <span class="muted">{nameOf(at)}</span>
              </>
            ) : (
              <button
                type="button"
                aria-pressed={at === channel}
                aria-label={`Channel ${nameOf(at)}`}
                onClick={() => setChannel(at)}
              >
                <MapCanvas picture={picture} frames={[frame]} />
                <span class="muted">{nameOf(at)}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      <p class="pixel-status" aria-live="polite">
        row {place.row}, column {place.column}:{" "}
        {shownFields
          .map((at) => formatValue(values[flatIndex(shape, [place.row, place.column, at])] ?? Number.NaN, 3))
          .join(", ")}
      </p>
      <details class="pixel-exactly">
        <summary>Change this pixel</summary>
        <div class="channel-fields">
          {shownFields.map((at) => {
            const flat = flatIndex(shape, [place.row, place.column, at]);
            return (
              <div key={at}>
                <span class="feature-name fixed">{nameOf(at)}</span>
                <NumberField
                  key={flat}
                  label={`${featureName(document, flat)}, ${nameOf(at)}`}
                  value={values[flat] ?? 0}
                  step={range.step}
                  display={(value) => formatValue(value)}
                  read={read}
                  onChange={(value) => onChange(flat, value)}
                  onPasteBlock={(text) => onPasteBlock(flat, text)}
                />
              </div>
            );
          })}
        </div>
      </details>
    </div>
  );
}
