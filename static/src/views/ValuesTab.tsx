import { useEffect, useId, useMemo } from "preact/hooks";
import { formatCount, formatFull, nodeName } from "../format";
import { flatIndex, indexOf } from "../layout";
import type { Answer } from "../store";
import type { TracedLayer } from "../wire";
import { CopyButton } from "./CopyButton";
import { useActions, useStudioState } from "./context";
import { useWindow, WindowedBody } from "./WindowedBody";

const ROW = 30;

/** Layers up to which the filter is a list; beyond it is a box to type in. */
const LISTED = 300;

/** Rows that are copied at most. */
const COPIED = 500_000;

interface Rows {
  layers: readonly TracedLayer[];
  /** The first row of each layer, and after the last the number of rows. */
  starts: readonly number[];
  count: number;
}

function rowsOf(layers: readonly TracedLayer[]): Rows {
  const starts = [0];
  for (const layer of layers) starts.push((starts.at(-1) ?? 0) + layer.size);
  return { layers, starts, count: starts.at(-1) ?? 0 };
}

/** The layer and place that a row shows: the last layer that starts at or before it. */
function locate({ layers, starts }: Rows, row: number): { layer: TracedLayer; flat: number } | null {
  let low = 0;
  let high = layers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= row) low = middle;
    else high = middle - 1;
  }
  const layer = layers[low];
  return layer === undefined ? null : { layer, flat: row - (starts[low] ?? 0) };
}

function asText(rows: Rows, byName: Answer["byName"], separator: string): string {
  const quote = (text: string) => (separator === "," && text.includes(",") ? `"${text}"` : text);
  const lines = [["layer", "index", "pre_activation", "value"].join(separator)];
  for (let row = 0; row < Math.min(rows.count, COPIED); row += 1) {
    const found = locate(rows, row);
    if (found === null) break;
    const { flat } = found;
    const layer = byName.get(found.layer.name) ?? found.layer;
    const before = layer.preActivation?.[flat];
    lines.push(
      [
        layer.name,
        quote(indexOf(layer.shape, flat).join(",")),
        before === undefined ? "" : formatFull(before),
        formatFull(layer.output[flat] ?? Number.NaN),
      ].join(separator),
    );
  }
  return `${lines.join("\n")}\n`;
}

/** Every value of the network as a table, at full precision. */
export function ValuesTab() {
  const actions = useActions();
  const answer = useStudioState((state) => state.answer);
  const selected = useStudioState((state) => state.selected);
  const wanted = useStudioState((state) => state.view.valuesLayer);
  const filterId = useId();
  const listId = useId();

  const all = answer?.layers;
  const rows = useMemo(() => {
    const only = all?.filter((layer) => layer.name === wanted) ?? [];
    return rowsOf(only.length > 0 ? only : (all ?? []));
  }, [all, wanted]);
  const view = useWindow(rows.count, ROW);

  const [firstInView, lastInView] = [locate(rows, view.first), locate(rows, Math.max(view.first, view.end - 1))];
  const inView = rows.layers
    .slice(
      firstInView === null ? 0 : rows.layers.indexOf(firstInView.layer),
      lastInView === null ? 0 : rows.layers.indexOf(lastInView.layer) + 1,
    )
    .map((layer) => layer.name)
    .join();
  useEffect(() => {
    if (inView !== "") actions.need("table", inView.split(","), "complete");
    return () => actions.need("table", [], "complete");
  }, [actions, inView]);

  const { scrollTo } = view;
  const names = all?.map((layer) => layer.name).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new selection moves the table, not new values.
  useEffect(() => {
    if (selected === null) return;
    const position = rows.layers.findIndex((layer) => layer.name === selected.layer);
    const layer = rows.layers[position];
    if (layer !== undefined) scrollTo((rows.starts[position] ?? 0) + flatIndex(layer.shape, selected.index));
  }, [selected, wanted, names]);

  if (all === undefined) return <div class="skeleton-lines" aria-hidden="true" />;
  const selectedName = selected === null ? null : nodeName(selected);
  const shown = Array.from({ length: view.end - view.first }, (_, offset) => view.first + offset);
  /** The rows as text, with the values that are not here yet. */
  const copied = async (separator: string): Promise<string> => {
    const names = rows.layers.filter((_, at) => (rows.starts[at] ?? 0) < COPIED).map((layer) => layer.name);
    return asText(rows, (await actions.fetchAll(names)).byName, separator);
  };
  const choose = (name: string) =>
    actions.setView({ valuesLayer: all.some((layer) => layer.name === name) ? name : null });

  return (
    <div class="tab-body">
      <div class="table-tools">
        <label for={filterId}>Layer</label>
        {all.length <= LISTED ? (
          <select id={filterId} value={wanted ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
            <option value="">all</option>
            {all.map((layer) => (
              <option key={layer.name} value={layer.name}>
                {layer.name}
              </option>
            ))}
          </select>
        ) : (
          <>
            <input
              id={filterId}
              type="text"
              list={listId}
              placeholder="all; type a name"
              autoComplete="off"
              defaultValue={wanted ?? ""}
              onChange={(event) => choose(event.currentTarget.value.trim())}
            />
            <datalist id={listId}>
              {all.slice(0, 50).map((layer) => (
                <option key={layer.name} value={layer.name} />
              ))}
            </datalist>
          </>
        )}
        <span class="muted">{rows.count === 1 ? "1 value" : `${formatCount(rows.count)} values`}</span>
        <span class="spring" />
        {rows.count > COPIED && <span class="muted">copies hold the first {formatCount(COPIED)}</span>}
        <CopyButton label="Copy CSV" text={() => copied(",")} />
        <CopyButton label="Copy TSV" text={() => copied("\t")} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section class="table-scroll" ref={view.host} onScroll={view.onScroll} tabIndex={0} aria-label="Values, table">
        <table class="values" aria-rowcount={rows.count + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">Node</th>
              <th scope="col">Layer</th>
              <th scope="col" class="number">
                Index
              </th>
              <th scope="col" class="number">
                <abbr title="The sum before the activation; empty where a layer has no activation">Pre-activation</abbr>
              </th>
              <th scope="col" class="number">
                Value
              </th>
            </tr>
          </thead>
          <WindowedBody view={view} columns={5}>
            {shown.map((row) => {
              const found = locate(rows, row);
              if (found === null) return null;
              const { layer, flat } = found;
              const index = indexOf(layer.shape, flat);
              const name = nodeName({ layer: layer.name, index });
              const before = layer.preActivation?.[flat];
              const value = layer.output[flat] ?? Number.NaN;
              const here = layer.fetched === "complete";
              return (
                <tr
                  key={name}
                  aria-rowindex={row + 2}
                  class={name === selectedName ? "selected" : undefined}
                  onClick={() => actions.show({ layer: layer.name, index })}
                >
                  <th scope="row">
                    <button type="button" class="link" aria-pressed={name === selectedName}>
                      {name}
                    </button>
                  </th>
                  <td>{layer.name}</td>
                  <td class="number">{index.join(",")}</td>
                  <td class="number">{before === undefined ? "" : formatFull(before)}</td>
                  <td class={!here || Number.isFinite(value) ? "number" : "number invalid"}>
                    {here ? formatFull(value) : "…"}
                  </td>
                </tr>
              );
            })}
          </WindowedBody>
        </table>
      </section>
    </div>
  );
}
