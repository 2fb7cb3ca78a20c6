/** Which part of a large matrix is in view, and where its values stand. Pure: sizes in, ranges out. */

export interface Extent {
  first: number;
  end: number;
}

/** The cells of one axis in view, with some on both sides, from `scroll` on; borders in steps of `step`, so that a
 * little scrolling asks for nothing new. */
export function extent(scroll: number, room: number, size: number, count: number, step: number): Extent {
  const first = Math.max(0, Math.floor(scroll / size / step) * step);
  const end = Math.min(count, Math.ceil((scroll + room) / size / step + 0.5) * step);
  return { first, end: Math.max(end, Math.min(count, first + 1)) };
}

/** How a parameter of any number of axes is seen as rows and columns: the last two; those before are chosen. */
export function matrixForm(shape: readonly number[]): { leading: readonly number[]; rows: number; columns: number } {
  const columns = shape.at(-1) ?? 1;
  return { leading: shape.slice(0, -2), rows: shape.length > 1 ? (shape.at(-2) ?? 1) : 1, columns };
}

/** The index of a cell among the parameter's own axes. */
export function cellIndex(shape: readonly number[], plane: readonly number[], row: number, column: number): number[] {
  if (shape.length === 0) return [];
  return shape.length === 1 ? [column] : [...plane, row, column];
}

/** The slice of `POST /parameters` for a rectangle of cells. */
export function sliceFor(
  shape: readonly number[],
  plane: readonly number[],
  rows: Extent,
  columns: Extent,
): [number, number][] {
  const own: [number, number][] = shape.length > 1 ? [[rows.first, rows.end]] : [];
  if (shape.length > 0) own.push([columns.first, columns.end]);
  return [...plane.map((position): [number, number] => [position, position + 1]), ...own];
}
