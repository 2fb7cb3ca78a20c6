import { useEffect, useId, useRef, useState } from "preact/hooks";
import { formatValue } from "../format";
import type { NetworkDocument } from "../wire";
import { useStudioState } from "./context";
import { Icon } from "./Icon";
import { featureName, type GridForm, type Range, type Reading, roundToStep } from "./inputs";
import { NumberField } from "./NumberField";
import { drawPixels } from "./pixels";

interface Props {
  document: NetworkDocument;
  grid: GridForm;
  values: readonly number[];
  range: Range;
  read: (text: string) => Reading;
  onPaint: (changes: readonly (readonly [flat: number, value: number])[]) => void;
  /** Takes a block of several numbers that was pasted at a cell. */
  onPasteBlock: (flat: number, text: string) => boolean;
}

/** Pixels on the screen that the picture is high at most. */
const HIGHEST = 420;

/** The cells on the line between two of them, so that a fast stroke leaves no gaps. */
function stroke(from: number, to: number, columns: number): number[] {
  const [x0, y0] = [from % columns, Math.floor(from / columns)];
  const [x1, y1] = [to % columns, Math.floor(to / columns)];
  const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const along = step / steps;
    return Math.round(y0 + (y1 - y0) * along) * columns + Math.round(x0 + (x1 - x0) * along);
  });
}

/** The input as a picture: painted with the pointer or the keyboard, one cell at a time typed exactly. */
export function PixelGrid({ document, grid, values, range, read, onPaint, onPasteBlock }: Props) {
  const [tool, setTool] = useState<"draw" | "erase">("draw");
  const [cursor, setCursor] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const canvas = useRef<HTMLCanvasElement>(null);
  const painting = useRef<number | null>(null);
  const theme = useStudioState((state) => state.view.theme);
  const status = useId();

  const shown = hovered ?? cursor;
  const ink = tool === "draw" ? range.maximum : Math.max(0, range.minimum);
  const limit = Math.max(Math.abs(range.minimum), Math.abs(range.maximum));

  useEffect(() => {
    const surface = canvas.current;
    if (surface === null) return undefined;
    const draw = () => drawPixels(surface, { grid, values, limit, theme, cursor: focused ? cursor : hovered });
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(surface);
    return () => observer.disconnect();
  }, [grid, values, limit, theme, cursor, hovered, focused]);

  const cellAt = (event: PointerEvent): number | null => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * grid.columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * grid.rows);
    if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
    const flat = row * grid.columns + column;
    return flat < values.length ? flat : null;
  };
  const paint = (cells: readonly number[]) => {
    const changed = cells.filter((flat) => flat < values.length && values[flat] !== ink);
    if (changed.length > 0) onPaint(changed.map((flat) => [flat, ink] as const));
  };
  const onPointerDown = (event: PointerEvent) => {
    const cell = cellAt(event);
    if (event.button !== 0 || cell === null) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    painting.current = cell;
    setCursor(cell);
    paint([cell]);
  };
  const onPointerMove = (event: PointerEvent) => {
    const cell = cellAt(event);
    setHovered(cell);
    if (painting.current === null || cell === null || cell === painting.current) return;
    paint(stroke(painting.current, cell, grid.columns));
    painting.current = cell;
    setCursor(cell);
  };
  const onPointerEnd = () => {
    painting.current = null;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const column = cursor % grid.columns;
    const to = (next: number) => setCursor(Math.min(values.length - 1, Math.max(0, next)));
    const amount = (range.maximum - range.minimum) / (range.minimum < 0 ? 20 : 10);
    const add = (by: number) => {
      const next = Math.min(range.maximum, Math.max(range.minimum, (values[cursor] ?? 0) + by));
      onPaint([[cursor, document.input.dtype === "int" ? Math.round(next) : roundToStep(next, range.step)]]);
    };
    if (event.key === "ArrowLeft" && column > 0) to(cursor - 1);
    else if (event.key === "ArrowRight" && column < grid.columns - 1) to(cursor + 1);
    else if (event.key === "ArrowUp" && cursor >= grid.columns) to(cursor - grid.columns);
    else if (event.key === "ArrowDown" && cursor + grid.columns < values.length) to(cursor + grid.columns);
    else if (event.key === " " || event.key === "Enter") paint([cursor]);
    else if (event.key === "Delete" || event.key === "Backspace") onPaint([[cursor, 0]]);
    else if (event.key === "+" || event.key === "=") add(amount);
    else if (event.key === "-") add(-amount);
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
  };

  return (
    <div class="pixels">
      <div
        class="pixel-surface"
        role="application"
        aria-roledescription="picture to paint"
        aria-label={`Input picture, ${grid.rows} rows and ${grid.columns} columns. Arrow keys move, Space paints, plus and minus change the pixel.`}
        aria-describedby={status}
        // A long sequence must not push everything else out of sight.
        style={{ maxWidth: `${Math.max(32, (HIGHEST * grid.columns) / grid.rows)}px` }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys, see its label.
        tabIndex={0}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
        onPointerLeave={() => setHovered(null)}
        onKeyDown={onKeyDown}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <canvas ref={canvas} style={{ aspectRatio: `${grid.columns} / ${grid.rows}` }} />
      </div>
      <div class="pixel-tools">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar. */}
        <div class="segments" role="group" aria-label="Painting">
          <button type="button" aria-pressed={tool === "draw"} onClick={() => setTool("draw")}>
            <Icon name="pen" /> Draw
          </button>
          <button type="button" aria-pressed={tool === "erase"} onClick={() => setTool("erase")}>
            <Icon name="eraser" /> Erase
          </button>
        </div>
        <button
          type="button"
          class="button small"
          disabled={values.every((value) => value === 0)}
          onClick={() => onPaint(values.map((_, flat) => [flat, 0] as const))}
        >
          Clear
        </button>
      </div>
      <p class="pixel-status" id={status} aria-live={focused ? "polite" : "off"}>
        {featureName(document, shown)}, {formatValue(values[shown] ?? 0)}
      </p>
      <div class="pixel-exact">
        <span class="feature-name fixed">{featureName(document, cursor)}</span>
        <NumberField
          key={cursor}
          label={featureName(document, cursor)}
          value={values[cursor] ?? 0}
          step={range.step}
          read={read}
          onChange={(value) => onPaint([[cursor, value]])}
          onPasteBlock={(text) => onPasteBlock(cursor, text)}
        />
      </div>
    </div>
  );
}
