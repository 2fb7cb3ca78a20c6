import { useRef } from "preact/hooks";
import { formatShape } from "../../format";
import type { InputSource } from "../../images";
import type { Edit } from "../../store";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

/** The formats that the server reads. */
export const IMAGE_TYPES = "image/png,image/jpeg,image/webp";

/** Why the last image could not be taken; nothing else has changed. */
export function ImageProblem() {
  const actions = useActions();
  const problem = useStudioState((state) => state.images.problem);
  if (problem === null) return null;
  return (
    <div class="message notice image-problem" role="alert">
      <div class="message-text">
        <p>
          <strong>{problem.title}.</strong> {problem.detail}
        </p>
      </div>
      <button
        type="button"
        class="button quiet icon small"
        aria-label="Dismiss"
        onClick={() => actions.dismissImageProblem()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}

/** Where the input came from, and what was done to the image. */
function Source({ source }: { source: InputSource }) {
  return (
    <section class="image-source" aria-label="Where the input comes from">
      <p>
        <b>{source.title}</b>
        {source.expected !== null && (
          <>
            , expected: <b>{source.expected.name}</b>
          </>
        )}
      </p>
      {source.steps.length > 0 && (
        <ol>
          {source.steps.map((step, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same step may come twice.
            <li key={at}>
              {step.operation}
              {step.detail === "" ? "" : `: ${step.detail}`}
              <span class="muted"> {formatShape(step.shape)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** A file, a drawing or an example as the input. */
export function ImageInput({ present }: { present: Edit }) {
  const actions = useActions();
  const reading = useStudioState((state) => state.images.reading);
  const source = useStudioState((state) => state.images.source);
  const covered = useStudioState((state) => state.images.drawing || state.images.chooser !== null);
  const file = useRef<HTMLInputElement>(null);
  return (
    <div class="image-input">
      {/* biome-ignore lint/a11y/useSemanticElements: these are buttons, not the fields of a form. */}
      <div class="image-buttons" role="group" aria-label="Take the input from" aria-busy={reading}>
        <button type="button" class="button small" onClick={() => file.current?.click()}>
          <Icon name="upload" />
          Image
        </button>
        <button type="button" class="button small" onClick={() => actions.setDrawing(true)}>
          <Icon name="pen" />
          Sketch
        </button>
        <button type="button" class="button small" onClick={() => void actions.openSamples()}>
          <Icon name="table" />
          Samples
        </button>
      </div>
      <input
        ref={file}
        hidden
        type="file"
        accept={IMAGE_TYPES}
        aria-label="Image file"
        onChange={(event) => {
          const [chosen] = event.currentTarget.files ?? [];
          if (chosen !== undefined) void actions.giveImage(chosen, chosen.name);
          // The same file again is a choice too.
          event.currentTarget.value = "";
        }}
      />
      <p class="muted image-hint">
        {reading ? "The image is being read…" : "An image can also be dropped or pasted anywhere on the page."}
      </p>
      {!covered && <ImageProblem />}
      {source !== null && source.inputs === present.inputs && <Source source={source} />}
    </div>
  );
}
