// biome-ignore-all lint/a11y/useSemanticElements: only cells in view exist, each at its own place: no table can do that.
// biome-ignore-all lint/a11y/useFocusableInteractive: heads and rows are not stops; the cells are.
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { placeName } from "../../actions_edit";
import { ApiError } from "../../api";
import { formatCount, formatFull, formatValue } from "../../format";
import type { Edit } from "../../store";
import { copyText } from "../clipboard";
import { useActions } from "../context";
import { Icon } from "../Icon";
import { readTyped } from "../inputs";
import { useMedia } from "../useMedia";
import { readBlock, writeBlock } from "./block";
import { problemText } from "./problems";
import { useCells, useFetchBlock } from "./useWeights";
import { cellIndex, extent, matrixForm, sliceFor } from "./weights_window";

/** Pixels of a column and of the column with the rows' heads; rows are higher for fingers than for a pointer. */
const WIDTH = 88;
const HEAD = 64;
const HEIGHTS = { pointer: 32, touch: 40 };
const TOUCH = "(pointer: coarse), (max-width: 860px)";

/** Cells are fetched in blocks of so many rows and columns. */
const BLOCK_ROWS = 24;
const BLOCK_COLUMNS = 12;

/** Cells copied at most. */
const COPIED = 1_000_000;

interface Cell {
  row: number;
  column: number;
}

interface Props {
  present: Edit;
  layer: string;
  parameter: string;
  shape: readonly number[];
  plane: readonly number[];
}

/** Rows and columns of one parameter: arrow keys move, typing replaces, a block is pasted at the cursor. */
export function WeightsGrid({ present, layer, parameter, shape, plane }: Props) {
  const actions = useActions();
  const fetchBlock = useFetchBlock();
  const host = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: 0, top: 0, width: 600, height: 400 });
  const [cursor, setCursor] = useState<Cell>({ row: 0, column: 0 });
  const [anchor, setAnchor] = useState<Cell>({ row: 0, column: 0 });
  const [draft, setDraft] = useState<string | null>(null);
  const [message, setMessage] = useState<{ text: string; wrong: boolean } | null>(null);
  const hint = useId();
  const rowHeight = useMedia(TOUCH) ? HEIGHTS.touch : HEIGHTS.pointer;
  const { rows, columns } = matrixForm(shape);

  const inRows = extent(place.top, place.height, rowHeight, rows, BLOCK_ROWS);
  const inColumns = extent(place.left, place.width, WIDTH, columns, BLOCK_COLUMNS);
  const { read, failure } = useCells(present, { layer, parameter }, shape, plane, inRows, inColumns);

  const measure = () => {
    const { current } = host;
    if (current === null) return;
    const { scrollLeft: left, scrollTop: top, clientWidth: width, clientHeight: height } = current;
    setPlace({ left, top, width, height });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: `measure` reads the element only.
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (host.current !== null) observer.observe(host.current);
    return () => observer.disconnect();
  }, []);

  // The active cell holds the keyboard's place, also when scrolling has made its element anew.
  const hadFocus = useRef(false);
  const tapped = useRef(false);
  // Before the next key arrives: the second digit goes where the first has begun.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when another cell is the active one.
  useLayoutEffect(() => {
    if (!hadFocus.current) return;
    const active = draft === null ? '[role="gridcell"][tabindex="0"]' : '[role="gridcell"] input';
    host.current?.querySelector<HTMLElement>(active)?.focus({ preventScroll: true });
  }, [cursor, draft === null, inRows.first, inColumns.first]);

  const clamp = ({ row, column }: Cell): Cell => ({
    row: Math.min(rows - 1, Math.max(0, row)),
    column: Math.min(columns - 1, Math.max(0, column)),
  });
  const reveal = ({ row, column }: Cell) => {
    const { current } = host;
    if (current === null) return;
    const top = row * rowHeight;
    const left = column * WIDTH;
    const height = current.clientHeight - rowHeight;
    const width = current.clientWidth - HEAD;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + rowHeight > current.scrollTop + height) current.scrollTop = top + rowHeight - height;
    if (left < current.scrollLeft) current.scrollLeft = left;
    else if (left + WIDTH > current.scrollLeft + width) current.scrollLeft = left + WIDTH - width;
    measure();
  };
  const go = (to: Cell, extend = false) => {
    const next = clamp(to);
    hadFocus.current = true;
    setDraft(null);
    setCursor(next);
    if (!extend) setAnchor(next);
    reveal(next);
  };
  const say = (text: string, wrong = false) => setMessage({ text, wrong });

  const selection = {
    top: Math.min(cursor.row, anchor.row),
    bottom: Math.max(cursor.row, anchor.row) + 1,
    left: Math.min(cursor.column, anchor.column),
    right: Math.max(cursor.column, anchor.column) + 1,
  };
  const put = async (cells: readonly { row: number; column: number; value: number }[], label: string) => {
    const edits = cells.map(({ row, column, value }) => ({
      layer,
      parameter,
      index: cellIndex(shape, plane, row, column),
      value,
    }));
    const error = await actions.setWeights(edits, label);
    if (error !== null) say(problemText(error), true);
    return error === null;
  };

  /** Writes what was typed; false where it is no number. */
  const commit = (): boolean => {
    if (draft === null) return true;
    const reading = readTyped(draft, false);
    if ("expected" in reading) {
      say(`Expected ${reading.expected}.`, true);
      return false;
    }
    const index = cellIndex(shape, plane, cursor.row, cursor.column);
    void put([{ ...cursor, value: reading.value }], placeName({ layer, parameter, index }));
    setMessage(null);
    setDraft(null);
    return true;
  };
  const paste = (text: string) => {
    const block = readBlock(text);
    if ("problem" in block) {
      say(block.problem, true);
      return;
    }
    const height = block.values.length;
    const width = block.values[0]?.length ?? 0;
    const fits = { rows: rows - selection.top, columns: columns - selection.left };
    if (height > fits.rows || width > fits.columns) {
      say(
        `The block has ${height} rows and ${width} columns, but from here there are ${fits.rows} and ${fits.columns}. Nothing was pasted.`,
        true,
      );
      return;
    }
    const cells = block.values.flatMap((line, row) =>
      line.map((value, column) => ({ row: selection.top + row, column: selection.left + column, value })),
    );
    setDraft(null);
    void put(cells, `paste into ${layer} ${parameter}`).then((done) => {
      if (done) say(`${formatCount(cells.length)} ${cells.length === 1 ? "value" : "values"} pasted.`);
    });
    setAnchor({ row: selection.top, column: selection.left });
    setCursor({ row: selection.top + height - 1, column: selection.left + width - 1 });
  };
  const copy = async (area: typeof selection) => {
    const height = area.bottom - area.top;
    const width = area.right - area.left;
    if (height * width > COPIED) {
      say(`That is more than ${formatCount(COPIED)} values; choose fewer.`, true);
      return;
    }
    try {
      const slice = sliceFor(
        shape,
        plane,
        { first: area.top, end: area.bottom },
        { first: area.left, end: area.right },
      );
      const { values } = await fetchBlock(present, { layer, parameter }, slice);
      const lines = Array.from({ length: height }, (_, row) => [...values.subarray(row * width, (row + 1) * width)]);
      const done = await copyText(writeBlock(lines));
      const many = height * width;
      say(
        done ? `${formatCount(many)} ${many === 1 ? "value" : "values"} copied.` : "Copying is not allowed here.",
        !done,
      );
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      say(problemText(error), true);
    }
  };

  const onCellKey = (event: KeyboardEvent) => {
    const control = event.ctrlKey || event.metaKey;
    const { row, column } = cursor;
    const page = Math.max(1, Math.floor(place.height / rowHeight) - 2);
    const moves: Record<string, Cell> = {
      ArrowUp: { row: control ? 0 : row - 1, column },
      ArrowDown: { row: control ? rows - 1 : row + 1, column },
      ArrowLeft: { row, column: control ? 0 : column - 1 },
      ArrowRight: { row, column: control ? columns - 1 : column + 1 },
      PageUp: { row: row - page, column },
      PageDown: { row: row + page, column },
      Home: { row: control ? 0 : row, column: 0 },
      End: { row: control ? rows - 1 : row, column: columns - 1 },
    };
    const move = moves[event.key];
    if (move !== undefined) go(move, event.shiftKey);
    else if (control && event.key.toLowerCase() === "c") void copy(selection);
    else if (control && event.key.toLowerCase() === "a") {
      setAnchor({ row: 0, column: 0 });
      setCursor({ row: rows - 1, column: columns - 1 });
    } else if (control || event.altKey) return;
    else if (event.key === "Enter" || event.key === "F2") setDraft(String(read(row, column) ?? ""));
    else if (event.key === "Delete" || event.key === "Backspace") {
      const cells = [];
      for (let at = selection.top; at < selection.bottom; at += 1) {
        for (let across = selection.left; across < selection.right; across += 1) {
          cells.push({ row: at, column: across, value: 0 });
        }
      }
      void put(cells, `${layer} ${parameter} to 0`);
    } else if (/^[-+.,\d−]$/.test(event.key)) setDraft(event.key);
    else return;
    hadFocus.current = true;
    event.preventDefault();
  };
  const onInputKey = (event: KeyboardEvent) => {
    event.stopPropagation();
    const { row, column } = cursor;
    if (event.key === "Escape") {
      setDraft(null);
      setMessage(null);
    } else if (event.key === "Enter") {
      if (commit()) go({ row: row + (event.shiftKey ? -1 : 1), column });
    } else if (event.key === "Tab") {
      if (commit()) go({ row, column: column + (event.shiftKey ? -1 : 1) });
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      if (commit()) go({ row: row + (event.key === "ArrowDown" ? 1 : -1), column });
    } else return;
    event.preventDefault();
  };

  // Of a dense layer; the others' tables say by their choices what they show.
  const axes =
    parameter === "kernel" && shape.length === 2
      ? `A row for each node that is read, a column for each node of ${layer}. `
      : "";
  const rowNumbers = Array.from({ length: inRows.end - inRows.first }, (_, at) => inRows.first + at);
  const columnNumbers = Array.from({ length: inColumns.end - inColumns.first }, (_, at) => inColumns.first + at);
  const inView = ({ row, column }: Cell) =>
    row >= inRows.first && row < inRows.end && column >= inColumns.first && column < inColumns.end;
  const isChosen = (row: number, column: number) =>
    row >= selection.top && row < selection.bottom && column >= selection.left && column < selection.right;

  return (
    <>
      <div
        class="weights-grid"
        role="grid"
        ref={host}
        aria-label={`${parameter} of ${layer}, ${rows} rows and ${columns} columns`}
        aria-rowcount={rows + 1}
        aria-colcount={columns + 1}
        aria-multiselectable="true"
        aria-describedby={hint}
        tabIndex={inView(cursor) ? -1 : 0}
        onFocus={(event) => {
          if (event.target === event.currentTarget) reveal(cursor);
        }}
        onScroll={measure}
        onPaste={(event) => {
          if (draft !== null && !/[\t\n;]/.test(event.clipboardData?.getData("text").trim() ?? "")) return;
          event.preventDefault();
          paste(event.clipboardData?.getData("text") ?? "");
        }}
        onFocusIn={() => {
          hadFocus.current = true;
        }}
        onFocusOut={(event) => {
          // Without a target, the focused cell has only been scrolled out of the table.
          if (event.relatedTarget instanceof Node && !event.currentTarget.contains(event.relatedTarget)) {
            hadFocus.current = false;
          }
        }}
      >
        <div
          class="weights-area"
          role="presentation"
          style={{
            width: `${HEAD + columns * WIDTH}px`,
            height: `${(rows + 1) * rowHeight}px`,
            "--row-height": `${rowHeight}px`,
          }}
        >
          <div class="weights-heads" role="row" aria-rowindex={1}>
            <span class="weights-corner" role="columnheader" aria-colindex={1}>
              <span class="visually-hidden">Row</span>
            </span>
            {columnNumbers.map((column) => (
              <span
                key={column}
                role="columnheader"
                aria-colindex={column + 2}
                style={{ left: `${HEAD + column * WIDTH}px` }}
              >
                {column}
              </span>
            ))}
          </div>
          {rowNumbers.map((row) => (
            <div
              key={row}
              class="weights-row"
              role="row"
              aria-rowindex={row + 2}
              style={{ top: `${(row + 1) * rowHeight}px` }}
            >
              <span role="rowheader" aria-colindex={1}>
                {shape.length > 1 ? row : ""}
              </span>
              {columnNumbers.map((column) => {
                const active = row === cursor.row && column === cursor.column;
                const value = read(row, column);
                const editing = active && draft !== null;
                return (
                  <span
                    key={column}
                    role="gridcell"
                    tabIndex={active && !editing ? 0 : -1}
                    aria-colindex={column + 2}
                    aria-selected={isChosen(row, column)}
                    class={value === undefined ? "waiting" : undefined}
                    style={{ left: `${HEAD + column * WIDTH}px` }}
                    title={value === undefined ? undefined : formatFull(value)}
                    onPointerDown={(event) => {
                      if (editing || event.button !== 0) return;
                      if (!commit()) return;
                      go({ row, column }, event.shiftKey);
                    }}
                    onPointerEnter={(event) => {
                      if (event.buttons === 1 && event.pointerType === "mouse" && draft === null) {
                        go({ row, column }, true);
                      }
                    }}
                    onClick={() => {
                      // A second tap on the active cell writes in it: there is no key for that on a phone.
                      if (active && !editing && anchor.row === row && anchor.column === column && tapped.current) {
                        setDraft(String(value ?? ""));
                      }
                      tapped.current = active;
                    }}
                    onFocus={(event) => {
                      if (!active && event.target === event.currentTarget) go({ row, column });
                    }}
                    onDblClick={() => setDraft(String(value ?? ""))}
                    onKeyDown={editing ? undefined : onCellKey}
                  >
                    {editing ? (
                      <input
                        type="text"
                        inputMode="decimal"
                        autoComplete="off"
                        data-own-undo=""
                        aria-label={placeName({ layer, parameter, index: cellIndex(shape, plane, row, column) })}
                        aria-invalid={message?.wrong === true}
                        aria-describedby={hint}
                        value={draft}
                        onInput={(event) => {
                          setDraft(event.currentTarget.value);
                          setMessage(null);
                        }}
                        onKeyDown={onInputKey}
                        onBlur={() => commit()}
                      />
                    ) : value === undefined ? (
                      "…"
                    ) : (
                      formatValue(value)
                    )}
                  </span>
                );
              })}
            </div>
          ))}
        </div>
      </div>
      <div class="weights-foot">
        <p id={hint} role="status" class={message?.wrong || failure !== null ? "wrong" : "muted"}>
          {failure !== null
            ? problemText(failure)
            : (message?.text ??
              `${axes}Arrow keys move, type to replace, Enter edits. Copy and paste work as in a spreadsheet.`)}
        </p>
        <button
          type="button"
          class="button small"
          onClick={() => void copy({ top: 0, bottom: rows, left: 0, right: columns })}
        >
          <Icon name="copy" />
          Copy all as TSV
        </button>
      </div>
    </>
  );
}
