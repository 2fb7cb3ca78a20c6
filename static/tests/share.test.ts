import { describe, expect, it } from "vitest";
import {
  checksum,
  decodeShare,
  encodeShare,
  fromBase64Url,
  isShare,
  LINK_LIMIT,
  type Shared,
  ShareError,
  toBase64Url,
} from "../src/share";

const SHARED: Shared = {
  network: {
    name: "net",
    input: { shape: [2], names: ["x1", "<img src=x onerror=alert(1)>"] },
    layers: [{ name: "output", kind: "Dense", units: 1, parameters: { kernel: [[-0], [1e-310]], bias: [0.1 + 0.2] } }],
  },
  edits: [{ layer: "output", parameter: "kernel", index: [0, 0], value: -0 }],
  inputs: [-0, 1 / 3],
  overrides: [{ layer: "output", index: [0], value: 5e-324 }],
  selected: { layer: "output", index: [0] },
  view: { shows: "gradients", scale: "network", target: { layer: "output", index: [0] } },
};

async function pack(text: string | Uint8Array<ArrayBuffer>, version = "1"): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return `share=${version}.${checksum(bytes)}.${toBase64Url(bytes)}`;
}

const packed = (change: object) => pack(JSON.stringify({ ...SHARED, ...change }));

describe("a link", () => {
  it("gives back what it was made of, bit for bit", async () => {
    const link = await encodeShare(SHARED);
    expect(link).toMatch(/^share=1\.[0-9a-f]{8}\.[A-Za-z0-9_-]+$/);
    const back = await decodeShare(`#${link}`);
    // toEqual tells -0 from 0.
    expect(back).toEqual(SHARED);
    expect(Object.is(back.edits[0]?.value, -0)).toBe(true);
  });

  it("holds two thousand weights of seventeen digits within its limit", async () => {
    const kernel = Array.from({ length: 40 }, (_, row) =>
      Array.from({ length: 50 }, (_, column) => Math.sin(row * 50 + column + 1) * 10 ** ((column % 7) - 3)),
    );
    const network = { input: { shape: [40] }, layers: [{ kind: "Dense", units: 50, parameters: { kernel } }] };
    const inputs = Array.from({ length: 40 }, (_, at) => Math.cos(at));
    const shared = { ...SHARED, network, inputs, edits: [], overrides: [], selected: null };
    const link = await encodeShare(shared);
    expect(link.length).toBeLessThan(LINK_LIMIT / 2);
    expect(await decodeShare(link)).toEqual(shared);
  });

  it("is told from other fragments", () => {
    expect(isShare("#share=1.x.y")).toBe(true);
    expect(["", "#", "#top", "#shared", "?share=1"].map(isShare)).toEqual([false, false, false, false, false]);
  });
});

describe("base64url", () => {
  it("has the alphabet of addresses and gives all bytes back", () => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 7) % 256);
    for (const length of [0, 1, 2, 3, 1000]) {
      const text = toBase64Url(bytes.subarray(0, length));
      expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
      expect(fromBase64Url(text)).toEqual(bytes.slice(0, length));
    }
    expect(fromBase64Url("a+b/")).toBeNull();
    expect(fromBase64Url("abcde")).toBeNull();
  });

  it("has the checksum of zip and PNG", () => {
    expect(checksum(new TextEncoder().encode("123456789"))).toBe("cbf43926");
  });
});

describe("a link that is broken or hostile", () => {
  const refuses = async (link: string, words: RegExp) => {
    const refusal = decodeShare(link);
    await expect(refusal).rejects.toBeInstanceOf(ShareError);
    await expect(refusal).rejects.toThrow(words);
  };

  it.each([
    "share=",
    "share=1",
    "share=1.00000000.",
    "share=1.00000000.abcd",
    "share=x.y.z",
    "share=1.a.b.c",
    "share=1..%",
  ])("is damaged: %s", (link) => refuses(link, /damaged/));

  it("is damaged when one character differs or the end is missing", async () => {
    const link = await encodeShare(SHARED);
    const at = link.length - 20;
    const other = link[at] === "A" ? "B" : "A";
    await refuses(link.slice(0, at) + other + link.slice(at + 1), /damaged/);
    await refuses(link.slice(0, -4), /damaged/);
  });

  it("is of a later version", async () => {
    await refuses((await encodeShare(SHARED)).replace("share=1.", "share=2."), /version 2/);
  });

  it("is too long", () => refuses(`share=1.00000000.${"A".repeat(LINK_LIMIT)}`, /longer/));

  it("unpacks to too much", async () => refuses(await pack(" ".repeat(50_000_000)), /unpacks to more/));

  it("is nested too deeply", async () => refuses(await pack("[".repeat(100_000)), /nested/));

  it("is not compressed, not text, not JSON", async () => {
    const raw = new TextEncoder().encode("not deflated at all");
    await refuses(`share=1.${checksum(raw)}.${toBase64Url(raw)}`, /damaged/);
    await refuses(await pack(Uint8Array.from([0xff, 0xfe, 0x80])), /damaged/);
    await refuses(await pack("{"), /damaged/);
  });

  it.each<[string, object]>([
    ["no network", { network: null }],
    ["no shape", { network: { input: {}, layers: [] } }],
    ["a shape without end", { network: { input: { shape: [1e9, 1e9] }, layers: [] }, inputs: [] }],
    ["a shape below nothing", { network: { input: { shape: [-2] }, layers: [] }, inputs: [] }],
    ["no layers", { network: { input: { shape: [2] } } }],
    ["a layer that is none", { network: { input: { shape: [2] }, layers: [null] } }],
    ["a name that is none", { network: { ...SHARED.network, title: { toString: 1 } } }],
    ["too few inputs", { inputs: [1] }],
    ["an input that is text", { inputs: ["1", 2] }],
    ["an edit of nothing", { edits: [{}] }],
    ["an edit with more than there is", { edits: [{ ...SHARED.edits[0], more: 1 }] }],
    ["a pin that is text", { overrides: [{ layer: "output", index: [0], value: "1" }] }],
    ["a node that is none", { selected: "output[0]" }],
    ["a node with a broken index", { selected: { layer: "output", index: [0.5] } }],
    ["an unknown view", { view: { shows: "everything", scale: "layer", target: null } }],
    ["no view", { view: undefined }],
    ["something unknown", { script: "alert(1)" }],
  ])("has %s", async (_, change) => refuses(await packed(change), /not one of Vitrine's/));

  it("holds a number that is none", async () => {
    await refuses(await pack(JSON.stringify(SHARED).replace('"inputs":[0', '"inputs":[1e999')), /not one of Vitrine's/);
  });

  it("touches no prototype", async () => {
    const text = JSON.stringify(SHARED).replace('"edits"', '"__proto__":{"polluted":1},"edits"');
    await refuses(await pack(text), /not one of Vitrine's/);
    expect("polluted" in {}).toBe(false);
  });
});
