import { describe, expect, it } from "vitest";
import { type ApiError, createApi, flatten, nest } from "../src/api";

function answering(body: unknown, init: ResponseInit = {}) {
  const calls: { url: string; options: RequestInit }[] = [];
  const request = (async (url: string, options: RequestInit) => {
    calls.push({ url, options });
    const ready = typeof body === "string" || body instanceof ArrayBuffer;
    return new Response(ready ? body : JSON.stringify(body), init);
  }) as Window["fetch"];
  return { api: createApi(request), calls };
}

const STATISTICS = {
  min: "NaN",
  max: "Infinity",
  mean: 1,
  std: 0,
  argmax: null,
  zeros: 0,
  positive: 1,
  negative: 0,
  nan: 1,
  inf: 1,
  first_non_finite: [0, 0],
};

const QUESTION = { network: "walkthrough", inputs: [0.5, 0.7], overrides: [] };

describe("arrays", () => {
  it("flattens nested lists in C order, with the words for numbers that JSON lacks", () => {
    expect(
      Array.from(
        flatten([
          [1, "NaN"],
          ["Infinity", "-Infinity"],
        ]),
      ),
    ).toEqual([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(Array.from(flatten(3))).toEqual([3]);
  });

  it("nests a flat list in a shape, the inverse", () => {
    expect(nest([1, 2, 3, 4, 5, 6], [2, 3])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(nest([7], [])).toBe(7);
    expect(nest([], [0])).toEqual([]);
  });
});

/** A body of safetensors with float32 tensors and the JSON of an answer. */
function tensorBody(tensors: Record<string, number[]>, response: unknown): ArrayBuffer {
  const values = Float32Array.from(Object.values(tensors).flat());
  let end = 0;
  const entries = Object.entries(tensors).map(([name, { length }]) => {
    const start = end;
    end += 4 * length;
    return [name, { dtype: "F32", shape: [length], data_offsets: [start, end] }];
  });
  const header = { __metadata__: { response: JSON.stringify(response) }, ...Object.fromEntries(entries) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const padded = Math.ceil(text.length / 8) * 8;
  const body = new Uint8Array(8 + padded + end).fill(32);
  new DataView(body.buffer).setBigUint64(0, BigInt(padded), true);
  body.set(text, 8);
  body.set(new Uint8Array(values.buffer), 8 + padded);
  return body.buffer;
}

describe("values as tensors", () => {
  const row = (name: string, change = {}) => ({
    name,
    kind: "Dense",
    activation: "tanh",
    shape: [2],
    statistics: { ...STATISTICS, min: 0, max: 1, nan: 0, inf: 0, first_non_finite: null, ...change },
  });
  const type = { headers: { "Content-Type": "application/vnd.safetensors" } };
  const body = (dtype: string, change = {}) =>
    tensorBody(
      { "a/output": [0.5, Number.NaN], "a/pre_activation": [0.25, 1], "c/output": [3, 4] },
      { dtype, layers: [row("a"), row("b"), row("c", change)] },
    );

  it("are asked for with what is wanted of them", async () => {
    const { api, calls } = answering(body("float32"), type);
    await api.forward(QUESTION, undefined, { values: ["a"], precision: "float32", preActivations: false });
    expect(new Headers(calls[0]?.options.headers).get("Accept")).toMatch(/^application\/vnd\.safetensors/);
    expect(JSON.parse(String(calls[0]?.options.body))).toEqual({
      ...QUESTION,
      values: ["a"],
      precision: "float32",
      pre_activations: false,
    });
  });

  it("are views of the answer, and layers without them are not fetched", async () => {
    const whole = body("float32");
    const { api } = answering(whole, type);
    const { dtype, layers } = await api.forward(QUESTION);
    expect(dtype).toBe("float32");
    expect(layers.map(({ name, size, fetched }) => [name, size, fetched])).toEqual([
      ["a", 2, "complete"],
      ["b", 2, "nothing"],
      ["c", 2, "complete"],
    ]);
    expect(layers[0]?.output).toEqual(Float32Array.of(0.5, Number.NaN));
    expect(layers[0]?.preActivation).toEqual(Float32Array.of(0.25, 1));
    expect(layers[0]?.output.buffer).toBe(layers[2]?.output.buffer);
    expect(layers[1]?.output).toHaveLength(0);
  });

  it("that were rounded are for drawing only, and none where float32 cannot hold them", async () => {
    const { api } = answering(body("float64", { max: 1e300 }), type);
    const { layers } = await api.forward(QUESTION, undefined, { precision: "float32", preActivations: false });
    expect(layers.map(({ fetched }) => fetched)).toEqual(["drawn", "nothing", "nothing"]);
    const exact = answering(body("float32"), type).api.forward(QUESTION, undefined, {
      precision: "float32",
      preActivations: false,
    });
    expect((await exact).layers.map(({ fetched }) => fetched)).toEqual(["exact", "nothing", "exact"]);
  });
});

describe("answers", () => {
  it("reads a forward pass with names that look like numbers", async () => {
    const { api } = answering({
      dtype: "float64",
      layers: [
        {
          name: "NaN",
          kind: "Dense",
          activation: { name: "leaky_relu", negative_slope: 0.1 },
          shape: [2],
          pre_activation: ["NaN", 1],
          output: ["NaN", "Infinity"],
          statistics: STATISTICS,
        },
      ],
      output: ["NaN", "Infinity"],
    });
    const { layers } = await api.forward(QUESTION);
    expect(layers[0]).toMatchObject({ name: "NaN", activation: "leaky_relu" });
    expect(Array.from(layers[0]?.output ?? [])).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
    expect(layers[0]?.statistics.min).toBeNaN();
    expect(layers[0]?.statistics.first_non_finite).toEqual([0, 0]);
  });

  it("reads an explanation: numbers, parameters of the activation, absent weights", async () => {
    const { api, calls } = answering({
      layer: "gate",
      index: [0],
      kind: "Multiply",
      operation: "product",
      terms: [{ source: { layer: "a", index: [0] }, value: "Infinity", weight: null, product: null }],
      others: { count: 0, sum: 0 },
      bias: null,
      pre_activation: null,
      activation: { name: "elu", alpha: 2 },
      value: "Infinity",
      recomputed: "Infinity",
      difference: "NaN",
      exact: false,
      pinned: false,
    });
    const explanation = await api.explain(QUESTION, { layer: "gate", index: [0] }, 5);
    expect(explanation.terms[0]).toMatchObject({ value: Number.POSITIVE_INFINITY, weight: null, product: null });
    expect(explanation.activation).toBe("elu");
    expect(explanation.activation_parameters).toEqual({ alpha: 2 });
    expect(explanation.difference).toBeNaN();
    expect(calls[0]?.url).toBe("/api/v1/explain");
    expect(JSON.parse(String(calls[0]?.options.body))).toEqual({
      ...QUESTION,
      node: { layer: "gate", index: [0] },
      top: 5,
    });
  });

  it("reads edges as typed columns, a missing weight as NaN", async () => {
    const edges = { source: [0], source_node: [1], node: [2], weight: [null], product: [0.25] };
    const { api } = answering({ layers: [{ name: "out", sources: ["a"], count: 9, edges }] });
    const [out] = await api.edges(QUESTION, 10);
    expect(out?.count).toBe(9);
    expect(out?.sourceNode).toEqual(Int32Array.of(1));
    expect(out?.weight[0]).toBeNaN();
  });

  it("asks for a curve with the activation's parameters", async () => {
    const { api, calls } = answering({ x: [0, 1], y: [0, "Infinity"], dy: ["NaN", 1] });
    const curve = await api.curve("leaky_relu", { negative_slope: 0.2 }, { start: -4, stop: 4, num: 2 });
    expect(curve.y[1]).toBe(Number.POSITIVE_INFINITY);
    expect(calls[0]?.url).toBe("/api/v1/activations/leaky_relu/curve?start=-4&stop=4&num=2&negative_slope=0.2");
  });
});

describe("failures", () => {
  const failure = async (promise: Promise<unknown>) => promise.then(() => null).catch((error: ApiError) => error);

  it("keeps everything that a problem document says", async () => {
    const { api } = answering(
      {
        type: "urn:vitrine:problem:invalid-network",
        title: "Invalid network",
        status: 422,
        detail: "first",
        errors: [{ pointer: "/network/layers/0", detail: "first" }, { detail: "second" }],
      },
      { status: 422 },
    );
    const error = await failure(api.summary("x"));
    expect(error).toMatchObject({ status: 422, title: "Invalid network", message: "first", retryAfter: null });
    expect(error?.errors).toEqual([
      { detail: "first", pointer: "/network/layers/0" },
      { detail: "second", pointer: null },
    ]);
  });

  it("knows when a busy server wants to be asked again", async () => {
    const body = { type: "x", title: "Busy", status: 503, detail: "busy" };
    const { api } = answering(body, { status: 503, headers: { "Retry-After": "3" } });
    expect(await failure(api.networks())).toMatchObject({ status: 503, retryAfter: 3 });
  });

  it("takes an answer that is no problem document", async () => {
    const { api } = answering("<html>", { status: 502 });
    expect(await failure(api.networks())).toMatchObject({ status: 502, message: "The server answered 502." });
  });

  it("says that there is no server, but lets a cancelled call be a cancelled call", async () => {
    const api = createApi((async () => {
      throw new TypeError("Failed to fetch");
    }) as Window["fetch"]);
    expect(await failure(api.networks())).toMatchObject({ name: "ApiError", status: 0 });
    const stop = new AbortController();
    stop.abort();
    expect(await failure(api.networks(stop.signal))).toMatchObject({ name: "TypeError" });
  });
});
