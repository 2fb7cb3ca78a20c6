import { formatCount, nodeName } from "../../format";
import type { Answer } from "../../store";
import { mapSize, placeOf } from "../../windows";
import type { Explanation, TracedLayer } from "../../wire";
import { useActions } from "../context";
import { MapCanvas, type MapFrame } from "./MapCanvas";
import { called, hasMaps, useMapPictures } from "./pictures";

/** The map that a global pooling makes one number of; null for other nodes. */
export function pooledMap(answer: Answer, explanation: Explanation): TracedLayer | null {
  const [term] = explanation.terms;
  const source = term === undefined ? undefined : answer.byName.get(term.source.layer);
  const target = answer.byName.get(explanation.layer);
  if (source === undefined || target === undefined || !hasMaps(source.shape)) return null;
  const pools = explanation.operation === "maximum" || explanation.operation === "weighted_sum";
  return pools && explanation.kind.startsWith("Global") ? source : null;
}

/** The whole map as one window, with the winner of a maximum framed. */
export function WholeMapSection(props: { answer: Answer; explanation: Explanation; source: TracedLayer }) {
  const { answer, explanation, source } = props;
  const actions = useActions();
  const picture = useMapPictures(answer);
  const [term] = explanation.terms;
  if (term === undefined) return null;
  const { channel } = placeOf(term.source.index);
  const { rows, columns } = mapSize(source.shape);
  const winner = explanation.terms.find((one) => one.winner === true);
  const frames: MapFrame[] = [];
  if (winner !== undefined) {
    const { row, column } = placeOf(winner.source.index);
    frames.push({ row, column, rows: 1, columns: 1, kind: "pixel" });
  }
  return (
    <section class="window-section" aria-label="Window">
      <h3>Window</h3>
      <div class="seen-picture">
        <MapCanvas
          picture={picture(source, channel)}
          label={`${source.name}, ${called(source, channel)}${winner === undefined ? "" : ", with its largest pixel"}`}
          frames={frames}
          onPick={({ row, column }) =>
            actions.show({
              layer: source.name,
              index: source.shape.length === 3 ? [row, column, channel] : [column, channel],
            })
          }
        />
      </div>
      <p class="muted">
        The window is all of {called(source, channel)} of {source.name}, {formatCount(rows * columns)} pixels:{" "}
        {winner === undefined ? "the node is their mean." : `the node is the largest, ${nodeName(winner.source)}.`}
      </p>
    </section>
  );
}
