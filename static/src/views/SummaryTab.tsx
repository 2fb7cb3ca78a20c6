import { useEffect, useMemo, useState } from "preact/hooks";
import { formatCount, formatShape } from "../format";
import { describeFold, foldOf, summaryRows } from "../summary_rows";
import type { SummaryLayer, SummaryRepeat } from "../wire";
import { useActions, useStudioState } from "./context";
import { Icon } from "./Icon";
import { useWindow, WindowedBody } from "./WindowedBody";

const ROW = 30;

function Row({
  layer,
  position,
  selected,
  repeated,
  onSelect,
  title,
}: {
  layer: SummaryLayer;
  position: number;
  repeated: boolean;
  selected: boolean;
  onSelect: () => void;
  title: string | undefined;
}) {
  return (
    <tr class={selected ? "selected" : undefined} aria-rowindex={position + 2} onClick={onSelect}>
      <th scope="row" class={repeated ? "repeated" : undefined}>
        {layer.name}
      </th>
      <td title={title}>{layer.kind}</td>
      <td>{layer.inputs.join(", ")}</td>
      <td class="number">{formatShape(layer.output_shape)}</td>
      <td class="number">{formatCount(layer.parameters)}</td>
      <td class="number">{formatCount(layer.multiply_adds)}</td>
    </tr>
  );
}

/** A run of layers that say the same, in one row; while it is unfolded, the counts stand with its layers. */
function FoldRow(props: {
  layers: readonly SummaryLayer[];
  repeat: SummaryRepeat;
  open: boolean;
  position: number;
  selected: boolean;
  onToggle: () => void;
}) {
  const { layers, repeat, open, position, selected, onToggle } = props;
  const { names, kinds, allKinds, inputs, shape } = describeFold(layers, repeat);
  return (
    <tr class={selected ? "fold selected" : "fold"} aria-rowindex={position + 2} onClick={onToggle}>
      <th scope="row">
        <button type="button" class="link fold-button" aria-expanded={open}>
          <span class={open ? "turn" : "turn right"}>
            <Icon name="chevron" />
          </span>
          {names}
        </button>
      </th>
      <td
        title={`${allKinds}: the same ${formatCount(repeat.times)} times over; press to ${open ? "fold them" : "see every layer"}`}
      >
        <span class="times">{formatCount(repeat.times)} ×</span> {kinds}
      </td>
      <td>{inputs.join(", ")} …</td>
      <td class="number">{formatShape(shape)}</td>
      <td class="number">{open ? "" : formatCount(repeat.parameters)}</td>
      <td class="number">{open ? "" : formatCount(repeat.multiply_adds)}</td>
    </tr>
  );
}

/** The network as a table: a row for each layer, with its shape, parameters and multiply-adds, and the totals. */
export function SummaryTab() {
  const actions = useActions();
  const summary = useStudioState((state) => state.answer?.summary ?? null);
  const selected = useStudioState((state) => state.selected?.layer);
  const kinds = useStudioState((state) => state.layerKinds);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: another network has other runs.
  useEffect(() => setOpen(new Set()), [summary?.layers.length]);
  const all = useMemo(() => (summary === null ? [] : summaryRows(summary, open)), [summary, open]);
  const view = useWindow(all.length, ROW);
  const selectedFold = useMemo(
    () => (summary === null || selected === undefined ? null : foldOf(summary, selected)),
    [summary, selected],
  );

  if (summary === null) return <div class="skeleton-lines" aria-hidden="true" />;
  const rows = all.slice(view.first, view.end);
  const toggle = (first: number) => {
    const next = new Set(open);
    if (!next.delete(first)) next.add(first);
    setOpen(next);
  };
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
        <table class="summary" aria-rowcount={all.length + 1}>
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
            {rows.map((row, offset) =>
              row.type === "fold" ? (
                <FoldRow
                  key={`fold ${row.repeat.first}`}
                  layers={summary.layers}
                  repeat={row.repeat}
                  open={row.open}
                  position={view.first + offset}
                  selected={!row.open && row.repeat.first === selectedFold}
                  onToggle={() => toggle(row.repeat.first)}
                />
              ) : (
                <Row
                  key={row.layer.name}
                  layer={row.layer}
                  position={view.first + offset}
                  repeated={row.repeated}
                  selected={row.layer.name === selected}
                  title={kinds.get(row.layer.kind)?.description}
                  onSelect={() => actions.show({ layer: row.layer.name, index: row.layer.output_shape.map(() => 0) })}
                />
              ),
            )}
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
