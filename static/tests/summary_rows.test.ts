import { describe, expect, it } from "vitest";
import { describeFold, foldOf, summaryRows } from "../src/summary_rows";
import type { Summary, SummaryRepeat } from "../src/wire";

function summary(count: number, repeats: [first: number, layers: number, times: number][]): Summary {
  return {
    layers: Array.from({ length: count }, (_, at) => ({
      name: at === 0 ? "input" : `layer_${at}`,
      kind: at % 2 === 0 ? "Dense" : "Dropout",
      inputs: at === 0 ? [] : [`layer_${at - 1}`],
      output_shape: [at],
      parameters: 1,
      trainable: 1,
      non_trainable: 0,
      multiply_adds: 1,
    })),
    total_parameters: count,
    trainable_parameters: count,
    non_trainable_parameters: 0,
    multiply_adds: count,
    parameter_bytes: 8 * count,
    repeats: repeats.map(([first, layers, times]) => ({
      first,
      layers,
      times,
      parameters: layers * times,
      trainable: layers * times,
      non_trainable: 0,
      multiply_adds: layers * times,
    })),
  };
}

describe("folding a summary", () => {
  it("shows a run in one row, and unfolds it", () => {
    const deep = summary(1002, [[2, 2, 499]]);
    const folded = summaryRows(deep, new Set());
    expect(folded.map((row) => (row.type === "fold" ? "fold" : row.layer.name))).toEqual([
      "input",
      "layer_1",
      "fold",
      "layer_1000",
      "layer_1001",
    ]);
    const unfolded = summaryRows(deep, new Set([2]));
    expect(unfolded).toHaveLength(1003);
    expect(unfolded.filter((row) => row.type === "layer" && row.repeated)).toHaveLength(998);
    expect(unfolded.at(-1)).toMatchObject({ position: 1001, repeated: false });
  });

  it("adds up to the totals, folded or not", () => {
    const deep = summary(1002, [
      [2, 2, 400],
      [802, 1, 100],
    ]);
    for (const open of [[], [2], [2, 802]]) {
      const rows = summaryRows(deep, new Set(open));
      const counts = rows.map((row) =>
        row.type === "layer" ? row.layer.parameters : row.open ? 0 : row.repeat.parameters,
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(deep.total_parameters);
    }
  });

  it("leaves a small network as it is", () => {
    expect(summaryRows(summary(9, [[1, 1, 8]]), new Set())).toHaveLength(9);
    expect(foldOf(summary(9, [[1, 1, 8]]), "layer_3")).toBeNull();
  });

  it("describes a run by its first and its last block, and finds the one of a layer", () => {
    const deep = summary(30, [[2, 2, 10]]);
    const [run] = deep.repeats ?? [];
    expect(run && describeFold(deep.layers, run)).toEqual({
      names: "layer_2 … layer_21",
      kinds: "(Dense, Dropout)",
      allKinds: "Dense, Dropout",
      inputs: ["layer_1"],
      shape: [21],
    });
    // A long block leaves room for the counts.
    const long = describeFold(deep.layers, { ...run, first: 2, layers: 5, times: 4 } as SummaryRepeat);
    expect(long.kinds).toBe("(Dense + 4 more)");
    expect(long.allKinds).toBe("Dense, Dropout, Dense, Dropout, Dense");
    expect(foldOf(deep, "layer_21")).toBe(2);
    expect(foldOf(deep, "layer_22")).toBeNull();
  });
});
