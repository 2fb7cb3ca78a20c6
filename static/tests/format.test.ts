import { describe, expect, test } from "vitest";
import { formatCount, formatFull, formatShape, formatValue, nodeName, parseNodeName } from "../src/format";

describe("formatValue", () => {
  test.each([
    [0.41, "0.41"],
    [0.41000000000000003, "0.41"],
    [1.09, "1.09"],
    [1.211, "1.211"],
    [-0.31, "-0.31"],
    [0.789, "0.789"],
    [0.9999092042625951, "0.9999"],
    [1.2e-7, "1.2e-7"],
    [0.001, "0.001"],
    [0.00099996, "0.001"],
    [0.00099994, "9.999e-4"],
    [-0.00012345, "-1.234e-4"],
    [1234.5, "1235"],
    [12345.6, "12346"],
    [99999.4, "99999"],
    [99999.6, "1e5"],
    [100000, "1e5"],
    [123456, "1.235e5"],
    [-1.5e300, "-1.5e300"],
    [5e-324, "4.941e-324"],
    [0, "0"],
    [-0, "0"],
    [5, "5"],
    [NaN, "NaN"],
    [Infinity, "∞"],
    [-Infinity, "-∞"],
  ])("%d is %s", (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  test("fewer digits are rounded, not cut", () => {
    expect(formatValue(0.9375, 3)).toBe("0.938");
    expect(formatValue(0.9375, 2)).toBe("0.94");
    expect(formatValue(123.456, 2)).toBe("123");
  });

  test("stays within eight characters for every ordinary value", () => {
    for (let exponent = -9; exponent < 10; exponent++) {
      for (const mantissa of [1, 1.2345, -9.9996, 5.5555]) {
        expect(formatValue(mantissa * 10 ** exponent).replace("-", "").length).toBeLessThanOrEqual(8);
      }
    }
  });

  test("is within half a unit of the fourth digit", () => {
    for (let at = 0; at < 500; at++) {
      const value = Math.sin(at) * 10 ** ((at % 20) - 10);
      expect(Math.abs(Number(formatValue(value)) - value)).toBeLessThanOrEqual(Math.abs(value) * 5.01e-4);
    }
  });
});

test("formatFull reads back exactly", () => {
  for (const value of [0.1 + 0.2, 1 / 3, 1e21, 5e-324, -0, 0.10000000149011612]) {
    expect(Object.is(Number(formatFull(value)), value)).toBe(true);
  }
  expect(formatFull(0.00002058)).toBe("2.058e-5");
  expect(formatFull(0.0002058)).toBe("0.0002058");
  expect(formatFull(NaN)).toBe("NaN");
  expect(formatFull(-Infinity)).toBe("-∞");
});

test("counts and shapes", () => {
  expect(formatCount(7)).toBe("7");
  expect(formatCount(1234)).toBe("1,234");
  expect(formatCount(1234567)).toBe("1,234,567");
  expect(formatShape([8, 8])).toBe("8×8");
  expect(formatShape([3])).toBe("3");
  expect(formatShape([])).toBe("scalar");
});

describe("node names", () => {
  test("are read back", () => {
    for (const node of [
      { layer: "hidden", index: [0] },
      { layer: "conv_2.a-b", index: [1, 2, 3] },
      { layer: "total", index: [] },
    ]) {
      expect(parseNodeName(nodeName(node))).toEqual(node);
    }
    expect(nodeName({ layer: "hidden", index: [2] })).toBe("hidden[2]");
  });

  test("may hold blanks", () => {
    expect(parseNodeName(" conv [ 1 , 2 ] ")).toEqual({ layer: "conv", index: [1, 2] });
  });

  test.each(["hidden", "hidden[", "hidden[-1]", "hidden[1.5]", "[0]", "0x[1]", "hidden[1,]", ""])(
    "%s is none",
    (text) => {
      expect(parseNodeName(text)).toBeNull();
    },
  );
});
