import { expect, test } from "vitest";
import { levelOfDetail } from "../src/detail";

const camera = (scale: number) => ({ x: 0, y: 0, scale });
const grid = { pitchX: 10, pitchY: 10, diameter: 8 };

test("a grid goes from heat map to discs to numbers", () => {
  expect(levelOfDetail(grid, camera(0.59))).toBe("heat");
  expect(levelOfDetail(grid, camera(0.6))).toBe("disc");
  expect(levelOfDetail(grid, camera(3.49))).toBe("disc");
  expect(levelOfDetail(grid, camera(3.5))).toBe("number");
});

test("the narrower way counts", () => {
  expect(levelOfDetail({ pitchX: 4, pitchY: 40, diameter: 3 }, camera(1))).toBe("heat");
});
