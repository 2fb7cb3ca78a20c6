import { type ParameterPlace, placeName } from "../../actions_edit";
import { formatValue } from "../../format";
import type { ParameterEdit } from "../../wire";
import { useActions, useStudioState } from "../context";
import { readTyped } from "../inputs";
import { NumberField } from "../NumberField";
import { editedValue } from "./weight_places";

const NO_EDITS: readonly ParameterEdit[] = [];
const read = (text: string) => readTyped(text, false);

interface Props {
  label: string;
  place: ParameterPlace;
  /** What the weight is in the answer on screen. */
  value: number;
  step: number;
}

/** One weight to type, scrub or nudge where it stands. */
export function WeightField({ label, place, value, step }: Props) {
  const actions = useActions();
  const name = placeName(place);
  // What is wanted is shown at once; the answer follows it.
  const wanted = useStudioState((state) => editedValue(state.present?.edits ?? NO_EDITS, name));
  return (
    <NumberField
      key={name}
      label={label}
      value={wanted ?? value}
      step={step}
      read={read}
      display={formatValue}
      scrub
      onChange={(next) => actions.setWeight(place, next)}
    />
  );
}
