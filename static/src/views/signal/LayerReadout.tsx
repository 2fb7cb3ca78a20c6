import { formatCount, formatFull, formatValue } from "../../format";
import { formatShare, percentileName, type Signal, type SignalOf } from "../../signal";
import { WORDS } from "./words";

/** The numbers of one layer, at full precision when pointed at. */
export function LayerReadout({ signal, of, place }: { signal: Signal; of: SignalOf; place: number }) {
  const columns = signal[of];
  const name = signal.names[place];
  if (name === undefined) return null;
  const activation = signal.activations[place];
  const number = (value: number | undefined) =>
    value === undefined || Number.isNaN(value) ? <dd>—</dd> : <dd title={formatFull(value)}>{formatValue(value)}</dd>;
  const share = (title: string, words: string, values: Float64Array | undefined) => {
    const value = values?.[place];
    return value === undefined || Number.isNaN(value) ? null : (
      <div>
        <dt>
          <abbr title={words}>{title}</abbr>
        </dt>
        <dd title={formatFull(value)}>{formatShare(value)}</dd>
      </div>
    );
  };
  return (
    <div class="layer-readout">
      <p>
        <strong>{name}</strong>{" "}
        <span class="muted">
          {signal.kinds[place]}
          {activation === null || activation === undefined ? "" : `, ${activation}`},{" "}
          {formatCount(signal.nodes[place] ?? 0)} {signal.nodes[place] === 1 ? "node" : "nodes"}
        </span>
      </p>
      <dl>
        {signal.percentiles.map((percentile, at) => (
          <div key={percentile}>
            <dt>{percentileName(percentile)}</dt>
            {number(columns.percentiles[at]?.[place])}
          </div>
        ))}
        <div>
          <dt>
            <abbr title={WORDS.size}>size</abbr>
          </dt>
          {number(columns.size[place])}
        </div>
        {share("zeros", WORDS.zeros, columns.zeros)}
        {of === "values" && share("saturated", WORDS.saturated, signal.values.saturated)}
        {of === "values" && share("dead", WORDS.dead, signal.values.dead)}
        {share("not finite", WORDS.nonFinite, columns.nonFinite)}
      </dl>
    </div>
  );
}
