/** What the page knows about keeping networks: those opened and saved here, the list of all, and what is being asked. */

import type { ApiError } from "./api";
import { formatCount } from "./format";
import type { NetworkDocument, NetworkInfo, ParameterEdit, Summary } from "./wire";

/** A network of one's own as the server keeps it, as far as this page knows. */
export interface Kept {
  readonly version: number;
  readonly title: string;
  /** What was opened or saved: as long as these two are on screen, nothing is unsaved. */
  readonly document: NetworkDocument;
  readonly edits: readonly ParameterEdit[];
}

/** What could not be done: `doing` follows "could not". */
export interface ShelfFailure {
  readonly doing: string;
  readonly error: ApiError;
}

/** A sentence that passes; `restore` is the id of a network that it offers to bring back. */
export interface Toast {
  readonly text: string;
  readonly restore: string | null;
}

export type ShelfDialog = "save" | "copy" | "import";
export type NetworkOrder = "-changed" | "title" | "-created";

/** Stored networks as the list shows them. */
export interface ShelfList {
  readonly search: string;
  readonly order: NetworkOrder;
  /** How many are asked for. */
  readonly limit: number;
  readonly networks: readonly NetworkInfo[] | null;
  readonly total: number;
  /** What can be brought back, the latest first. */
  readonly deleted: readonly NetworkInfo[];
  /** Why networks of one's own cannot be listed. */
  readonly problem: string | null;
}

/** Somebody else saved, or deleted, the network that was to be saved. */
export interface Conflict {
  readonly id: string;
  readonly gone: boolean;
  /** What is stored now, for its picture. */
  readonly theirs: Summary | null;
}

export interface Shelf {
  readonly kept: ReadonlyMap<string, Kept>;
  readonly saving: boolean;
  readonly dialog: ShelfDialog | null;
  readonly conflict: Conflict | null;
  readonly failure: ShelfFailure | null;
  /** The text that could not be imported, to be put right. */
  readonly draft: string;
  readonly toast: Toast | null;
  readonly list: ShelfList;
}

/** How many networks the list asks for at first, and how many more each time. */
export const LIST_STEP = 60;

export const emptyShelf: Shelf = {
  kept: new Map(),
  saving: false,
  dialog: null,
  conflict: null,
  failure: null,
  draft: "",
  toast: null,
  list: { search: "", order: "-changed", limit: LIST_STEP, networks: null, total: 0, deleted: [], problem: null },
};

export function titleOf(one: { title?: string | null; name?: string | null; id?: string }): string {
  return one.title || one.name || one.id || "Untitled network";
}

/** `shelf` after a stored network was opened or saved. */
export function withKept(
  shelf: Shelf,
  id: string,
  version: number,
  document: NetworkDocument,
  edits: readonly ParameterEdit[] = [],
): Shelf {
  const title = titleOf(document);
  return { ...shelf, kept: new Map([...shelf.kept, [id, { version, title, document, edits }]]) };
}

/** Where the network on screen stands towards what is stored. */
export type Standing = "example" | "saved" | "unsaved" | "changed" | "new";

interface OnScreen {
  readonly document: NetworkDocument;
  readonly edits: readonly ParameterEdit[];
  readonly networkId: string | null;
  readonly home?: string | null;
}

/** `example`: as it came. `changed`: an example with changes. `saved`, `unsaved`: one's own. `new`: stored nowhere. */
export function standingOf(edit: OnScreen, kept: ReadonlyMap<string, Kept>): Standing {
  const home = edit.home ?? null;
  const saved = home === null ? undefined : kept.get(home);
  if (saved !== undefined) {
    const same =
      saved.document === edit.document &&
      (saved.edits === edit.edits || (saved.edits.length === 0 && edit.edits.length === 0));
    return same ? "saved" : "unsaved";
  }
  if (edit.networkId !== null && edit.networkId === home && edit.edits.length === 0) return "example";
  return home === null ? "new" : "changed";
}

/** Whether leaving would lose something. */
export function isUnsaved(standing: Standing): boolean {
  return standing === "unsaved" || standing === "changed" || standing === "new";
}

/** What a picture is kept under: another version of a network looks otherwise. */
export function pictureKey({ id, version }: NetworkInfo): string {
  return version === null || version === undefined ? id : `${id}@${version}`;
}

/** A title for a copy: "Name copy", "Name copy 2", … */
export function copyTitle(title: string, taken: ReadonlySet<string>): string {
  const stem = title.replace(/ copy( \d+)?$/, "").slice(0, 180);
  for (let number = 1; ; number += 1) {
    const next = number === 1 ? `${stem} copy` : `${stem} copy ${number}`;
    if (!taken.has(next)) return next;
  }
}

/** Files and texts of more bytes than this are refused before they are read. */
export const LARGEST_DOCUMENT = 16 * 2 ** 20;

export function tooLarge(bytes: number): string | null {
  if (bytes <= LARGEST_DOCUMENT) return null;
  return `It has ${formatCount(bytes)} bytes; documents of up to ${formatCount(LARGEST_DOCUMENT)} bytes (16 MiB) can be imported. The API takes larger ones where its settings allow it.`;
}
