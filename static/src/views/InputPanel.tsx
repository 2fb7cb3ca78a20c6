import { useId, useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatShape } from "../format";
import { takesImages } from "../images";
import type { Edit } from "../store";
import type { NetworkDocument } from "../wire";
import { useActions, useStudioState } from "./context";
import { readBlock } from "./edit/block";
import { FeatureRow } from "./FeatureRow";
import { Icon } from "./Icon";
import { ChannelInput } from "./image/ChannelInput";
import { ImageInput } from "./image/ImageInput";
import { TopClasses } from "./image/TopClasses";
import { defaultInputs, featureName, gridForm, inputRange, integerLimit, type Range, readTyped } from "./inputs";
import { PixelGrid } from "./PixelGrid";

/** A range that only grows while one network is open, so that a slider's scale does not move under the hand. */
function useRange(document: NetworkDocument, values: readonly number[]): Range {
  const kept = useRef<{ document: NetworkDocument; range: Range } | null>(null);
  const fresh = inputRange(document, values);
  const old = kept.current?.document === document ? kept.current.range : null;
  const wider = old === null || fresh.minimum < old.minimum || fresh.maximum > old.maximum;
  const range = wider ? fresh : old;
  kept.current = { document, range };
  return range;
}

function Values({ present }: { present: Edit }) {
  const actions = useActions();
  const { document, inputs } = present;
  const range = useRange(document, inputs);
  const integer = document.input.dtype === "int";
  const limit = integerLimit(document);
  const read = (text: string) => readTyped(text, integer, limit);
  const grid = useMemo(() => gridForm(document), [document]);
  const isImage = takesImages(document.input.shape) && !integer;
  const [refused, setRefused] = useState<string | null>(null);

  /** Fills the values from `flat` on with a row, a column or a block of numbers; one number is the field's own. */
  const pasteAt = (flat: number, text: string): boolean => {
    if (!/[\t\n;,\s]/.test(text.trim()) || "value" in read(text)) return false;
    const block = readBlock(text, read);
    if ("problem" in block) {
      setRefused(`${block.problem} Nothing was pasted.`);
      return true;
    }
    const numbers = block.values.flat();
    const room = inputs.length - flat;
    if (numbers.length > room) {
      const places = `${formatCount(room)} ${room === 1 ? "value" : "values"}`;
      setRefused(
        `There are ${formatCount(numbers.length)} numbers, but only ${places} from ${featureName(document, flat)} on. Nothing was pasted.`,
      );
      return true;
    }
    setRefused(null);
    actions.change(
      { ...present, inputs: inputs.map((old, position) => numbers[position - flat] ?? old) },
      `paste ${formatCount(numbers.length)} inputs`,
    );
    return true;
  };
  const refusal = refused !== null && (
    <div class="message notice paste-refused" role="alert">
      <div class="message-text">
        <p>{refused}</p>
      </div>
      <button type="button" class="button quiet icon small" aria-label="Dismiss" onClick={() => setRefused(null)}>
        <Icon name="close" />
      </button>
    </div>
  );

  if (isImage && document.input.shape.length === 3 && grid === null) {
    return (
      <>
        <ImageInput present={present} />
        <ChannelInput
          document={document}
          values={inputs}
          range={range}
          read={read}
          onChange={actions.setInput}
          onPasteBlock={pasteAt}
        />
        {refusal}
      </>
    );
  }
  if (grid !== null) {
    return (
      <>
        {isImage && <ImageInput present={present} />}
        <PixelGrid
          onPasteBlock={pasteAt}
          document={document}
          grid={grid}
          values={inputs}
          range={range}
          read={read}
          onPaint={(changes) => {
            const next = [...inputs];
            for (const [flat, value] of changes) next[flat] = value;
            actions.setInputs(next);
          }}
        />
        {refusal}
      </>
    );
  }
  return (
    <>
      <ul class="features">
        {inputs.map((value, flat) => (
          <FeatureRow
            // biome-ignore lint/suspicious/noArrayIndexKey: the index is what a feature is.
            key={flat}
            name={featureName(document, flat)}
            value={value}
            range={range}
            read={read}
            onChange={(next) => actions.setInput(flat, next)}
            onPasteBlock={(text) => pasteAt(flat, text)}
          />
        ))}
      </ul>
      {!integer && (
        <button type="button" class="button small samples-button" onClick={() => void actions.openSamples()}>
          <Icon name="table" />
          Samples
        </button>
      )}
      {refusal}
    </>
  );
}

/** The left panel: the example the network is given, each value to type, drag or paint. */
export function InputPanel() {
  const present = useStudioState((state) => state.present);
  const answer = useStudioState((state) =>
    state.answer?.edit.document === state.present?.document ? state.answer : null,
  );
  const actions = useActions();
  const heading = useId();
  if (present === null) {
    return (
      <section class="input-panel" aria-labelledby={heading}>
        <h2 id={heading} class="panel-title">
          Input
        </h2>
        <div class="skeleton-lines" aria-hidden="true">
          <i />
          <i />
          <i />
        </div>
      </section>
    );
  }
  const { document, inputs } = present;
  const example = defaultInputs(document);
  const changed = inputs.some((value, flat) => !Object.is(value, example[flat]));
  return (
    <section class="input-panel" aria-labelledby={heading}>
      <header class="panel-header">
        <h2 id={heading} class="panel-title">
          Input
        </h2>
        <span class="muted">
          {document.input.shape.length > 1 ? formatShape(document.input.shape) : formatCount(inputs.length)}
          {inputs.length === 1 ? " value" : " values"}
        </span>
        <button
          type="button"
          class="button quiet small"
          disabled={!changed}
          title="Back to the network's own example"
          onClick={() => actions.resetInputs()}
        >
          <Icon name="reset" />
          Reset
        </button>
      </header>
      <Values key={`${present.networkId} ${document.input.shape.join()}`} present={present} />
      {answer !== null && <TopClasses answer={answer} />}
      <details class="explain">
        <summary>How to change it</summary>
        <p>
          {gridForm(document) === null
            ? "Type a number, press the arrow keys in a field (with Shift: ten times as far), move a slider, or drag a name sideways. A row of numbers pasted into a field fills the following ones too. "
            : "Paint with the pointer, or move over the picture with the arrow keys and press Space. The field below it takes an exact number. "}
          Everything after it is computed again at once.
        </p>
      </details>
    </section>
  );
}
