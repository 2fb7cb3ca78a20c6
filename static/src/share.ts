/** A link that holds everything: the network with its weights, the input, pins, selection and view.
 *
 * The fragment is `share=1.CHECKSUM.DATA`: the format's version, the CRC-32 of the compressed bytes in eight
 * hexadecimal digits, and base64url of deflated JSON. A fragment never reaches a server, so that a link shows its
 * network only to those who have the link. Whatever comes in by one is checked here before anything reads it; whether
 * the document makes a network is the server's to say. */

import type { GraphView } from "./graph_types";
import { jsonDepth, writeJson } from "./json";
import type { NetworkDocument, NodeReference, Override, ParameterEdit } from "./wire";

const VERSION = "1";
const PREFIX = "share=";

/** Longest fragment, in characters, that is made or opened: what browsers, mail and chat pass on whole. */
export const LINK_LIMIT = 100_000;

/** Most characters of JSON that a link may unpack to. */
const TEXT_LIMIT = 4_000_000;
const DEPTH_LIMIT = 64;
const INPUTS_LIMIT = 1_000_000;
const NAME_LIMIT = 10_000;

export type Shows = "values" | "gradients" | "contributions";

/** What of the view travels along. */
export interface SharedView {
  shows: Shows;
  scale: GraphView["scale"];
  /** The node whose derivative is shown. */
  target: NodeReference | null;
}

export interface Shared {
  network: NetworkDocument;
  edits: readonly ParameterEdit[];
  inputs: readonly number[];
  overrides: readonly Override[];
  selected: NodeReference | null;
  view: SharedView;
}

/** A link that cannot be opened; the message is for the person who opened it. */
export class ShareError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ShareError";
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** CRC-32 as in zip and PNG (ISO 3309), in eight hexadecimal digits. */
export function checksum(bytes: Uint8Array): string {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 255] ?? 0);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | null {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** Passes bytes through a stream; null as soon as more than `limit` come out. Rejects where they are malformed. */
async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > limit) {
      // What is left unread is a failure of nobody's.
      reader.cancel().catch(() => undefined);
      return null;
    }
    parts.push(value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The fragment, without "#", that holds all of `shared`. It may be longer than `LINK_LIMIT`. */
export async function encodeShare(shared: Shared): Promise<string> {
  const text = new TextEncoder().encode(writeJson(shared));
  const packed = await through(text, new CompressionStream("deflate-raw"), Number.POSITIVE_INFINITY);
  if (packed === null) throw new Error("a stream without a limit has none");
  return `${PREFIX}${VERSION}.${checksum(packed)}.${toBase64Url(packed)}`;
}

/** Whether a fragment, with or without "#", wants to be opened as a shared network. */
export function isShare(fragment: string): boolean {
  return fragment.replace(/^#/, "").startsWith(PREFIX);
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= NAME_LIMIT;
}

function isIndex(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 16 && value.every((at) => Number.isSafeInteger(at) && at >= 0);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function expect(fits: boolean, what: string): asserts fits {
  if (!fits) throw new ShareError(`The link is not one of Vitrine's: ${what}.`);
}

function checkFields(value: unknown, names: readonly string[], where: string): Fields {
  expect(isFields(value), `${where} is missing`);
  const strange = Object.keys(value).find((key) => !names.includes(key));
  expect(strange === undefined, `${where} holds something unknown`);
  return value;
}

function readNode(value: unknown, where: string): NodeReference | null {
  if (value === null) return null;
  const { layer, index } = checkFields(value, ["layer", "index"], where);
  expect(isText(layer) && isIndex(index), `${where} is not a node`);
  return { layer, index };
}

function checkLayer(value: unknown): void {
  expect(isFields(value), "a layer is not an object");
  for (const name of ["name", "kind"]) {
    expect(value[name] === undefined || isText(value[name]), `a layer's ${name} is not a text`);
  }
  expect(value.inputs === undefined || isTexts(value.inputs), "a layer's inputs are not names");
  const { activation } = value;
  expect(
    activation === undefined || isText(activation) || (isFields(activation) && isText(activation.name)),
    "an activation is not a name",
  );
  expect(value.parameters === undefined || isFields(value.parameters), "a layer's parameters are not an object");
  if (value.layers !== undefined) {
    expect(Array.isArray(value.layers), "layers are not a list");
    value.layers.forEach(checkLayer);
  }
}

/** What the page itself reads of a document, before a server has seen it. */
function readDocument(value: unknown): NetworkDocument {
  expect(isFields(value), "the network is missing");
  for (const name of ["name", "title", "description"]) {
    expect(value[name] === undefined || isText(value[name]), `the network's ${name} is not a text`);
  }
  const { input, layers } = value;
  expect(isFields(input) && isIndex(input.shape), "the input has no shape");
  for (const name of ["names", "classes"]) {
    expect(input[name] === undefined || isTexts(input[name]), `the input's ${name} are not texts`);
  }
  expect(Array.isArray(layers), "there are no layers");
  layers.forEach(checkLayer);
  return value as unknown as NetworkDocument;
}

function readValued(value: unknown, names: readonly string[], where: string): Fields {
  const fields = checkFields(value, names, where);
  expect(isText(fields.layer) && isIndex(fields.index) && isNumber(fields.value), `${where} is malformed`);
  return fields;
}

function readShared(value: unknown): Shared {
  const shared = checkFields(
    value,
    ["network", "edits", "inputs", "overrides", "selected", "view"],
    "what the link holds",
  );
  const network = readDocument(shared.network);
  const { inputs, edits, overrides } = shared;
  const size = network.input.shape.reduce((product, extent) => product * extent, 1);
  expect(Array.isArray(inputs) && inputs.every(isNumber), "the input is not a list of numbers");
  expect(inputs.length === size && size <= INPUTS_LIMIT, "the input has another size than the network's");
  expect(Array.isArray(edits) && Array.isArray(overrides), "changes and pins are not lists");
  for (const edit of edits) {
    const { parameter } = readValued(edit, ["layer", "parameter", "index", "value"], "a change");
    expect(isText(parameter), "a change is malformed");
  }
  for (const pin of overrides) readValued(pin, ["layer", "index", "value"], "a pin");
  const { shows, scale, target } = checkFields(shared.view, ["shows", "scale", "target"], "the view");
  expect(shows === "values" || shows === "gradients" || shows === "contributions", "the view is unknown");
  expect(scale === "map" || scale === "layer" || scale === "network", "the view is unknown");
  return {
    network,
    edits: edits as ParameterEdit[],
    inputs: inputs as number[],
    overrides: overrides as Override[],
    selected: readNode(shared.selected, "the selected node"),
    view: { shows, scale, target: readNode(target, "the target") },
  };
}

const DAMAGED = "The link is damaged: a part of it was changed or cut off on its way. Ask for it again, as a whole.";

/** What a fragment, with or without "#", holds. Throws `ShareError`, whatever it is that came. */
export async function decodeShare(fragment: string): Promise<Shared> {
  const text = fragment.replace(/^#/, "").slice(PREFIX.length);
  if (text.length > LINK_LIMIT) {
    throw new ShareError(
      `The link is longer than the ${LINK_LIMIT.toLocaleString("en")} characters that a link may have.`,
    );
  }
  const [version = "", sum = "", data = "", ...rest] = text.split(".");
  if (version !== VERSION && /^\d{1,6}$/.test(version)) {
    throw new ShareError(`The link is of version ${version}; this Vitrine opens version ${VERSION}.`);
  }
  if (version !== VERSION || rest.length > 0) throw new ShareError(DAMAGED);
  const packed = fromBase64Url(data);
  if (packed === null || packed.length === 0 || checksum(packed) !== sum) throw new ShareError(DAMAGED);
  let bytes: Uint8Array<ArrayBuffer> | null;
  let json: string;
  try {
    bytes = await through(packed, new DecompressionStream("deflate-raw"), TEXT_LIMIT);
    json = bytes === null ? "" : new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ShareError(DAMAGED);
  }
  if (bytes === null) throw new ShareError("The link unpacks to more than a link may hold.");
  expect(jsonDepth(json) <= DEPTH_LIMIT, "it is nested too deeply");
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new ShareError(DAMAGED);
  }
  return readShared(value);
}
