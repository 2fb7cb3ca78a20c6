import { describe, expect, it } from "vitest";
import type { Actions } from "../src/actions";
import { checkText, createShelfActions } from "../src/actions_networks";
import { ApiError, readStored } from "../src/api";
import type { NetworksApi } from "../src/api_networks";
import { fileName, writeDocument } from "../src/document_text";
import { copyTitle, emptyShelf, isUnsaved, LARGEST_DOCUMENT, standingOf, titleOf, withKept } from "../src/shelf";
import { createStore, type Edit } from "../src/store";
import { writeAddress } from "../src/views/address";
import { ago } from "../src/views/keep/ago";
import { wouldLose } from "../src/views/keep/unsaved";
import type { NetworkDocument, NetworkInfo, Summary } from "../src/wire";

const DOCUMENT: NetworkDocument = { name: "plain", input: { shape: [1] }, layers: [{ kind: "Dense", units: 1 }] };
const WEIGHT = { layer: "dense_1", parameter: "kernel", index: [0, 0], value: 2 };
const SUMMARY: Summary = {
  layers: [],
  total_parameters: 2,
  trainable_parameters: 2,
  non_trainable_parameters: 0,
  multiply_adds: 1,
  parameter_bytes: 16,
};

function editOf(change: Partial<Edit> = {}): Edit {
  return { networkId: null, home: null, document: DOCUMENT, edits: [], inputs: [0], overrides: [], ...change };
}

function problem(status: number, title = "Problem"): ApiError {
  return new ApiError(status, title, title, [], null);
}

interface Row {
  text: string;
  version: number;
  deleted: boolean;
}

/** A server in memory that keeps versions as the real one does. */
function fakeServer() {
  const rows = new Map<string, Row>();
  const find = (id: string) => {
    const row = rows.get(id);
    if (row === undefined || row.deleted) throw problem(404, "Not found");
    return row;
  };
  const info = (id: string): NetworkInfo => {
    const { text, version } = rows.get(id) as Row;
    const document = JSON.parse(text) as NetworkDocument;
    return {
      id,
      name: document.name ?? null,
      title: document.title ?? null,
      description: null,
      read_only: false,
      input_shape: [1],
      layers: 1,
      parameters: 2,
      multiply_adds: 1,
      version,
    };
  };
  const put = (id: string, version: number, change: Partial<Row>) => {
    const row = find(id);
    if (row.version !== version) throw problem(412, "Changed meanwhile");
    rows.set(id, { ...row, ...change, version: version + 1 });
  };
  const api: NetworksApi & Parameters<typeof createShelfActions>[1] = {
    list: async ({ deleted }) => {
      const networks = [...rows].filter(([, row]) => row.deleted === deleted).map(([id]) => info(id));
      return { networks, total: networks.length, problem: null };
    },
    read: async (id) => {
      const { text, version } = find(id);
      return readStored(new Response(text, { headers: { ETag: `"${version}"`, Allow: "DELETE, GET, HEAD, PUT" } }));
    },
    create: async (text) => {
      const id = `id${rows.size + 1}`;
      rows.set(id, { text, version: 1, deleted: false });
      return info(id);
    },
    copy: async (id, title) => api.create(JSON.stringify({ ...JSON.parse(find(id).text), title })),
    replace: async (id, version, text) => {
      put(id, version, { text });
      return info(id);
    },
    giveParameters: async (id) => info(id),
    remove: async (id, version) => put(id, version, { deleted: true }),
    restore: async (id) => {
      const row = rows.get(id) as Row;
      rows.set(id, { ...row, deleted: false, version: row.version + 1 });
      return info(id);
    },
    summary: async () => SUMMARY,
    edit: async (network) => ({
      document: { ...DOCUMENT, description: JSON.stringify(network) },
      renamed: {},
      added: [],
      removed: [],
      notes: [],
    }),
  };
  const store = createStore();
  const opened: string[] = [];
  const core: Pick<Actions, "change" | "open" | "retry"> = {
    change: (edit, label) =>
      store.update(({ present, history }) => ({
        present: edit,
        history: { past: present === null ? history.past : [...history.past, { edit: present, label }], future: [] },
      })),
    open: async (id) => void opened.push(id),
    retry: () => undefined,
  };
  const actions = createShelfActions(store, api, core);
  const show = (edit: Edit) => store.update({ present: edit });
  const standing = () => {
    const { present, shelf } = store.get();
    return present === null ? null : standingOf(present, shelf.kept);
  };
  return { actions, api, core, opened, rows, show, standing, store };
}

describe("saving", () => {
  it("asks for a name first, and writes in place from then on", async () => {
    const { actions, core, rows, show, standing, store } = fakeServer();
    show(editOf());
    expect(standing()).toBe("new");
    await actions.save();
    expect(store.get().shelf.dialog).toBe("save");
    await actions.saveAs("Mine");
    expect(store.get().shelf.dialog).toBeNull();
    expect(standing()).toBe("saved");
    expect(writeAddress(store.get())).toContain("network=id1");

    const changed = { ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 3 } };
    core.change(changed, "seed");
    expect(standing()).toBe("unsaved");
    await actions.save();
    expect(standing()).toBe("saved");
    expect(rows.get("id1")?.version).toBe(2);
    expect(JSON.parse(rows.get("id1")?.text ?? "")).toMatchObject({ title: "Mine", seed: 3 });
  });

  it("writes single weights into the document", async () => {
    const { actions, rows, show, standing } = fakeServer();
    show(editOf({ networkId: "walkthrough", home: "walkthrough", edits: [WEIGHT] }));
    expect(standing()).toBe("changed");
    await actions.saveAs("Mine");
    expect(standing()).toBe("saved");
    const { description } = JSON.parse(rows.get("id1")?.text ?? "") as NetworkDocument;
    expect(JSON.parse(description ?? "")).toEqual({ base: "walkthrough", edits: [WEIGHT] });
  });

  it("takes the history along, but not what belongs to another network", async () => {
    const { actions, core, show, store } = fakeServer();
    show(editOf({ home: "elsewhere" }));
    core.change(editOf({ home: "walkthrough" }), "open");
    core.change(editOf({ home: "walkthrough", document: { ...DOCUMENT } }), "change");
    await actions.saveAs("Mine");
    expect(store.get().history.past.map(({ edit }) => edit.home)).toEqual(["elsewhere", "id1"]);
  });

  it("does not count what is changed while a save is under way as saved", async () => {
    const { actions, core, show, standing, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Mine");
    core.change({ ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 1 } }, "seed");
    const saving = actions.save();
    core.change({ ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 2 } }, "seed");
    await saving;
    expect(standing()).toBe("unsaved");
  });

  it("writes nothing over what somebody else saved", async () => {
    const { actions, api, core, rows, show, standing, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Mine");
    await api.replace("id1", 1, JSON.stringify({ ...DOCUMENT, title: "Theirs", seed: 9 }));
    const mine = { ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 1 } };
    core.change(mine, "seed");
    await actions.save();
    expect(store.get().shelf.conflict).toEqual({ id: "id1", gone: false, theirs: SUMMARY });
    expect(JSON.parse(rows.get("id1")?.text ?? "").seed).toBe(9);
    await actions.loadTheirs();
    expect(store.get().present?.document).toMatchObject({ title: "Theirs", seed: 9 });
    expect(standing()).toBe("saved");
    expect(store.get().history.past.at(-1)?.edit).toBe(mine);
  });

  it("knows its own save again when only the answer was lost", async () => {
    const { actions, api, core, show, standing, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Mine");
    core.change({ ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 1 } }, "seed");
    const { replace } = api;
    api.replace = async (...call) => {
      await replace(...call);
      throw problem(0, "No answer");
    };
    await actions.save();
    expect(store.get().shelf.failure?.doing).toBe("save “Mine”");
    api.replace = replace;
    await actions.save();
    expect(store.get().shelf.conflict).toBeNull();
    expect(standing()).toBe("saved");
  });
});

describe("the list", () => {
  it("renames what is stored, whatever is on screen, and a later save keeps the name", async () => {
    const { actions, core, rows, show, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Before");
    core.change({ ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 1 } }, "seed");
    expect(await actions.rename("id1", "After")).toBe(true);
    expect(JSON.parse(rows.get("id1")?.text ?? "")).toMatchObject({ title: "After" });
    expect(JSON.parse(rows.get("id1")?.text ?? "").seed).toBeUndefined();
    await actions.save();
    expect(JSON.parse(rows.get("id1")?.text ?? "")).toMatchObject({ title: "After", seed: 1 });
  });

  it("leaves a conflict to be noticed that stood before a renaming", async () => {
    const { actions, api, core, show, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Before");
    await api.replace("id1", 1, JSON.stringify({ ...DOCUMENT, seed: 9 }));
    await actions.rename("id1", "After");
    core.change({ ...(store.get().present as Edit), document: { ...DOCUMENT, seed: 1 } }, "seed");
    await actions.save();
    expect(store.get().shelf.conflict?.id).toBe("id1");
  });

  it("brings a deleted network back as it was", async () => {
    const { actions, show, standing, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Mine");
    await actions.loadList();
    const [info] = store.get().shelf.list.networks ?? [];
    expect(await actions.remove(info as NetworkInfo)).toBe(true);
    expect(store.get().shelf.toast?.restore).toBe("id1");
    expect(standing()).toBe("changed");
    expect(await actions.restore("id1")).toBe(true);
    expect(standing()).toBe("saved");
    expect(store.get().shelf.kept.get("id1")?.version).toBe(3);
  });

  it("does not delete what was changed meanwhile", async () => {
    const { actions, api, rows, show, store } = fakeServer();
    show(editOf());
    await actions.saveAs("Mine");
    await actions.loadList();
    const [info] = store.get().shelf.list.networks ?? [];
    await api.replace("id1", 1, JSON.stringify(DOCUMENT));
    expect(await actions.remove(info as NetworkInfo)).toBe(false);
    expect(rows.get("id1")?.deleted).toBe(false);
    expect(store.get().shelf.failure?.error.status).toBe(412);
  });
});

describe("import", () => {
  it("stores and opens a document letter for letter", async () => {
    const { actions, opened, rows } = fakeServer();
    const text = '{"title": "T", "input": {"shape": [1], "default": [-0.0]}, "layers": []}';
    expect(await actions.importText(text, "the text")).toBe(true);
    expect(rows.get("id1")?.text).toBe(text);
    expect(opened).toEqual(["id1"]);
  });

  it("opens it unsaved where nothing can be stored", async () => {
    const { actions, api, standing, store } = fakeServer();
    api.create = async () => {
      throw problem(503, "Storage unavailable");
    };
    expect(await actions.importText(JSON.stringify(DOCUMENT), "the text")).toBe(true);
    expect(store.get().present?.document).toEqual(DOCUMENT);
    expect(standing()).toBe("new");
    expect(store.get().shelf.failure?.error.status).toBe(503);
  });

  it("refuses what is no document without asking the server", () => {
    for (const text of ["", " ", "{", "[]", "7", "null", '{"base": "walkthrough"}']) {
      expect(checkText(text)).toBeInstanceOf(ApiError);
    }
    expect(checkText("{}")).toBeNull();
    expect(checkText("x".repeat(LARGEST_DOCUMENT + 1))?.title).toBe("Too large");
  });

  it("never reads a file that is too large", async () => {
    const { actions, store } = fakeServer();
    const huge = { name: "huge.json", size: LARGEST_DOCUMENT + 1 } as File;
    await actions.importFiles([huge]);
    expect(store.get().shelf.failure?.error.title).toBe("Too large");
    expect(store.get().shelf.dialog).toBe("import");
  });
});

describe("parameters in a file beside a document", () => {
  const file = (name: string, text = "") => ({ name, size: text.length, text: async () => text }) as File;
  const document = file("net.json", JSON.stringify(DOCUMENT));

  it("gives them to the network that is stored", async () => {
    const { actions, api, store } = fakeServer();
    const given: unknown[] = [];
    api.giveParameters = async (id, version, content, mediaType) => {
      given.push(id, version, content, mediaType);
      return {
        ...(await api.list({ search: "", order: "", limit: 1, deleted: false })).networks[0],
        version: 2,
      } as NetworkInfo;
    };
    const weights = file("weights.NPZ");
    await actions.importFiles([weights, document]);
    expect(given).toEqual(["id1", 1, weights, "application/octet-stream"]);
    expect(store.get().shelf.failure).toBeNull();
    expect(store.get().shelf.dialog).toBeNull();
  });

  it("stores nothing when they do not fit", async () => {
    const { actions, api, store } = fakeServer();
    api.giveParameters = async () => {
      throw problem(422, "Invalid request");
    };
    await actions.importFiles([document, file("weights.safetensors")]);
    expect(store.get().shelf.failure?.error.title).toBe("Invalid request");
    expect((await api.list({ search: "", order: "", limit: 1, deleted: false })).networks).toEqual([]);
  });

  it("asks for the document that they belong to", async () => {
    const { actions, store } = fakeServer();
    for (const files of [
      [file("w.npz")],
      [document, file("a.npz"), file("b.npz")],
      [document, document, file("a.npz")],
    ]) {
      await actions.importFiles(files);
      expect(store.get().shelf.failure?.error.title).toBe("Parameters belong to a document");
    }
  });
});

describe("words and texts", () => {
  it("writes documents that read back bit for bit, rows of numbers on one line", () => {
    const awkward = [-0, 0, 0.1, 5e-324, 1.7976931348623157e308, 1e21, 1e-7, 2 ** 53 + 2];
    const document = { ...DOCUMENT, layers: [{ parameters: { kernel: [awkward, awkward] } }] };
    const text = writeDocument(document);
    const [row] = (JSON.parse(text) as typeof document).layers[0]?.parameters.kernel ?? [];
    expect(row?.every((value, position) => Object.is(value, awkward[position]))).toBe(true);
    expect(text).toContain("[-0.0, 0, 0.1, 5e-324, ");
    expect(writeDocument({ a: undefined, b: [], c: {} })).toBe('{\n  "b": [],\n  "c": {}\n}');
  });

  it("names files so that every system takes them", () => {
    expect(fileName("Lesson 3: a/b\\c")).toBe("Lesson-3-a-b-c.json");
    expect(fileName("../../etc/passwd")).toBe("etc-passwd.json");
    expect(fileName("<>")).toBe("network.json");
    expect(fileName("Größe 图")).toBe("Größe-图.json");
    expect(fileName("x".repeat(500))).toHaveLength(65);
  });

  it("finds a title, and one for a copy", () => {
    expect(titleOf({ title: "", name: null, id: "abc" })).toBe("abc");
    expect(titleOf({})).toBe("Untitled network");
    expect(copyTitle("A", new Set())).toBe("A copy");
    expect(copyTitle("A copy", new Set(["A copy"]))).toBe("A copy 2");
    expect(copyTitle("A copy 2", new Set(["A copy", "A copy 2"]))).toBe("A copy 3");
    expect(copyTitle("x".repeat(300), new Set()).length).toBeLessThanOrEqual(200);
  });

  it("says how long ago something was", () => {
    const now = Date.parse("2030-06-15T12:00:00Z");
    expect(ago("2030-06-15T11:59:40Z", now)).toBe("just now");
    expect(ago("2030-06-15T11:59:00Z", now)).toBe("1 minute ago");
    expect(ago("2030-06-14T12:00:00Z", now)).toBe("yesterday");
    expect(ago("2030-06-15T12:00:30Z", now)).toBe("just now");
  });

  it("asks before leaving only where something would be lost", () => {
    const store = createStore();
    expect(wouldLose(store.get())).toBe(false);
    store.update({ present: editOf({ networkId: "walkthrough", home: "walkthrough" }) });
    expect(wouldLose(store.get())).toBe(false);
    // What came with a link is still in the link.
    store.update({ present: editOf() });
    expect(wouldLose(store.get())).toBe(false);
    store.update({ history: { past: [{ edit: editOf(), label: "x1" }], future: [] } });
    expect(wouldLose(store.get())).toBe(true);
    store.update({ present: editOf({ home: "a" }), shelf: withKept(emptyShelf, "a", 1, DOCUMENT) });
    expect(wouldLose(store.get())).toBe(false);
    store.update({ present: editOf({ home: "a", edits: [WEIGHT] }) });
    expect(wouldLose(store.get())).toBe(true);
    expect(["example", "saved"].some((standing) => isUnsaved(standing as "saved"))).toBe(false);
  });

  it("knows the version of what can be changed only", async () => {
    const read = (headers: Record<string, string>) => readStored(new Response("{}", { headers }));
    const { versionOf } = await import("../src/api");
    expect(versionOf(await read({ ETag: '"12"', Allow: "DELETE, GET, HEAD, PUT" }))).toBe(12);
    expect(versionOf(await read({ ETag: '"1234567890123456"', Allow: "GET, HEAD" }))).toBeNull();
    expect(versionOf(await read({}))).toBeNull();
  });
});
