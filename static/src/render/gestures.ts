/** Pointer, wheel, touch and pinch as pans, zooms, hovers and clicks. */

import type { Point } from "../camera";

export interface GestureHandlers {
  onPan(dx: number, dy: number): void;
  /** `factor` above 1 comes nearer; `at` stays where it is. */
  onZoom(at: Point, factor: number): void;
  onDoubleClick(at: Point, outward: boolean): void;
  /** Null when the pointer has left. */
  onHover(at: Point | null): void;
  onClick(at: Point): void;
  /** For the shape of the cursor. */
  onDrag(dragging: boolean): void;
}

/** Moving less than this many pixels between down and up is a click. */
const CLICK_SLOP = 4;
const TOUCH_SLOP = 10;

/** Listens on `host`; answers a function that stops. */
export function listenToGestures(host: HTMLElement, handlers: GestureHandlers): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  const pointers = new Map<number, Point>();
  let start: Point | null = null;
  let moved = false;

  const place = (event: MouseEvent): Point => {
    const box = host.getBoundingClientRect();
    return { x: event.clientX - box.left - host.clientLeft, y: event.clientY - box.top - host.clientTop };
  };
  // Controls that stand on the graph keep their own events.
  const isOurs = (event: Event): boolean => event.target === host;

  const onDown = (event: PointerEvent) => {
    if (!isOurs(event) || (event.pointerType === "mouse" && event.button !== 0 && event.button !== 1)) return;
    host.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, place(event));
    if (pointers.size === 1) {
      start = place(event);
      moved = false;
    } else moved = true;
  };

  const onMove = (event: PointerEvent) => {
    const at = place(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType !== "touch") handlers.onHover(isOurs(event) ? at : null);
      return;
    }
    const slop = event.pointerType === "touch" ? TOUCH_SLOP : CLICK_SLOP;
    if (!moved && start !== null && Math.hypot(at.x - start.x, at.y - start.y) < slop) return;
    if (!moved) {
      moved = true;
      handlers.onHover(null);
      handlers.onDrag(true);
    }
    const [first, second] = [...pointers.values()];
    if (pointers.size === 1) handlers.onPan(at.x - before.x, at.y - before.y);
    else if (first !== undefined && second !== undefined) {
      const other = first === before ? second : first;
      const distance = Math.hypot(before.x - other.x, before.y - other.y);
      const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
      handlers.onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
      if (distance > 0) handlers.onZoom(middle, Math.hypot(at.x - other.x, at.y - other.y) / distance);
    }
    pointers.set(event.pointerId, at);
  };

  const onUp = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    if (pointers.size > 0) return;
    if (!moved && event.type === "pointerup" && event.button === 0) handlers.onClick(place(event));
    if (moved) handlers.onDrag(false);
    start = null;
  };

  const onWheel = (event: WheelEvent) => {
    if (!isOurs(event)) return;
    event.preventDefault();
    const lines =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 300 : 1;
    const delta = Math.max(-240, Math.min(240, event.deltaY * lines));
    // Browsers report a pinch on a touch pad as a wheel with ctrl and small steps.
    handlers.onZoom(place(event), Math.exp(-delta * (event.ctrlKey ? 0.01 : 0.0016)));
  };

  host.addEventListener("pointerdown", onDown, { signal });
  host.addEventListener("pointermove", onMove, { signal });
  host.addEventListener("pointerup", onUp, { signal });
  host.addEventListener("pointercancel", onUp, { signal });
  host.addEventListener("pointerleave", () => handlers.onHover(null), { signal });
  host.addEventListener("wheel", onWheel, { signal, passive: false });
  host.addEventListener(
    "dblclick",
    (event) => {
      if (isOurs(event)) handlers.onDoubleClick(place(event), event.shiftKey);
    },
    { signal },
  );
  return () => stop.abort();
}
