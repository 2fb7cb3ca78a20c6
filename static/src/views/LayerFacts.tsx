import { formatCount, formatFull, formatValue } from "../format";
import type { TracedLayer } from "../wire";
import { useStudioState } from "./context";

/** The layer of the selected node: what its kind does, and what its values are like. */
export function LayerFacts({ layer }: { layer: TracedLayer }) {
  const kind = useStudioState((state) => state.layerKinds.get(layer.kind));
  const { min, max, mean, std, zeros, nan, inf } = layer.statistics;
  const figures = [
    ["smallest", min],
    ["largest", max],
    ["mean", mean],
    ["spread", std],
  ] as const;
  const counts = [
    ["zero", zeros],
    ["NaN", nan],
    ["infinite", inf],
  ] as const;
  return (
    <section class="layer-facts">
      <h3>
        Layer <span>{layer.name}</span>
      </h3>
      {kind !== undefined && <p class="muted">{`${layer.kind}: ${kind.description}`}</p>}
      {layer.size > 1 && (
        <dl>
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt title={name === "spread" ? "The standard deviation of the layer's values" : undefined}>{name}</dt>
              <dd title={formatFull(value)}>{formatValue(value)}</dd>
            </div>
          ))}
          {counts
            .filter(([, count]) => count > 0)
            .map(([name, count]) => (
              <div key={name} class="count">
                <dt>{name}</dt>
                <dd>
                  {formatCount(count)} of {formatCount(layer.size)}
                </dd>
              </div>
            ))}
        </dl>
      )}
    </section>
  );
}
