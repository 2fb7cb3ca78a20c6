import { describe, expect, it, vi } from "vitest";
import { createImageActions } from "../src/actions_images";
import { ApiError } from "../src/api";
import type { ImagesApi } from "../src/api_images";
import { type Dataset, fits, type Job, takesImages, targetText } from "../src/images";
import { createStore, type Edit } from "../src/store";

const EDIT: Edit = {
  networkId: "digits",
  document: { input: { shape: [2, 2] }, layers: [{ kind: "Flatten" }] },
  edits: [],
  inputs: [0, 0, 0, 0],
  overrides: [],
};

const DATASET: Dataset = {
  name: "tiny",
  title: "Tiny",
  description: "",
  task: "classification",
  shape: [2, 2, 1],
  classes: ["zero", "one"],
  features: [],
  target: "digit",
  splits: { train: 3, test: 2 },
  levels: 16,
  source: "",
  licence: "",
  here: true,
  download: null,
};

function job(status: Job["status"]): Job {
  return { id: "j1", status, progress: null, error: null };
}

function studio(api: Partial<ImagesApi>) {
  const store = createStore();
  store.update({ present: EDIT });
  const labels: string[] = [];
  const change = (present: Edit, label: string) => {
    labels.push(label);
    store.update({ present });
  };
  return { store, labels, actions: createImageActions(store, api as ImagesApi, { change }) };
}

class Reader {
  result = "data:image/png;base64,AAAA";
  error = null;
  onload: () => void = () => undefined;
  readAsDataURL() {
    queueMicrotask(() => this.onload());
  }
}
vi.stubGlobal("FileReader", Reader);

const IMAGE = { size: 4 } as Blob;

describe("an image", () => {
  it("becomes the input as one step, with what was done to it", async () => {
    const steps = [{ operation: "scale", detail: "pixel / 255", shape: [2, 2] }];
    const image = vi.fn(async () => ({ inputs: Float64Array.of(1, 2, 3, 4), steps }));
    const { store, labels, actions } = studio({ image });
    await actions.giveImage(IMAGE, "cat.png");
    expect(image).toHaveBeenCalledWith("digits", "AAAA", expect.anything());
    const { present, images } = store.get();
    expect(present?.inputs).toEqual([1, 2, 3, 4]);
    expect(labels).toEqual(["cat.png"]);
    expect(images.source).toMatchObject({ title: "cat.png", steps, expected: null });
    // The very same list: any later change of the input ends what is said of its source.
    expect(images.source?.inputs).toBe(present?.inputs);
    expect(images.reading).toBe(false);
  });

  it("that cannot be read leaves everything as it is, and the server's words are shown", async () => {
    const image = async () => {
      throw new ApiError(422, "Not valid", "the PNG ends too soon", [], null);
    };
    const { store, actions } = studio({ image });
    await actions.giveImage(IMAGE, "broken.png");
    expect(store.get().present).toBe(EDIT);
    expect(store.get().images.problem).toEqual({
      title: "“broken.png” cannot be the input",
      detail: "the PNG ends too soon",
    });
  });

  it("that is too large is not even sent", async () => {
    const image = vi.fn();
    const { store, actions } = studio({ image });
    await actions.giveImage({ size: 60 * 1024 * 1024 } as Blob, "huge.png");
    expect(image).not.toHaveBeenCalled();
    expect(store.get().images.problem?.detail).toContain("at most 48 MiB");
  });

  it("for a network that is no longer there changes nothing", async () => {
    const { store, actions, labels } = studio({
      image: async () => {
        store.update({ present: { ...EDIT, document: { ...EDIT.document, name: "other" } } });
        return { inputs: Float64Array.of(1, 2, 3, 4), steps: [] };
      },
    });
    await actions.giveImage(IMAGE, "late.png");
    expect(labels).toEqual([]);
  });
});

describe("examples", () => {
  const samples = async (name: string, split: string, start: number) => ({
    name,
    split,
    start,
    count: 2,
    total: 2,
    shape: [2, 2, 1],
    classes: ["zero", "one"],
    inputs: Float64Array.of(0, 0, 0, 0, 1, 1, 1, 1),
    targets: [0, 1],
  });

  it("are offered from a data set that fits, and one of them becomes the input with its class", async () => {
    const sampleInputs = vi.fn(async () => Float64Array.of(9, 9, 9, 9));
    const other = { ...DATASET, name: "other", shape: [5] };
    const { store, actions } = studio({ datasets: async () => [other, DATASET], samples, sampleInputs });
    await actions.openSamples();
    expect(store.get().images.chooser).toEqual({ dataset: "tiny", split: "test", start: 0 });
    await actions.takeSample(1);
    expect(sampleInputs).toHaveBeenCalledWith("digits", { name: "tiny", split: "test", index: 1 }, expect.anything());
    expect(store.get().present?.inputs).toEqual([9, 9, 9, 9]);
    expect(store.get().images.source).toMatchObject({
      title: "tiny, test example 1",
      expected: { index: 1, name: "one" },
    });
    expect(store.get().images.chooser).toBeNull();
  });

  it("of a data set that is elsewhere come by a download, which is followed to its end", async () => {
    vi.useFakeTimers();
    let here = false;
    const jobs = [job("running"), job("done")];
    const { store, actions } = studio({
      datasets: async () => [{ ...DATASET, here }],
      samples,
      download: async () => job("queued"),
      job: async () => {
        const next = jobs.shift() ?? job("done");
        if (next.status === "done") here = true;
        return next;
      },
    });
    await actions.openSamples();
    expect(store.get().images.samples).toBeNull();
    const end = actions.download("tiny");
    await vi.advanceTimersByTimeAsync(0);
    expect(store.get().images.downloads.get("tiny")?.status).toBe("queued");
    await vi.advanceTimersByTimeAsync(450);
    expect(store.get().images.downloads.get("tiny")?.status).toBe("running");
    await vi.advanceTimersByTimeAsync(450);
    await end;
    expect(store.get().images.downloads.size).toBe(0);
    expect(store.get().images.samples?.count).toBe(2);
    vi.useRealTimers();
  });

  it("say why a download failed", async () => {
    vi.useFakeTimers();
    const failed = { ...job("failed"), error: "the checksum is another one" };
    const { store, actions } = studio({
      datasets: async () => [{ ...DATASET, here: false }],
      download: async () => job("queued"),
      job: async () => failed,
    });
    const end = actions.download("tiny");
    await vi.advanceTimersByTimeAsync(450);
    await end;
    expect(store.get().images.downloads.get("tiny")).toBe(failed);
    vi.useRealTimers();
  });
});

describe("what fits", () => {
  it("a data set with as many numbers", () => {
    expect(fits(DATASET, [4])).toBe(true);
    expect(fits(DATASET, [2, 2])).toBe(true);
    expect(fits(DATASET, [2, 3])).toBe(false);
  });

  it("images: rows and columns, in grey or in colours", () => {
    const shapes = [[8, 8], [28, 28, 1], [32, 32, 3], [64], [784], [2], [10, 4, 7], [3, 3, 3, 3], [60]];
    expect(shapes.map(takesImages)).toEqual([true, true, true, true, true, false, false, false, false]);
  });

  it("targets in words", () => {
    expect(targetText(1, ["cat", "dog"])).toBe("dog");
    expect(targetText([0.5, 2], [])).toBe("0.5, 2");
    expect(targetText(3.25, [])).toBe("3.25");
  });
});
