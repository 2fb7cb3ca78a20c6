import { describe, expect, it } from "vitest";
import { jsonDepth, writeJson } from "../src/json";

describe("JSON that keeps numbers", () => {
  it.each([0, -0, 1e-310, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, -1 / 3, 123456789012345680])(
    "keeps %s",
    (number) => {
      const back = JSON.parse(writeJson({ list: [[number]], number })) as { list: number[][]; number: number };
      expect(Object.is(back.number, number)).toBe(true);
      expect(Object.is(back.list[0]?.[0], number)).toBe(true);
    },
  );

  it("writes -0 so that no reader takes it for a whole number", () => {
    expect(writeJson([-0, 0])).toBe("[-0.0,0]");
  });

  it("writes everything else as the browser does", () => {
    const value = { a: [1, "two", null, true, undefined], b: { c: '\u2028"<', d: undefined }, e: [] };
    expect(writeJson(value)).toBe(JSON.stringify(value));
    expect(writeJson({ ...value, zero: -0 })).toBe(JSON.stringify({ ...value, zero: 0 }).replace(":0", ":-0.0"));
  });

  it("measures depth without being misled by texts", () => {
    expect(jsonDepth('{"a": [[1], "[[[[", "\\"[["]}')).toBe(3);
    expect(jsonDepth("1")).toBe(0);
    expect(jsonDepth("[".repeat(100_000))).toBe(100_000);
  });
});
