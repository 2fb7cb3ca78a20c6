import { useEffect, useRef, useState } from "preact/hooks";
import { useActions, useStudioState } from "../context";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { IMAGE_TYPES, ImageProblem } from "./ImageInput";
import { MapCanvas } from "./MapCanvas";
import { inputPicture } from "./pictures";
import { TopClasses } from "./TopClasses";

/** Pixels of the drawing's longer side. */
const SIDE = 320;

const GREYS = [
  { name: "white", colour: "#ffffff" },
  { name: "grey", colour: "#808080" },
  { name: "black", colour: "#000000" },
];
const COLOURS = [
  ...GREYS,
  { name: "red", colour: "#d22f27" },
  { name: "orange", colour: "#f28c28" },
  { name: "yellow", colour: "#f7d038" },
  { name: "green", colour: "#3f9142" },
  { name: "sky blue", colour: "#5bb5e8" },
  { name: "blue", colour: "#2457a6" },
  { name: "brown", colour: "#7a4b2a" },
];

/** The input as the network gets it, and what it says of it; before the first stroke that is still the old one. */
function Result({ drawn }: { drawn: boolean }) {
  const answer = useStudioState((state) => state.answer);
  const theme = useStudioState((state) => state.view.theme);
  if (answer === null) return null;
  const picture = inputPicture(answer, theme);
  return (
    <div class="draw-result">
      {picture !== null && (
        <figure>
          <MapCanvas picture={picture} label="The input as the network gets it" />
          <figcaption class="muted">
            {drawn ? "as the network gets it" : "the input now; a drawing takes its place"}
          </figcaption>
        </figure>
      )}
      <TopClasses answer={answer} />
    </div>
  );
}

/** A canvas to draw the input on, with mouse, finger or pen; each stroke goes through the network's preprocessing. */
export function DrawDialog() {
  const actions = useActions();
  const shape = useStudioState((state) => state.present?.document.input.shape ?? []);
  const canvas = useRef<HTMLCanvasElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const drawing = useRef<{ x: number; y: number } | null>(null);
  const [ink, setInk] = useState("#ffffff");
  const [ground, setGround] = useState("#000000");
  const [drawn, setDrawn] = useState(false);
  const coloured = (shape[2] ?? 1) >= 3;
  const [rows = 1, columns = 1] = shape.length > 1 ? shape : [1, 1];
  const longer = Math.max(rows, columns);
  const size = { width: Math.round((SIDE * columns) / longer), height: Math.round((SIDE * rows) / longer) };
  // A stroke is to leave clear traces in few pixels, and fine ones in many.
  const [width, setWidth] = useState(Math.round(Math.min(60, Math.max(26, (1.5 * SIDE) / longer))));
  const inks = coloured ? COLOURS : GREYS;

  const fill = (colour: string) => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    context.fillStyle = colour;
    context.fillRect(0, 0, size.width, size.height);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only an empty canvas is filled.
  useEffect(() => fill(ground), []);

  const send = () => {
    setDrawn(true);
    canvas.current?.toBlob((blob) => {
      if (blob !== null) void actions.giveImage(blob, "a drawing");
    }, "image/png");
  };
  const placeOf = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * size.width,
      y: ((event.clientY - box.top) / box.height) * size.height,
    };
  };
  const line = (from: { x: number; y: number }, to: { x: number; y: number }, event: PointerEvent) => {
    const context = canvas.current?.getContext("2d");
    if (context === null || context === undefined) return;
    context.lineCap = "round";
    context.lineJoin = "round";
    context.strokeStyle = ink;
    // Only a pen tells how hard it is pressed.
    context.lineWidth = width * (event.pointerType === "pen" && event.pressure > 0 ? 0.4 + 1.2 * event.pressure : 1);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const at = placeOf(event);
    drawing.current = at;
    line(at, at, event);
  };
  const onPointerMove = (event: PointerEvent) => {
    if (drawing.current === null) return;
    const at = placeOf(event);
    line(drawing.current, at, event);
    drawing.current = at;
  };
  const onPointerEnd = () => {
    if (drawing.current === null) return;
    drawing.current = null;
    send();
  };

  return (
    <Dialog class="draw-dialog" title="Sketch the input" onClose={() => actions.setDrawing(false)}>
      <ImageProblem />
      <div class="draw-body">
        <div>
          <canvas
            ref={canvas}
            class="draw-canvas"
            width={size.width}
            height={size.height}
            role="img"
            aria-label="Drawing. It needs a pointer; by keyboard, choose an image file instead."
            onPointerDown={onPointerDown}
            onPointerMove={onPointerMove}
            onPointerUp={onPointerEnd}
            onPointerCancel={onPointerEnd}
          />
          {/* biome-ignore lint/a11y/useSemanticElements: these are buttons, not the fields of a form. */}
          <div class="draw-inks" role="group" aria-label="Colour">
            {inks.map(({ name, colour }) => (
              <button
                key={name}
                type="button"
                aria-label={name}
                title={name}
                aria-pressed={ink === colour}
                style={{ backgroundColor: colour }}
                onClick={() => setInk(colour)}
              />
            ))}
          </div>
          <div class="draw-tools">
            <label>
              Width
              <input
                type="range"
                min={4}
                max={70}
                value={width}
                onInput={(event) => setWidth(event.currentTarget.valueAsNumber)}
              />
            </label>
            <button
              type="button"
              class="button small"
              title="Covers everything with the colour that is chosen"
              onClick={() => {
                setGround(ink);
                fill(ink);
                send();
              }}
            >
              Fill
            </button>
            <button
              type="button"
              class="button small"
              onClick={() => {
                fill(ground);
                send();
              }}
            >
              Clear
            </button>
          </div>
          <p class="muted">
            No pointer?{" "}
            <button type="button" class="link underlined" onClick={() => file.current?.click()}>
              Choose an image file
            </button>
          </p>
          <input
            ref={file}
            hidden
            type="file"
            accept={IMAGE_TYPES}
            aria-label="Image file in place of a drawing"
            onChange={(event) => {
              const [chosen] = event.currentTarget.files ?? [];
              if (chosen !== undefined) void actions.giveImage(chosen, chosen.name);
              event.currentTarget.value = "";
            }}
          />
        </div>
        <Result drawn={drawn} />
      </div>
      <footer class="dialog-footer">
        <button type="button" class="button primary" onClick={() => actions.setDrawing(false)}>
          <Icon name="check" />
          Done
        </button>
      </footer>
    </Dialog>
  );
}
