import { describe, expect, test } from "vitest";
import { readSafetensors, SafetensorsError } from "../src/safetensors";

/** A body of a header and bytes, the header padded to a multiple of `align`. */
function bodyOf(header: unknown, data: ArrayBufferLike, align = 8): ArrayBuffer {
  let text = typeof header === "string" ? header : JSON.stringify(header);
  while (align > 1 && new TextEncoder().encode(text).length % align !== 0) text += " ";
  const bytes = new TextEncoder().encode(text);
  const body = new Uint8Array(8 + bytes.length + data.byteLength);
  new DataView(body.buffer).setBigUint64(0, BigInt(bytes.length), true);
  body.set(bytes, 8);
  body.set(new Uint8Array(data), 8 + bytes.length);
  return body.buffer;
}

const floats = Float32Array.of(0.5, -1.25, Number.NaN, Infinity, -0, 0.1);
const doubles = Float64Array.of(0.1, -1e300, Number.NaN);

function both(): ArrayBuffer {
  const data = new Uint8Array(48);
  data.set(new Uint8Array(floats.buffer), 0);
  data.set(new Uint8Array(doubles.buffer), 24);
  return data.buffer;
}

const header = {
  __metadata__: { response: '{"dtype":"float32"}' },
  "hidden/output": { dtype: "F32", shape: [2, 3], data_offsets: [0, 24] },
  "größe/output": { dtype: "F64", shape: [3], data_offsets: [24, 48] },
};

describe("readSafetensors", () => {
  test("gives every tensor bit for bit, and the texts", () => {
    const { tensors, metadata } = readSafetensors(bodyOf(header, both()));
    expect(metadata.response).toBe('{"dtype":"float32"}');
    const hidden = tensors.get("hidden/output");
    expect(hidden?.shape).toEqual([2, 3]);
    expect(hidden?.values).toEqual(floats);
    expect(Object.is(hidden?.values[4], -0)).toBe(true);
    expect(tensors.get("größe/output")?.values).toEqual(doubles);
  });

  test("makes views and no copies where the values are aligned", () => {
    const body = bodyOf(header, both());
    for (const { values } of readSafetensors(body).tensors.values()) expect(values.buffer).toBe(body);
  });

  test("reads values that are not aligned", () => {
    const shifted = { ...header, x: { dtype: "F32", shape: [], data_offsets: [48, 52] } };
    const data = new Uint8Array(52);
    data.set(new Uint8Array(both()));
    for (const pad of ["", " ", "  ", "   "]) {
      const { tensors } = readSafetensors(bodyOf(JSON.stringify(shifted) + pad, data.buffer, 1));
      expect(tensors.get("hidden/output")?.values).toEqual(floats);
      expect(tensors.get("größe/output")?.values).toEqual(doubles);
      expect(tensors.get("x")?.values).toEqual(Float32Array.of(0));
    }
  });

  test("reads whole numbers and empty tensors", () => {
    const ints = {
      i: { dtype: "I64", shape: [2], data_offsets: [0, 16] },
      none: { dtype: "F32", shape: [0], data_offsets: [16, 16] },
    };
    const { tensors } = readSafetensors(bodyOf(ints, BigInt64Array.of(-1n, 2n ** 53n).buffer));
    expect(tensors.get("i")?.values).toEqual(BigInt64Array.of(-1n, 2n ** 53n));
    expect(tensors.get("none")?.values).toHaveLength(0);
  });

  test.each([
    ["nothing", new ArrayBuffer(3), "3 bytes"],
    ["a header beyond the end", new Uint8Array([255, 0, 0, 0, 0, 0, 0, 0, 123]).buffer, "header"],
    ["no JSON", bodyOf("{", new ArrayBuffer(0), 1), "not JSON"],
    ["a list", bodyOf("[]", new ArrayBuffer(0)), "not an object"],
    ["an unknown type", bodyOf({ a: { dtype: "F8", shape: [1], data_offsets: [0, 1] } }, new ArrayBuffer(1)), "F8"],
    ["too few bytes", bodyOf({ a: { dtype: "F32", shape: [2], data_offsets: [0, 4] } }, new ArrayBuffer(4)), "takes 8"],
    [
      "bytes beyond the end",
      bodyOf({ a: { dtype: "F32", shape: [1], data_offsets: [4, 8] } }, new ArrayBuffer(4)),
      "outside",
    ],
    ["no shape", bodyOf({ a: { dtype: "F32", shape: [-1], data_offsets: [0, 4] } }, new ArrayBuffer(4)), "shape"],
  ])("refuses %s", (_, body, message) => {
    expect(() => readSafetensors(body)).toThrow(SafetensorsError);
    expect(() => readSafetensors(body)).toThrow(message);
  });
});
