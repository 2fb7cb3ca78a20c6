import type { ValueAt } from "./requests";
import { Value } from "./Value";

interface Props {
  name: string;
  at: ValueAt | null;
  /** The plot above draws the derivative too: say which line is which. */
  legend?: boolean;
}

/** The value and the slope at x, in words that stay in place while x moves. */
export function Readout({ name, at, legend = false }: Props) {
  return (
    <dl class="readout" data-x={at?.x}>
      <div>
        <dt>
          {legend && <Swatch line="plot-series-1" />}
          {name}({at === null ? "x" : <Value of={at.x} />})
        </dt>
        <dd data-quantity="value">{at === null ? "…" : <Value of={at.value} />}</dd>
      </div>
      <div>
        <dt>
          {legend && <Swatch line="plot-series-2 plot-dashed" />}
          slope
        </dt>
        <dd data-quantity="slope">{at === null ? "…" : <Value of={at.slope} />}</dd>
      </div>
    </dl>
  );
}

/** A piece of a line as it is drawn in the plot. */
export function Swatch({ line }: { line: string }) {
  return (
    <svg class="plot-swatch" viewBox="0 0 20 8" aria-hidden="true" focusable="false">
      <path class={`plot-curve ${line}`} d="M1,4H19" />
    </svg>
  );
}
