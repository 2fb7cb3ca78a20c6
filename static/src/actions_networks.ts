/** Keeping networks: saving what is on screen, the list of stored networks, import and export.
 *
 * A save names the version that it replaces; where somebody else was quicker, nothing is written and a person decides.
 * Titles belong to the stored network, not to the history of edits: undo never renames anything. */

import { type Actions, networkOf } from "./actions";
import { type Api, ApiError, versionOf } from "./api";
import type { NetworksApi } from "./api_networks";
import { fileName, writeDocument } from "./document_text";
import {
  copyTitle,
  isUnsaved,
  type Kept,
  LIST_STEP,
  pictureKey,
  type Shelf,
  type ShelfDialog,
  type ShelfList,
  standingOf,
  titleOf,
  tooLarge,
  withKept,
} from "./shelf";
import type { Edit, Step, Store } from "./store";
import { defaultInputs } from "./views/inputs";
import type { NetworkDocument, NetworkInfo } from "./wire";

/** Texts longer than this are not put into the field to be put right. */
const LONGEST_DRAFT = 200_000;

/** How often a renaming is tried again when somebody else saved between reading and writing. */
const RENAME_TRIES = 3;

/** A document as a file. */
export interface DocumentFile {
  name: string;
  text: string;
}

export interface ShelfActions {
  /** Saves what is on screen where it came from; where there is no such place, asks for a title. */
  save(): Promise<void>;
  /** Stores what is on screen as a new network. */
  saveAs(title: string): Promise<void>;
  askFor(dialog: ShelfDialog | null): void;
  /** After a conflict: shows what the other one saved. What was on screen comes back with undo. */
  loadTheirs(): Promise<void>;
  dismissConflict(): void;
  dismissShelfFailure(): void;
  dismissToast(): void;
  /** Opens a stored network from the list. */
  openStored(info: NetworkInfo): void;
  loadList(change?: Partial<Pick<ShelfList, "search" | "order" | "limit">>): Promise<void>;
  showMore(): void;
  /** Whether the network has the title now. */
  rename(id: string, title: string): Promise<boolean>;
  /** The id of the copy; null where there is none. */
  duplicate(info: NetworkInfo): Promise<string | null>;
  remove(info: NetworkInfo): Promise<boolean>;
  restore(id: string): Promise<boolean>;
  /** Stores the network of a text and opens it; `source` says where the text comes from. */
  importText(text: string, source: string): Promise<boolean>;
  importFiles(files: readonly File[]): Promise<void>;
  /** What is on screen, its changes included. */
  exportPresent(): Promise<DocumentFile | null>;
  exportStored(info: NetworkInfo): Promise<DocumentFile | null>;
}

/** `document` under a title, which stands where people look for it. */
function entitled({ name, title: _, ...rest }: NetworkDocument, title: string): NetworkDocument {
  return { ...(name === undefined ? {} : { name }), title, ...rest };
}

/** The media type of a file with parameters, by the ending of its name; null for any other file. */
function parameterType({ name }: File): string | null {
  if (/\.safetensors$/i.test(name)) return "application/vnd.safetensors";
  return /\.npz$/i.test(name) ? "application/octet-stream" : null;
}

function unreadable(title: string, detail: string): ApiError {
  return new ApiError(422, title, detail, [], null);
}

/** Why a text is no network document as far as that can be told without the server; null: it may be one. */
export function checkText(text: string): ApiError | null {
  const bytes = tooLarge(text.length);
  if (bytes !== null) return unreadable("Too large", bytes);
  if (text.trim() === "") return unreadable("Nothing to import", "There is no text. Paste a network document.");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return unreadable("Not JSON", `A network document is JSON. ${error instanceof Error ? error.message : ""}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value) || "base" in value) {
    const expected = 'expected an object with "input" and "layers"';
    return unreadable("Not a network document", `This is JSON, but no network document: ${expected}.`);
  }
  return null;
}

/** The steps with those moved that belong to the same stored network, from the end that touches the present. */
function moved(steps: readonly Step[], from: string | null, to: string, newestLast: boolean): Step[] {
  const ordered = newestLast ? [...steps].reverse() : [...steps];
  const other = ordered.findIndex(({ edit }) => (edit.home ?? null) !== from);
  const run = other < 0 ? ordered.length : other;
  const result = ordered.map((step, position) =>
    position < run ? { ...step, edit: { ...step.edit, home: to } } : step,
  );
  return newestLast ? result.reverse() : result;
}

export function createShelfActions(
  store: Store,
  api: NetworksApi & Pick<Api, "edit" | "summary">,
  core: Pick<Actions, "change" | "open" | "retry">,
): ShelfActions {
  /** What is known of deleted networks, in case they come back. */
  const removed = new Map<string, Kept>();

  const put = (change: Partial<Shelf>) => store.update(({ shelf }) => ({ shelf: { ...shelf, ...change } }));
  const putList = (change: Partial<ShelfList>) =>
    store.update(({ shelf }) => ({ shelf: { ...shelf, list: { ...shelf.list, ...change } } }));
  const say = (text: string, restore: string | null = null) => put({ toast: { text, restore } });

  function fail(doing: string, error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    put({ failure: { doing, error } });
  }

  /** Whether `work` went well; where not, the failure is there to be shown. */
  async function attempt(doing: string, work: () => Promise<void>): Promise<boolean> {
    put({ failure: null });
    try {
      await work();
      return true;
    } catch (error) {
      fail(doing, error);
      return false;
    }
  }

  async function wholeDocument(edit: Edit): Promise<NetworkDocument> {
    return edit.edits.length === 0 ? edit.document : (await api.edit(networkOf(edit), [])).document;
  }

  /** Notes that the server has `edit` now. */
  function keep(info: NetworkInfo, title: string, { document, edits }: Edit): void {
    store.update(({ shelf }) => {
      const next = withKept(shelf, info.id, info.version ?? 0, document, edits);
      const kept = next.kept.get(info.id);
      return {
        shelf: kept === undefined ? next : { ...next, kept: new Map([...next.kept, [info.id, { ...kept, title }]]) },
      };
    });
  }

  /** Gives what is on screen, and the steps that led to it, another place to be saved to. */
  function rehome(from: string | null, to: string): void {
    const { present } = store.get();
    if (present === null || (present.home ?? null) !== from) return;
    const edit = { ...present, home: to };
    store.update(({ history, answer }) => ({
      present: edit,
      history: { past: moved(history.past, from, to, true), future: moved(history.future, from, to, false) },
      answer: answer?.edit === present ? { ...answer, edit } : answer,
    }));
    // What was under way belongs to the object that was replaced.
    if (store.get().failure === null) core.retry();
  }

  async function save(): Promise<void> {
    const { present, shelf } = store.get();
    if (present === null || shelf.saving) return;
    const id = present.home ?? null;
    const kept = id === null ? undefined : shelf.kept.get(id);
    if (id === null || kept === undefined) {
      put({ dialog: "save", failure: null });
      return;
    }
    if (standingOf(present, shelf.kept) === "saved") {
      say("Everything is saved.");
      return;
    }
    put({ saving: true, failure: null });
    try {
      const text = writeDocument(entitled(await wholeDocument(present), kept.title));
      try {
        keep(await api.replace(id, kept.version, text), kept.title, present);
      } catch (error) {
        if (!(error instanceof ApiError) || (error.status !== 412 && error.status !== 404)) throw error;
        if (error.status === 404 || !(await isAlreadyThere(id, text, kept.title, present))) {
          await askAboutConflict(id, error.status === 404);
        }
      }
      void loadList();
    } catch (error) {
      fail(`save “${kept.title}”`, error);
    } finally {
      put({ saving: false });
    }
  }

  /** Whether the server has this very text: then an earlier save arrived, and only its answer was lost. */
  async function isAlreadyThere(id: string, text: string, title: string, edit: Edit): Promise<boolean> {
    const document = await api.read(id);
    const version = versionOf(document);
    if (version === null || writeDocument(document) !== text) return false;
    store.update(({ shelf }) => ({
      shelf: {
        ...shelf,
        kept: new Map([...shelf.kept, [id, { version, title, document: edit.document, edits: edit.edits }]]),
      },
    }));
    return true;
  }

  async function askAboutConflict(id: string, gone: boolean): Promise<void> {
    put({ conflict: { id, gone, theirs: null } });
    if (gone) return;
    try {
      const theirs = await api.summary(id);
      if (store.get().shelf.conflict?.id === id) put({ conflict: { id, gone, theirs } });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // The question can be answered without the picture.
    }
  }

  async function saveAs(title: string): Promise<void> {
    const { present, shelf } = store.get();
    if (present === null || shelf.saving) return;
    put({ saving: true });
    const done = await attempt(`save “${title}”`, async () => {
      const info = await api.create(writeDocument(entitled(await wholeDocument(present), title)));
      keep(info, title, present);
      rehome(present.home ?? null, info.id);
      put({ dialog: null, conflict: null });
      say(`“${title}” is in My networks.`);
    });
    put({ saving: false });
    if (done) void loadList();
  }

  async function loadTheirs(): Promise<void> {
    const { conflict } = store.get().shelf;
    if (conflict === null) return;
    await attempt("load the other version", async () => {
      const document = await api.read(conflict.id);
      const version = versionOf(document);
      const { present } = store.get();
      if (version === null || present === null) return;
      store.update(({ shelf }) => ({ shelf: withKept(shelf, conflict.id, version, document) }));
      put({ conflict: null });
      const same = document.input.shape.join() === present.document.input.shape.join();
      core.change(
        {
          networkId: null,
          home: conflict.id,
          document,
          edits: [],
          inputs: same ? present.inputs : defaultInputs(document),
          overrides: [],
        },
        "load the other version",
      );
      say("This is the other version. Undo brings yours back.");
    });
  }

  let listing = new AbortController();

  async function loadList(change: Partial<Pick<ShelfList, "search" | "order" | "limit">> = {}): Promise<void> {
    listing.abort();
    listing = new AbortController();
    const { signal } = listing;
    putList(change);
    const { search, order, limit } = store.get().shelf.list;
    try {
      const [found, deleted] = await Promise.all([
        api.list({ search: search.slice(0, 200), order, limit, deleted: false }, signal),
        api.list({ search: "", order: "-changed", limit: 20, deleted: true }, signal),
      ]);
      if (signal.aborted) return;
      putList({
        networks: found.networks,
        total: found.total,
        problem: found.problem,
        deleted: [...deleted.networks].sort((a, b) => (b.deleted ?? "").localeCompare(a.deleted ?? "")),
      });
      if (search === "") store.update({ networks: found.networks });
      await loadPictures(found.networks, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      putList({ problem: error.message });
    }
  }

  async function loadPictures(networks: readonly NetworkInfo[], signal: AbortSignal): Promise<void> {
    for (const info of networks) {
      const key = pictureKey(info);
      if (signal.aborted) return;
      if (store.get().pictures.has(key)) continue;
      try {
        const summary = await api.summary(info.id, signal);
        store.update(({ pictures }) => ({ pictures: new Map([...pictures, [key, summary]]) }));
      } catch (error) {
        // A card without its picture still says what the network is for.
        if (!signal.aborted && !(error instanceof ApiError)) throw error;
      }
    }
  }

  async function renameOnce(id: string, title: string): Promise<void> {
    const document = await api.read(id);
    const version = versionOf(document);
    if (version === null) throw unreadable("Read-only", "An example keeps its name. Duplicate it, and rename that.");
    const info = await api.replace(id, version, writeDocument(entitled(document, title)));
    store.update(({ shelf }) => {
      const kept = shelf.kept.get(id);
      if (kept === undefined) return {};
      // Where somebody else saved before, the next save has to notice that still.
      const known = kept.version === version ? (info.version ?? version) : kept.version;
      return { shelf: { ...shelf, kept: new Map([...shelf.kept, [id, { ...kept, title, version: known }]]) } };
    });
  }

  async function rename(id: string, title: string): Promise<boolean> {
    const done = await attempt("rename it", async () => {
      for (let tries = 1; ; tries += 1) {
        try {
          await renameOnce(id, title);
          return;
        } catch (error) {
          if (!(error instanceof ApiError) || error.status !== 412 || tries === RENAME_TRIES) throw error;
        }
      }
    });
    if (done) await loadList();
    return done;
  }

  async function duplicate(info: NetworkInfo): Promise<string | null> {
    let id: string | null = null;
    const taken = new Set((store.get().shelf.list.networks ?? []).map(titleOf));
    const title = copyTitle(titleOf(info), taken);
    const done = await attempt(`duplicate “${titleOf(info)}”`, async () => {
      ({ id } = await api.copy(info.id, title));
    });
    if (!done) return null;
    await loadList();
    say(`“${title}” is in My networks.`);
    return id;
  }

  async function remove(info: NetworkInfo): Promise<boolean> {
    const done = await attempt(`delete “${titleOf(info)}”`, () => api.remove(info.id, info.version ?? 0));
    if (done) {
      const kept = store.get().shelf.kept.get(info.id);
      if (kept !== undefined) {
        removed.set(info.id, kept);
        put({ kept: new Map([...store.get().shelf.kept].filter(([id]) => id !== info.id)) });
      }
      say(`“${titleOf(info)}” is deleted.`, info.id);
    }
    await loadList();
    return done;
  }

  async function restore(id: string): Promise<boolean> {
    const done = await attempt("bring it back", async () => {
      const info = await api.restore(id);
      const kept = removed.get(id);
      removed.delete(id);
      if (kept !== undefined) {
        const version = info.version ?? kept.version;
        put({ kept: new Map([...store.get().shelf.kept, [id, { ...kept, version }]]) });
      }
      say(`“${titleOf(info)}” is back.`);
    });
    await loadList();
    return done;
  }

  /** Shows a document that could not be stored, so that nothing is lost. */
  function openUnsaved(document: NetworkDocument): void {
    store.update(({ view }) => ({
      selected: null,
      focus: null,
      reveal: null,
      view: { ...view, valuesLayer: null, chooserOpen: false },
    }));
    const inputs = defaultInputs(document);
    core.change(
      { networkId: null, home: null, document, edits: [], inputs, overrides: [] },
      `open ${titleOf(document)}`,
    );
  }

  function refuse(source: string, error: ApiError, text = ""): false {
    put({
      dialog: "import",
      draft: text.length <= LONGEST_DRAFT ? text : "",
      failure: { doing: `import ${source}`, error },
    });
    return false;
  }

  async function importText(text: string, source: string): Promise<boolean> {
    const wrong = checkText(text);
    if (wrong !== null) return refuse(source, wrong, text);
    put({ failure: null, saving: true });
    try {
      const info = await api.create(text);
      put({ dialog: null, draft: "" });
      openStored(info);
      say(`“${titleOf(info)}” is imported and in My networks.`);
      void loadList();
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.title !== "Storage unavailable") return refuse(source, error, text);
      const document = JSON.parse(text) as NetworkDocument;
      try {
        await api.summary(document);
      } catch (problem) {
        if (!(problem instanceof ApiError)) throw problem;
        return refuse(source, problem, text);
      }
      put({ dialog: null, draft: "" });
      openUnsaved(document);
      fail(`store “${titleOf(document)}”`, error);
      return true;
    } finally {
      put({ saving: false });
    }
  }

  /** Stores a document with the parameters in a file beside it; if they do not fit, nothing stays stored. */
  async function importPair(document: File, parameters: File, mediaType: string): Promise<void> {
    const source = `“${document.name.slice(0, 80)}” with “${parameters.name.slice(0, 80)}”`;
    put({ failure: null, saving: true });
    try {
      const text = await document.text();
      const wrong = checkText(text);
      if (wrong !== null) {
        refuse(source, wrong, text);
        return;
      }
      const info = await api.create(text);
      let given: NetworkInfo;
      try {
        given = await api.giveParameters(info.id, info.version ?? 1, parameters, mediaType);
      } catch (error) {
        await api.remove(info.id, info.version ?? 1);
        throw error;
      }
      put({ dialog: null, draft: "" });
      openStored(given);
      say(`“${titleOf(given)}” is imported with its parameters and in My networks.`);
      void loadList();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refuse(source, error);
    } finally {
      put({ saving: false });
    }
  }

  async function importFiles(files: readonly File[]): Promise<void> {
    const [parameters, ...more] = files.filter((file) => parameterType(file) !== null);
    if (parameters !== undefined) {
      const documents = files.filter((file) => parameterType(file) === null);
      const [document] = documents;
      if (document === undefined || documents.length > 1 || more.length > 0) {
        const detail = "Choose one document (.json) and the file with its parameters (.npz or .safetensors) together.";
        refuse(`“${parameters.name.slice(0, 80)}”`, unreadable("Parameters belong to a document", detail));
        return;
      }
      await importPair(document, parameters, parameterType(parameters) ?? "");
      return;
    }
    for (const file of files) {
      const source = `“${file.name.slice(0, 80)}”`;
      const large = tooLarge(file.size);
      if (large !== null) {
        refuse(source, unreadable("Too large", large));
        return;
      }
      let text: string;
      try {
        text = await file.text();
      } catch {
        refuse(source, unreadable("Not readable", "The browser could not read it. Is it a folder, or was it moved?"));
        return;
      }
      if (!(await importText(text, source))) return;
    }
  }

  function openStored(info: NetworkInfo): void {
    const { present, shelf } = store.get();
    store.update(({ view }) => ({ view: { ...view, chooserOpen: false } }));
    if (present !== null && present.home === info.id) return;
    if (present !== null && isUnsaved(standingOf(present, shelf.kept))) {
      const kept = present.home == null ? undefined : shelf.kept.get(present.home);
      say(`The changes to “${kept?.title ?? titleOf(present.document)}” are not saved. Undo brings them back.`);
    }
    void core.open(info.id);
  }

  return {
    save,
    saveAs,
    askFor: (dialog) => put({ dialog, failure: null, ...(dialog === "import" ? { draft: "" } : {}) }),
    loadTheirs,
    dismissConflict: () => put({ conflict: null }),
    dismissShelfFailure: () => put({ failure: null }),
    dismissToast: () => put({ toast: null }),
    openStored,
    loadList,
    showMore: () => void loadList({ limit: Math.min(1000, store.get().shelf.list.limit + LIST_STEP) }),
    rename,
    duplicate,
    remove,
    restore,
    importText,
    importFiles,
    async exportPresent() {
      const { present, shelf } = store.get();
      if (present === null) return null;
      const kept = present.home == null ? undefined : shelf.kept.get(present.home);
      const title = kept?.title ?? titleOf(present.document);
      let file: DocumentFile | null = null;
      await attempt("export it", async () => {
        const document = await wholeDocument(present);
        // A document without a title stays without: a round trip changes nothing.
        const text = writeDocument(kept === undefined ? document : entitled(document, title));
        file = { name: fileName(title), text: `${text}\n` };
      });
      return file;
    },
    async exportStored(info) {
      let file: DocumentFile | null = null;
      await attempt(`export “${titleOf(info)}”`, async () => {
        file = { name: fileName(titleOf(info)), text: `${writeDocument(await api.read(info.id))}\n` };
      });
      return file;
    },
  };
}
