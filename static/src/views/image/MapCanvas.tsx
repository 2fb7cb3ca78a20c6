import { useLayoutEffect, useRef } from "preact/hooks";
import type { Picture } from "../../picture";

/** A rectangle over a picture, in its pixels; it may reach beyond the edge. */
export interface MapFrame {
  row: number;
  column: number;
  rows: number;
  columns: number;
  kind: "window" | "pixel" | "field";
}

interface Props {
  picture: Picture;
  /** What the picture shows, for those who do not see it; left out where the text beside it says so. */
  label?: string;
  frames?: readonly MapFrame[];
  /** A second picture over the first. */
  overlay?: Picture | null;
  /** Frames glide from one place to the next. */
  gliding?: boolean;
  onPoint?: (place: { row: number; column: number } | null) => void;
  onPick?: (place: { row: number; column: number }) => void;
}

function Pixels({ picture, over = false }: { picture: Picture; over?: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const surface = canvas.current;
    const context = surface?.getContext("2d") ?? null;
    if (surface === null || context === null) return;
    surface.width = picture.width;
    surface.height = picture.height;
    context.putImageData(new ImageData(Uint8ClampedArray.from(picture.rgba), picture.width, picture.height), 0, 0);
  }, [picture]);
  return <canvas ref={canvas} class={over ? "map-pixels over" : "map-pixels"} />;
}

/** A picture with sharp pixels and frames over it, in the width that it is given. */
export function MapCanvas({ picture, label, frames = [], overlay = null, gliding = false, onPoint, onPick }: Props) {
  const { width, height } = picture;
  const placeOf = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const clamped = (at: number, end: number) => Math.min(Math.max(Math.floor(at), 0), end - 1);
    return {
      row: clamped(((event.clientY - box.top) / box.height) * height, height),
      column: clamped(((event.clientX - box.left) / box.width) * width, width),
    };
  };
  const share = (part: number, whole: number) => `${(100 * part) / whole}%`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: pointing is a shortcut; buttons and the graph do the same by keyboard.
    <div
      class={`map-canvas${gliding ? " gliding" : ""}${onPick === undefined ? "" : " pickable"}`}
      // A sequence is one row of pixels: they are drawn high enough to be seen.
      style={{ aspectRatio: `${width} / ${Math.max(height, width / 9)}` }}
      {...(label === undefined ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
      onPointerMove={onPoint === undefined ? undefined : (event) => onPoint(placeOf(event))}
      onPointerLeave={onPoint === undefined ? undefined : () => onPoint(null)}
      onClick={onPick === undefined ? undefined : (event) => onPick(placeOf(event))}
    >
      <Pixels picture={picture} />
      {overlay !== null && <Pixels picture={overlay} over />}
      {frames.map((frame) => (
        <i
          key={frame.kind}
          class={`map-frame ${frame.kind}`}
          style={{
            left: share(frame.column, width),
            top: share(frame.row, height),
            width: share(frame.columns, width),
            height: share(frame.rows, height),
          }}
        />
      ))}
    </div>
  );
}
