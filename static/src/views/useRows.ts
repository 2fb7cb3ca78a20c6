import { useState } from "preact/hooks";

/** Rows of a long list that are shown at first. */
const ROWS = 16;
/** Fewer rows than this are not worth hiding. */
const FEW = 8;

/** How many rows of a long list are shown, and how to show all: its end is not pushed out of sight unasked. */
export function useRows(count: number): { shown: number; showAll: (() => void) | null } {
  const [all, setAll] = useState(false);
  const shown = all || count <= ROWS + FEW ? count : ROWS;
  return { shown, showAll: shown < count ? () => setAll(true) : null };
}
