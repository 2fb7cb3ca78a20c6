import { formatCount, formatShape } from "../format";
import type { SummaryLayer } from "../wire";
import { useActions, useStudioState } from "./context";
import { useWindow, WindowedBody } from "./WindowedBody";

const ROW = 30;

function Row({
  layer,
  position,
  selected,
  onSelect,
  title,
}: {
  layer: SummaryLayer;
  position: number;
  selected: boolean;
  onSelect: () => void;
  title: string | undefined;
}) {
  return (
    <tr class={selected ? "selected" : undefined} aria-rowindex={position + 2} onClick={onSelect}>
      <th scope="row">{layer.name}</th>
      <td title={title}>{layer.kind}</td>
      <td>{layer.inputs.join(", ")}</td>
      <td class="number">{formatShape(layer.output_shape)}</td>
      <td class="number">{formatCount(layer.parameters)}</td>
      <td class="number">{formatCount(layer.multiply_adds)}</td>
    </tr>
  );
}

/** The network as a table: a row for each layer, with its shape, parameters and multiply-adds, and the totals. */
export function SummaryTab() {
  const actions = useActions();
  const summary = useStudioState((state) => state.answer?.summary ?? null);
  const selected = useStudioState((state) => state.selected?.layer);
  const kinds = useStudioState((state) => state.layerKinds);
  const view = useWindow(summary?.layers.length ?? 0, ROW);

  if (summary === null) return <div class="skeleton-lines" aria-hidden="true" />;
  const rows = summary.layers.slice(view.first, view.end);
  return (
    <div class="tab-body">
      <dl class="totals">
        <div>
          <dt>Parameters</dt>
          <dd>{formatCount(summary.total_parameters)}</dd>
        </div>
        <div>
          <dt>Trainable</dt>
          <dd>{formatCount(summary.trainable_parameters)}</dd>
        </div>
        {summary.non_trainable_parameters > 0 && (
          <div>
            <dt>Not trainable</dt>
            <dd>{formatCount(summary.non_trainable_parameters)}</dd>
          </div>
        )}
        <div>
          <dt>
            <abbr title="One multiplication followed by one addition, counted once, for one example. Biases and activations are not counted.">
              Multiply-adds
            </abbr>
          </dt>
          <dd>{formatCount(summary.multiply_adds)}</dd>
        </div>
        <div>
          <dt>Memory of the parameters</dt>
          <dd>{formatBytes(summary.parameter_bytes)}</dd>
        </div>
      </dl>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section class="table-scroll" ref={view.host} onScroll={view.onScroll} tabIndex={0} aria-label="Summary, table">
        <table class="summary" aria-rowcount={summary.layers.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">Layer</th>
              <th scope="col">Kind</th>
              <th scope="col">Reads</th>
              <th scope="col" class="number">
                Output shape
              </th>
              <th scope="col" class="number">
                Parameters
              </th>
              <th scope="col" class="number">
                Multiply-adds
              </th>
            </tr>
          </thead>
          <WindowedBody view={view} columns={6}>
            {rows.map((layer, offset) => (
              <Row
                key={layer.name}
                layer={layer}
                position={view.first + offset}
                selected={layer.name === selected}
                title={kinds.get(layer.kind)?.description}
                onSelect={() => actions.show({ layer: layer.name, index: layer.output_shape.map(() => 0) })}
              />
            ))}
          </WindowedBody>
        </table>
      </section>
    </div>
  );
}

function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${formatCount(bytes)} bytes`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
