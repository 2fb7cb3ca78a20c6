import { Fragment } from "preact";
import { formatFull, formatValue } from "../../format";
import { formatShare, type Signal, type SignalOf } from "../../signal";
import { useWindow, WindowedBody } from "../WindowedBody";
import { WORDS } from "./words";

const ROW = 30;

/** The same numbers as the drawing shows, a row for each layer. */
export function SignalTable(props: {
  signal: Signal;
  of: SignalOf;
  selected: string | null;
  onPick: (place: number) => void;
}) {
  const { signal, of, selected, onPick } = props;
  const columns = signal[of];
  const view = useWindow(signal.names.length, ROW);
  const shown = Array.from({ length: view.end - view.first }, (_, offset) => view.first + offset);
  const number = (values: ArrayLike<number> | undefined, place: number) => {
    const value = values?.[place] ?? Number.NaN;
    return (
      <td class="number" title={Number.isNaN(value) ? undefined : formatFull(value)}>
        {Number.isNaN(value) ? "" : formatValue(value)}
      </td>
    );
  };
  const share = (values: ArrayLike<number>, place: number) => (
    <td class="number">{formatShare(values[place] ?? Number.NaN)}</td>
  );
  const kept = [0, 5, 25, 50, 75, 95, 100].map((percentile) => ({
    percentile,
    at: signal.percentiles.indexOf(percentile),
  }));
  const named = (percentile: number) =>
    percentile === 0 ? "Min" : percentile === 50 ? "Median" : percentile === 100 ? "Max" : `${percentile} %`;
  const words = (title: string, text: string) => (
    <th scope="col" class="number">
      <abbr title={text}>{title}</abbr>
    </th>
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="table-scroll" ref={view.host} onScroll={view.onScroll} tabIndex={0} aria-label="Signal, table">
      <table class="signal-table" aria-rowcount={signal.names.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Layer</th>
            <th scope="col">Kind</th>
            {kept.map(({ percentile }) => (
              <th key={percentile} scope="col" class="number">
                {named(percentile)}
              </th>
            ))}
            {words("Size", WORDS.size)}
            {words("Zeros", WORDS.zeros)}
            {of === "values" && words("Saturated", WORDS.saturated)}
            {of === "values" && words("Dead", WORDS.dead)}
            {words("Not finite", WORDS.nonFinite)}
          </tr>
        </thead>
        <WindowedBody view={view} columns={of === "values" ? 14 : 12}>
          {shown.map((place) => (
            <tr
              key={signal.names[place]}
              aria-rowindex={place + 2}
              class={signal.names[place] === selected ? "selected" : undefined}
              onClick={() => onPick(place)}
            >
              <th scope="row">
                <button type="button" class="link">
                  {signal.names[place]}
                </button>
              </th>
              <td>{signal.kinds[place]}</td>
              {kept.map(({ percentile, at }) => (
                <Fragment key={percentile}>{number(columns.percentiles[at], place)}</Fragment>
              ))}
              {number(columns.size, place)}
              {share(columns.zeros, place)}
              {of === "values" && share(signal.values.saturated, place)}
              {of === "values" && share(signal.values.dead, place)}
              {share(columns.nonFinite, place)}
            </tr>
          ))}
        </WindowedBody>
      </table>
    </section>
  );
}
