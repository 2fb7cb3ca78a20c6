/** A texture that holds the colours of the cells of many blocks, with a copy in memory from which changed rows are sent. */

/** Rows are this long: a power of two, because shaders divide by it, and no graphics hardware allows less. */
export const WIDTH = 4096;
/** Sheets have at most so many rows; what does not fit any more goes to another sheet. */
export const TALLEST = 8192;
/** Changed rows nearer than this are sent together. */
const NEAR = 16;

/** Where places begin on shelves of equal length; small ones share a row, larger ones take whole rows. */
export class Shelves {
  private row = 0;
  private column = 0;

  constructor(
    readonly width: number,
    private readonly tallest: number,
  ) {}

  /** Where `count` cells begin; null where the sheet is full. */
  take(count: number): number | null {
    if (count > this.width - this.column && this.column > 0) {
      this.row++;
      this.column = 0;
    }
    const rows = Math.ceil(count / this.width);
    if (this.row + rows > this.tallest) return null;
    const start = this.row * this.width + this.column;
    if (rows > 1) this.row += rows;
    else this.column += count;
    return start;
  }

  /** Rows in use. */
  get rows(): number {
    return this.row + (this.column > 0 ? 1 : 0);
  }
}

export class Sheet {
  /** The cells in memory, four bytes each; written to by the owner, who then calls `touch`. */
  cells: Uint32Array;
  private readonly texture: WebGLTexture;
  private readonly shelves: Shelves;
  private rows = 0;
  /** First and last rows that have changed since the last frame. */
  private changed: [number, number][] = [];

  constructor(private readonly gl: WebGL2RenderingContext) {
    const most = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)) || WIDTH;
    this.shelves = new Shelves(WIDTH, Math.min(TALLEST, most));
    this.texture = gl.createTexture();
    this.cells = new Uint32Array(0);
  }

  /** Room for `count` cells: where they begin, or null where the sheet is full. */
  take(count: number): number | null {
    const start = this.shelves.take(count);
    if (start === null) return null;
    const needed = this.shelves.rows * WIDTH;
    if (needed > this.cells.length) {
      // Half as much again, so that a network that comes layer by layer is not copied for each of them.
      const rows = Math.min(Math.ceil(this.shelves.rows * 1.5), TALLEST);
      const larger = new Uint32Array(Math.max(needed, rows * WIDTH));
      larger.set(this.cells);
      this.cells = larger;
    }
    return start;
  }

  /** Says that cells were written, so that they are sent before the next frame. */
  touch(start: number, count: number): void {
    if (count <= 0) return;
    const first = Math.floor(start / WIDTH);
    const last = Math.floor((start + count - 1) / WIDTH);
    const before = this.changed.at(-1);
    if (before !== undefined && first <= before[1] + NEAR && first >= before[0]) {
      before[1] = Math.max(before[1], last);
    } else this.changed.push([first, last]);
  }

  /** Binds the texture to the active unit, with everything that was written. */
  bind(): void {
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.texture);
    const rows = this.cells.length / WIDTH;
    const bytes = new Uint8Array(this.cells.buffer);
    if (rows !== this.rows) {
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, WIDTH, rows, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
      for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
        gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
      }
      for (const name of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T]) {
        gl.texParameteri(gl.TEXTURE_2D, name, gl.CLAMP_TO_EDGE);
      }
      this.rows = rows;
    } else {
      for (const [first, last] of this.changed) {
        const part = bytes.subarray(first * WIDTH * 4, (last + 1) * WIDTH * 4);
        gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, first, WIDTH, last + 1 - first, gl.RGBA, gl.UNSIGNED_BYTE, part);
      }
    }
    this.changed = [];
  }

  dispose(): void {
    this.gl.deleteTexture(this.texture);
  }
}
