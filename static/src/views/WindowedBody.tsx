import type { ComponentChildren, RefObject } from "preact";
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Rows kept beyond what is seen, so that a small move shows no gap. */
const SPARE = 12;

/** Browsers stop at some 17 to 33 million pixels of height; beyond this the rows are squeezed into it. */
const TALLEST = 8_000_000;

export interface RowWindow {
  host: RefObject<HTMLElement | null>;
  onScroll: () => void;
  /** The rows to make: from `first` up to, not with, `end`. */
  first: number;
  end: number;
  /** Height of the free space above and below them. */
  above: number;
  below: number;
  scrollTo: (row: number) => void;
}

/** Which of `count` rows of one height are in sight, so that a table of a million rows holds some dozens. */
export function useWindow(count: number, rowHeight: number): RowWindow {
  const host = useRef<HTMLElement>(null);
  const [place, setPlace] = useState({ top: 0, height: 400 });
  const whole = Math.min(count * rowHeight, TALLEST);
  const span = Math.max(1, whole - place.height);
  const rowsInSight = Math.ceil(place.height / rowHeight);
  const topRow = Math.floor(Math.min(1, place.top / span) * Math.max(0, count - place.height / rowHeight));
  const first = Math.max(0, topRow - SPARE);
  const end = Math.min(count, topRow + rowsInSight + SPARE);

  const onScroll = useCallback(() => {
    const element = host.current;
    if (element !== null) setPlace({ top: element.scrollTop, height: element.clientHeight });
  }, []);
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    onScroll();
    const observer = new ResizeObserver(onScroll);
    observer.observe(element);
    return () => observer.disconnect();
  }, [onScroll]);

  const squeezed = count * rowHeight > TALLEST;
  const above = squeezed ? Math.max(0, place.top - (topRow - first) * rowHeight) : first * rowHeight;
  const below = Math.max(0, whole - above - (end - first) * rowHeight);
  const scrollTo = useCallback(
    (row: number) => {
      const element = host.current;
      if (element === null) return;
      const top = (row / Math.max(1, count)) * whole;
      if (top < element.scrollTop || top > element.scrollTop + element.clientHeight - 3 * rowHeight) {
        element.scrollTop = Math.max(0, top - element.clientHeight / 3);
      }
    },
    [count, whole, rowHeight],
  );
  return { host, onScroll, first, end, above, below, scrollTo };
}

/** The body of a table of which only the rows in sight exist. */
export function WindowedBody(props: { view: RowWindow; columns: number; children: ComponentChildren }) {
  const { above, below } = props.view;
  return (
    <tbody>
      {above > 0 && (
        <tr class="spacer">
          <td colSpan={props.columns} style={{ height: `${above}px` }} />
        </tr>
      )}
      {props.children}
      {below > 0 && (
        <tr class="spacer">
          <td colSpan={props.columns} style={{ height: `${below}px` }} />
        </tr>
      )}
    </tbody>
  );
}
