import { useMemo } from "preact/hooks";
import { SAMPLES_A_PAGE } from "../../actions_images";
import { formatCount, formatShape, formatValue } from "../../format";
import { type Chooser, type Dataset, fits, hasEnded, type Job, type Samples, targetText } from "../../images";
import { colourPicture, greyPicture, isColour, type Picture } from "../../picture";
import { useActions, useStudioState } from "../context";
import { Dialog } from "../Dialog";
import { ImageProblem } from "./ImageInput";
import { MapCanvas } from "./MapCanvas";

function megabytes(bytes: number): string {
  return `${formatValue(bytes / 1e6, 3)} MB`;
}

/** An example as a picture; null where it is none. */
function pictureOf(values: Float64Array, shape: readonly number[]): Picture | null {
  if (isColour(shape)) return colourPicture(values, shape, undefined);
  const side = Math.sqrt(values.length);
  const [rows = 1, columns = 1, channels = 1] =
    shape.length === 1 && values.length >= 49 && Number.isInteger(side) ? [side, side, 1] : shape;
  if (shape.length > 3 || channels !== 1 || rows < 2 || columns < 2) return null;
  return greyPicture(values, rows, columns);
}

function Sample({ samples, at }: { samples: Samples; at: number }) {
  const actions = useActions();
  const size = samples.inputs.length / Math.max(1, samples.count);
  const values = useMemo(() => samples.inputs.slice(at * size, (at + 1) * size), [samples, at, size]);
  const picture = useMemo(() => pictureOf(values, samples.shape), [values, samples.shape]);
  const label = targetText(samples.targets[at], samples.classes);
  const index = samples.start + at;
  return (
    <li>
      <button
        type="button"
        class="sample"
        aria-label={`Example ${formatCount(index)}, ${label}`}
        title={`${samples.split} example ${formatCount(index)}: ${label}`}
        onClick={() => void actions.takeSample(index)}
      >
        {picture === null ? (
          <span class="sample-values">
            {Array.from(values.slice(0, 6), (value) => formatValue(value, 3)).join(", ")}
            {values.length > 6 ? ", …" : ""}
          </span>
        ) : (
          <MapCanvas picture={picture} />
        )}
        <span class="sample-label">{label}</span>
      </button>
    </li>
  );
}

/** A data set that is not here: what to do about it. */
function Absent({ dataset, job }: { dataset: Dataset; job: Job | undefined }) {
  const actions = useActions();
  const { download } = dataset;
  const progress = job?.progress ?? null;
  const runs = job !== undefined && !hasEnded(job);
  return (
    <div class="absent">
      <p>{dataset.title} is not on this machine yet.</p>
      {download !== null && !runs && (
        <button type="button" class="button primary" onClick={() => void actions.download(dataset.name)}>
          {job === undefined ? "Download" : "Download again"} {megabytes(download.bytes)}
        </button>
      )}
      {runs && (
        <>
          <progress
            aria-label={`Download of ${dataset.title}`}
            max={progress?.total ?? undefined}
            value={progress === null || progress.total === null ? undefined : progress.done}
          />
          <p class="muted" role="status">
            {progress === null
              ? job.status === "queued"
                ? "It waits for its turn."
                : "The download begins."
              : `${megabytes(progress.done)}${progress.total === null ? "" : ` of ${megabytes(progress.total)}`}${
                  progress.seconds_left === null ? "" : `, about ${Math.ceil(progress.seconds_left)} s left`
                }`}
          </p>
          <button type="button" class="button" onClick={() => void actions.stopDownload(dataset.name)}>
            Stop
          </button>
        </>
      )}
      {job?.status === "failed" && (
        <p class="invalid" role="alert">
          {job.error ?? "The download failed."}
        </p>
      )}
      <p class="muted">
        Where its files are on this machine already, start the server with VITRINE_DATASETS_DIR naming their folder.
      </p>
      <p class="muted">
        Source: {dataset.source}
        {dataset.licence === "" ? "" : `. Licence: ${dataset.licence}`}
      </p>
    </div>
  );
}

function Pages({ chooser, total }: { chooser: Chooser; total: number }) {
  const actions = useActions();
  const { dataset, split, start } = chooser;
  if (dataset === null) return null;
  const go = (to: number) => void actions.showSamples(dataset, split, Math.max(0, Math.min(to, total - 1)));
  return (
    <nav class="sample-pages" aria-label="Pages of examples">
      <button type="button" class="button small" disabled={start === 0} onClick={() => go(start - SAMPLES_A_PAGE)}>
        Earlier
      </button>
      <span class="muted">
        {formatCount(start)} to {formatCount(Math.min(start + SAMPLES_A_PAGE, total) - 1)} of {formatCount(total)}
      </span>
      <button
        type="button"
        class="button small"
        disabled={start + SAMPLES_A_PAGE >= total}
        onClick={() => go(start + SAMPLES_A_PAGE)}
      >
        Later
      </button>
    </nav>
  );
}

/** Examples of data sets, to be taken as the input. */
export function SamplesDialog({ chooser }: { chooser: Chooser }) {
  const actions = useActions();
  const { datasets, samples, downloads } = useStudioState((state) => state.images);
  const shape = useStudioState((state) => state.present?.document.input.shape ?? []);
  const dataset = datasets?.find(({ name }) => name === chooser.dataset);
  return (
    <Dialog class="samples-dialog" title="Take an example as the input" onClose={() => actions.closeSamples()}>
      <ImageProblem />
      {datasets === null ? (
        <div class="skeleton-lines" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      ) : (
        <>
          <div class="samples-head">
            <label>
              Data set
              <select
                value={chooser.dataset ?? ""}
                onChange={(event) => {
                  const chosen = datasets.find(({ name }) => name === event.currentTarget.value);
                  if (chosen === undefined) return;
                  const split =
                    chooser.split in chosen.splits ? chooser.split : (Object.keys(chosen.splits)[0] ?? "train");
                  void actions.showSamples(chosen.name, split, 0);
                }}
              >
                {chooser.dataset === null && <option value="">Choose one</option>}
                {datasets.map((one) => (
                  <option key={one.name} value={one.name} disabled={!fits(one, shape)}>
                    {one.title}
                    {fits(one, shape) ? (one.here ? "" : " (to be downloaded)") : ` (${formatShape(one.shape)})`}
                  </option>
                ))}
              </select>
            </label>
            {dataset !== undefined && Object.keys(dataset.splits).length > 1 && (
              <label>
                Split
                <select
                  value={chooser.split}
                  onChange={(event) => void actions.showSamples(dataset.name, event.currentTarget.value, 0)}
                >
                  {Object.entries(dataset.splits).map(([name, count]) => (
                    <option key={name} value={name}>
                      {name} ({formatCount(count)})
                    </option>
                  ))}
                </select>
              </label>
            )}
          </div>
          {dataset === undefined ? (
            <p class="muted">
              No data set here has examples of this network's shape, {formatShape(shape)}. Those in the list that cannot
              be chosen have other shapes.
            </p>
          ) : (
            <>
              <p class="muted">{dataset.description}</p>
              {!dataset.here ? (
                <Absent dataset={dataset} job={downloads.get(dataset.name)} />
              ) : samples === null ? (
                <div class="samples-waiting" role="status">
                  <span class="visually-hidden">The examples are being read</span>
                </div>
              ) : (
                <>
                  <ul class="samples">
                    {Array.from({ length: samples.count }, (_, at) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: the number is what an example is called by.
                      <Sample key={samples.start + at} samples={samples} at={at} />
                    ))}
                  </ul>
                  <Pages chooser={chooser} total={samples.total} />
                </>
              )}
            </>
          )}
        </>
      )}
    </Dialog>
  );
}
