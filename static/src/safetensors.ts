/**
 * Reads the safetensors format: the length of the header (8 bytes, little-endian), a JSON header that says for each
 * tensor its type, shape and place, with texts under `__metadata__`, then all values in C order, little-endian.
 */

export type Tensor =
  | { dtype: "F32"; shape: number[]; values: Float32Array }
  | { dtype: "F64"; shape: number[]; values: Float64Array }
  | { dtype: "I64"; shape: number[]; values: BigInt64Array };

export interface Tensors {
  tensors: ReadonlyMap<string, Tensor>;
  metadata: Readonly<Record<string, string>>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const LENGTH_BYTES = 8;
const METADATA = "__metadata__";
const WIDTHS: Readonly<Record<string, number>> = { F32: 4, F64: 8, I64: 8 };

export class SafetensorsError extends Error {
  constructor(detail: string) {
    super(`the answer is no safetensors: ${detail}`);
    this.name = "SafetensorsError";
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function checkEntry(name: string, entry: Entry, room: number): void {
  const width = WIDTHS[entry.dtype];
  if (width === undefined) throw new SafetensorsError(`${name} has the type ${entry.dtype}`);
  if (!Array.isArray(entry.shape) || !entry.shape.every(isCount)) throw new SafetensorsError(`${name} has no shape`);
  const [start, end] = Array.isArray(entry.data_offsets) ? entry.data_offsets : [];
  if (!isCount(start) || !isCount(end) || start > end || end > room) {
    throw new SafetensorsError(`${name} lies outside of the body`);
  }
  const bytes = width * entry.shape.reduce((product, extent) => product * extent, 1);
  if (end - start !== bytes) throw new SafetensorsError(`${name} has ${end - start} bytes; its shape takes ${bytes}`);
}

/** A view of the body, or a copy where the values do not stand at a multiple of their width. */
function viewOf({ dtype, shape, data_offsets: [start, end] }: Entry, body: ArrayBuffer, data: number): Tensor {
  const width = WIDTHS[dtype] ?? 1;
  const aligned = (data + start) % width === 0;
  const buffer = aligned ? body : body.slice(data + start, data + end);
  const offset = aligned ? data + start : 0;
  const length = (end - start) / width;
  if (dtype === "F32") return { dtype, shape, values: new Float32Array(buffer, offset, length) };
  if (dtype === "F64") return { dtype, shape, values: new Float64Array(buffer, offset, length) };
  return { dtype: "I64", shape, values: new BigInt64Array(buffer, offset, length) };
}

/** The tensors of a body as views of it, without a copy, and its texts. Throws `SafetensorsError`. */
export function readSafetensors(body: ArrayBuffer): Tensors {
  if (body.byteLength < LENGTH_BYTES) throw new SafetensorsError(`it has ${body.byteLength} bytes`);
  const length = new DataView(body).getBigUint64(0, true);
  if (length > BigInt(body.byteLength - LENGTH_BYTES)) {
    throw new SafetensorsError(`its header is said to take ${length} bytes, but fewer follow`);
  }
  const data = LENGTH_BYTES + Number(length);
  let header: Record<string, Entry | Record<string, string>>;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(body, LENGTH_BYTES, Number(length))),
    );
  } catch {
    throw new SafetensorsError("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw new SafetensorsError("its header is not an object");
  }
  const { [METADATA]: metadata = {}, ...entries } = header;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(entries) as [string, Entry][]) {
    checkEntry(name, entry, body.byteLength - data);
    tensors.set(name, viewOf(entry, body, data));
  }
  return { tensors, metadata: metadata as Record<string, string> };
}
