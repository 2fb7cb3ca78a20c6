import { readingOf, type Signal, type SignalOf } from "../../signal";

/** How far each key goes through the depth, and where it leads. */
function placeAfter(key: string, place: number, count: number): number | null {
  const tenth = Math.max(2, Math.round(count / 10));
  const steps: Record<string, number> = {
    ArrowRight: 1,
    ArrowUp: 1,
    ArrowLeft: -1,
    ArrowDown: -1,
    PageUp: tenth,
    PageDown: -tenth,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? null : Math.min(count - 1, Math.max(0, place + step));
}

interface Props {
  signal: Signal;
  of: SignalOf;
  /** The layer that is read. */
  place: number;
  /** Reads another layer; null: goes back to the selected one. */
  onRead: (place: number | null) => void;
  onPick: (place: number) => void;
}

/** The keyboard's way through the drawing that it lies over: arrow keys read layer after layer, Enter selects one. */
export function LayerSlider({ signal, of, place, onRead, onPick }: Props) {
  return (
    <div
      class="layer-slider"
      role="slider"
      tabIndex={0}
      aria-label="Layer to read"
      aria-valuemin={0}
      aria-valuemax={signal.names.length - 1}
      aria-valuenow={place}
      aria-valuetext={readingOf(signal, of, place)}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const next = placeAfter(event.key, place, signal.names.length);
        if (next !== null) onRead(next);
        else if (event.key === "Enter" || event.key === " ") onPick(place);
        else if (event.key === "Escape") onRead(null);
        else return;
        event.preventDefault();
      }}
      onBlur={() => onRead(null)}
    />
  );
}
