import { useMemo, useState } from "preact/hooks";
import type { ParameterPlace } from "../../actions_edit";
import { colorOf, css, PALETTES, textColor } from "../../color";
import { formatFull, formatValue } from "../../format";
import type { WindowCell, WindowGrid } from "../../windows";
import { useStudioState } from "../context";
import { WeightField } from "../edit/WeightField";
import { weightStep } from "../edit/weight_places";

/** Up to this many columns the numbers stand in all three grids; from there on only the products have room for them. */
const NUMBERS_UP_TO = 3;
/** More columns than this leave no room for a number at all. */
const PRODUCTS_UP_TO = 8;

type Quantity = "value" | "weight" | "product";

/** A number in the little room of a cell: ".41", "-.034", "2e-5"; the cell's title has all of it. */
function compact(number: number): string {
  const text = formatValue(number, 2).replace(/^(-?)0\./, "$1.");
  return text.length > 5 ? formatValue(number, 1).replace(/^(-?)0\./, "$1.") : text;
}

function quantityOf({ term }: WindowCell, quantity: Quantity): number | null {
  return term === null ? null : term[quantity];
}

function limitOf(grids: readonly WindowGrid[], quantity: Quantity): number {
  let most = 0;
  for (const { cells } of grids) {
    for (const cell of cells) {
      const size = Math.abs(quantityOf(cell, quantity) ?? 0);
      if (Number.isFinite(size) && size > most) most = size;
    }
  }
  return most;
}

interface TableProps {
  title: string;
  help: string;
  grid: WindowGrid;
  quantity: Quantity;
  limit: number;
  numbers: boolean;
  chosen: number | null;
  onPoint: (cell: number | null) => void;
  /** Cells can be chosen, to be changed. */
  onChoose?: (cell: number) => void;
}

function Written({ number, visible }: { number: number; visible: boolean }) {
  return <span class={visible ? undefined : "visually-hidden"}>{visible ? compact(number) : formatValue(number)}</span>;
}

/** One quantity of a window, each cell in its colour. */
function GridTable({ title, help, grid, quantity, limit, numbers, chosen, onPoint, onChoose }: TableProps) {
  const theme = useStudioState((state) => state.view.theme);
  const palette = PALETTES[theme];
  const { rows, columns, cells } = grid;
  return (
    <table class={`window-grid ${quantity}${numbers ? "" : " bare"}`} onPointerLeave={() => onPoint(null)}>
      <caption title={help}>{title}</caption>
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is what a row is.
          <tr key={row}>
            {cells.slice(row * columns, (row + 1) * columns).map((cell, column) => {
              const at = row * columns + column;
              const number = quantityOf(cell, quantity);
              const winner = cell.term?.winner === true;
              if (number === null) {
                return (
                  <td
                    key={cell.column}
                    class="padding"
                    title={
                      quantity === "weight"
                        ? "outside of the input: this weight meets nothing here"
                        : "padding: outside of the input, counts as 0"
                    }
                  >
                    {numbers && quantity !== "weight" ? <span class="muted">0</span> : ""}
                  </td>
                );
              }
              const fill = colorOf(palette, number, limit);
              return (
                <td
                  key={cell.column}
                  class={`${at === chosen ? "chosen" : ""}${winner ? " winner" : ""}`}
                  style={{ backgroundColor: css(fill), color: css(textColor(fill)) }}
                  title={formatFull(number)}
                  data-value={String(number)}
                  onPointerEnter={() => onPoint(at)}
                >
                  {onChoose === undefined ? (
                    <Written number={number} visible={numbers} />
                  ) : (
                    <button
                      type="button"
                      aria-label={`Change the weight at row ${row}, column ${column}: ${formatValue(number)}`}
                      onClick={() => onChoose(at)}
                      onFocus={() => onPoint(at)}
                      onBlur={() => onPoint(null)}
                    >
                      <Written number={number} visible={numbers} />
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface Props {
  /** All grids of the node, for one colour scale, and the one that is shown. */
  grids: readonly WindowGrid[];
  grid: WindowGrid;
  operation: string;
  sourceName: string;
  /** Where a cell's weight stands among the parameters; null where it cannot be changed by itself. */
  placeOfWeight: (row: number, column: number) => ParameterPlace | null;
}

/** What the window holds × the kernel = the products, and in words the cell that is pointed at. */
export function WindowGrids({ grids, grid, operation, sourceName, placeOfWeight }: Props) {
  const [changed, setChanged] = useState<number | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const weighted = operation === "weighted_sum";
  const limits = useMemo(
    () => ({
      value: limitOf(grids, "value"),
      weight: limitOf(grids, "weight"),
      product: limitOf(grids, "product"),
    }),
    [grids],
  );
  const numbers = grid.columns <= NUMBERS_UP_TO;
  const common = { grid, chosen: pointed, onPoint: setPointed };
  const cell = pointed === null ? undefined : grid.cells[pointed];
  const term = cell?.term ?? null;
  const toChange = changed === null ? undefined : grid.cells[changed];
  const row = Math.floor((changed ?? 0) / grid.columns);
  const column = (changed ?? 0) % grid.columns;
  const place = toChange?.term ? placeOfWeight(row, column) : null;
  return (
    <div class="window-grids">
      <div class={weighted ? "window-row" : "window-row single"}>
        <GridTable
          {...common}
          title="window"
          help={`What ${sourceName} holds under the window`}
          quantity="value"
          limit={limits.value}
          numbers={numbers}
        />
        {weighted && (
          <>
            <span class="window-sign" aria-hidden="true">
              ×
            </span>
            <GridTable
              {...common}
              title="kernel"
              help="The weights that slide over the input with the window"
              quantity="weight"
              limit={limits.weight}
              numbers={numbers}
              {...(placeOfWeight(0, 0) === null ? {} : { onChoose: setChanged })}
            />
            <span class="window-sign" aria-hidden="true">
              =
            </span>
            <GridTable
              {...common}
              title="products"
              help="Value × weight, cell by cell"
              quantity="product"
              limit={limits.product}
              numbers={numbers}
            />
          </>
        )}
      </div>
      {!numbers && grid.columns <= PRODUCTS_UP_TO && (
        <GridTable
          {...common}
          title={weighted ? "products in numbers" : "the window in numbers"}
          help="Point at a cell to see what was multiplied"
          quantity={weighted ? "product" : "value"}
          limit={weighted ? limits.product : limits.value}
          numbers
        />
      )}
      <p class="window-readout muted">
        {cell === undefined || term === null
          ? weighted
            ? "Point at a cell to see what is multiplied there."
            : "Point at a cell to see its value in full."
          : `row ${cell.row}, column ${cell.column}: ${formatValue(term.value)}${
              weighted
                ? ` × ${formatValue(term.weight ?? Number.NaN)} = ${formatValue(term.product ?? Number.NaN)}`
                : ""
            }${term.winner ? ", the largest" : ""}`}
      </p>
      {place !== null && (
        <div class="window-weight">
          <span>
            weight at row {row}, column {column}
          </span>
          <WeightField
            label={`weight at row ${row}, column ${column} of the kernel`}
            place={place}
            value={toChange?.term?.weight ?? Number.NaN}
            step={weightStep(grid.cells.map((one) => one.term?.weight ?? 0))}
          />
          <p class="muted">The kernel is the same at every position: all pixels of the map change with it.</p>
        </div>
      )}
    </div>
  );
}
