import { formatShape, nodeName } from "../../format";
import type { Answer } from "../../store";
import { mapSize, placeOf } from "../../windows";
import type { Explanation, NodeReference, TracedLayer } from "../../wire";
import { useActions } from "../context";
import { MapCanvas } from "./MapCanvas";
import { hasMaps, useMapPictures } from "./pictures";

/** Where a pixel is, in words. */
function inWords({ layer, index }: NodeReference, shape: readonly number[]): string {
  if (!hasMaps(shape)) return nodeName({ layer, index });
  const { row, column, channel } = placeOf(index);
  const place = shape.length === 3 ? `row ${row}, column ${column}` : `step ${column}`;
  return `the pixel at ${place} of map ${channel} of ${layer}`;
}

function Pixel({ answer, layer, node }: { answer: Answer; layer: TracedLayer; node: NodeReference }) {
  const actions = useActions();
  const picture = useMapPictures(answer);
  const { row, column, channel } = placeOf(node.index);
  const { channels } = mapSize(layer.shape);
  return (
    <figure>
      <MapCanvas
        picture={picture(layer, channel)}
        label={`${layer.name}, map ${channel}, with the pixel`}
        frames={[{ row, column, rows: 1, columns: 1, kind: "pixel" }]}
        onPick={(place) =>
          actions.show({
            layer: layer.name,
            index: layer.shape.length === 3 ? [place.row, place.column, channel] : [place.column, channel],
          })
        }
      />
      <figcaption>
        {layer.name}, map {channel} of {channels}
      </figcaption>
    </figure>
  );
}

/** The source of a node that only passes a pixel on, where it comes out of maps; null where it does not. */
export function copiedPixel(answer: Answer, explanation: Explanation) {
  const [term] = explanation.terms;
  const source = term === undefined ? undefined : answer.byName.get(term.source.layer);
  const target = answer.byName.get(explanation.layer);
  // Upsampling repeats pixels, unless it draws lines between them.
  const copies =
    explanation.operation === "copy" || (explanation.kind === "UpSampling2D" && explanation.terms.length === 1);
  if (!copies || term === undefined || source === undefined || target === undefined) return null;
  return hasMaps(source.shape) ? { source, target, from: term.source } : null;
}

/** Which pixel became which node: Flatten, Reshape, padding, cropping, upsampling. */
export function CopySection(props: {
  answer: Answer;
  explanation: Explanation;
  source: TracedLayer;
  target: TracedLayer;
  from: NodeReference;
}) {
  const { answer, explanation, source, target, from } = props;
  const became = hasMaps(target.shape)
    ? inWords(explanation, target.shape)
    : `${nodeName(explanation)}, node ${explanation.index.join(",")} of ${formatShape(target.shape)}`;
  return (
    <section class="window-section" aria-label="Which pixel became which node">
      <h3>Which pixel became which node</h3>
      <div class="window-pair">
        <Pixel answer={answer} layer={source} node={from} />
        <span class="window-sign" aria-hidden="true">
          →
        </span>
        {hasMaps(target.shape) ? (
          <Pixel answer={answer} layer={target} node={explanation} />
        ) : (
          <p>
            <b>{nodeName(explanation)}</b>
          </p>
        )}
      </div>
      <p class="muted">
        {inWords(from, source.shape).replace(/^t/, "T")} became {became}.
      </p>
    </section>
  );
}
