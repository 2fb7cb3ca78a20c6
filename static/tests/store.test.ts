import { describe, expect, it, vi } from "vitest";
import { createStore, initialState } from "../src/store";

describe("store", () => {
  it("replaces the state as a whole and leaves the old one as it was", () => {
    const store = createStore();
    const before = store.get();
    store.update({ notice: "hello" });
    expect(before.notice).toBeNull();
    expect(store.get()).toEqual({ ...initialState, notice: "hello" });
    expect(Object.isFrozen(store.get())).toBe(true);
  });

  it("tells subscribers of changes only, until they leave", () => {
    const store = createStore();
    const listener = vi.fn();
    const leave = store.subscribe(listener);
    store.update({ notice: null });
    expect(listener).not.toHaveBeenCalled();
    store.update((state) => ({ view: { ...state.view, tab: "values" } }));
    expect(listener).toHaveBeenCalledTimes(1);
    leave();
    store.update({ notice: "more" });
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("lets a listener change the state or leave while it is told", () => {
    const store = createStore();
    const seen: (string | null)[] = [];
    const leave = store.subscribe(() => {
      leave();
      store.update({ notice: "second" });
    });
    store.subscribe(() => seen.push(store.get().notice));
    store.update({ notice: "first" });
    expect(seen).toEqual(["second", "second"]);
  });
});
