/** Small drawings for buttons, on a 16×16 grid, in the colour of the text. */

const PATHS = {
  system: "M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5",
  sun: "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6ZM8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
  chevron: "M4 6.2 8 10.2l4-4",
  close: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
  plus: "M8 3.2v9.6M3.2 8h9.6",
  minus: "M3.2 8h9.6",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  reset: "M3 8a5 5 0 1 0 1.6-3.7M3 2.6v2.9h2.9",
  undo: "M6.2 3.2 3 6.4l3.2 3.2M3.2 6.4h6a3.4 3.4 0 0 1 0 6.8H6.5",
  redo: "M9.8 3.2 13 6.4 9.8 9.6M12.8 6.4h-6a3.4 3.4 0 0 0 0 6.8h2.7",
  pin: "M6 2.5h4l-.6 4.2 2.3 2.3H4.3l2.3-2.3ZM8 9v4.8",
  unpin: "M6 2.5h4l-.6 4.2 2.3 2.3H4.3l2.3-2.3ZM8 9v4.8M2.5 2.5l11 11",
  up: "M4 9.8 8 5.8l4 4",
  trash: "M3 4.5h10M6.2 4.5v-2h3.6v2M4.4 4.5l.6 9h6l.6-9M6.8 7v4M9.2 7v4",
  layers: "M8 2.2 14 5.4 8 8.6 2 5.4ZM2.4 8.4 8 11.4l5.6-3M2.4 11 8 14l5.6-3",
  play: "M5 3.2v9.6l7.6-4.8Z",
  pause: "M5.2 3.4v9.2M10.8 3.4v9.2",
  stepBack: "M4 3.4v9.2M12.2 3.6v8.8L6.2 8Z",
  stepForward: "M12 3.4v9.2M3.8 3.6v8.8L9.8 8Z",
  copy: "M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1",
  check: "M3 8.6l3.2 3.2L13 4.8",
  warning: "M8 2.2 14.6 13.5H1.4ZM8 6.4v3.4M8 11.6v.2",
  search: "M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4ZM10.2 10.2l3.3 3.3",
  input: "M2.5 4h11M2.5 8h11M2.5 12h11M5 2.6v2.8M10.5 6.6v2.8M7 10.6v2.8",
  inspector:
    "M8 4.2C4.6 4.2 2.4 6.6 1.6 8c.8 1.4 3 3.8 6.4 3.8s5.6-2.4 6.4-3.8C13.6 6.6 11.4 4.2 8 4.2ZM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6Z",
  table: "M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11M6.5 3v10",
  pen: "M3 13l.6-2.8 7.2-7.2 2.2 2.2-7.2 7.2ZM9.4 4.4l2.2 2.2",
  eraser: "M6.2 13 2.6 9.4l6-6 4.4 4.4L7.8 13ZM5.4 6.6l4.4 4.4M6 13h7.5",
  save: "M3 3h8l2 2v8H3zM5.5 3v3h5V3M5.5 13V9.2h5V13",
  share:
    "M6.3 9.7a2.6 2.6 0 0 0 3.7 0l2.6-2.6a2.6 2.6 0 0 0-3.7-3.7L8.1 4.2M9.7 6.3a2.6 2.6 0 0 0-3.7 0L3.4 8.9a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M2.8 13.3h10.4",
  upload: "M8 10.2V2.7M4.8 5.8 8 2.6l3.2 3.2M2.8 13.3h10.4",
  bin: "M2.8 4.3h10.4M6.2 4.2V2.6h3.6v1.6M4.2 4.5l.6 9h6.4l.6-9M6.8 7v4M9.2 7v4",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  curve: "M2 13.2h12M3 13C7.5 13 7.5 4 13 3.2",
  code: "M5.8 4.2 2 8l3.8 3.8M10.2 4.2 14 8l-3.8 3.8",
  question: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8ZM6.1 6.3c.1-2.4 3.9-2.4 3.9 0 0 1.5-2 1.5-2 3.2M8 11.4v.2",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon-drawing" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
