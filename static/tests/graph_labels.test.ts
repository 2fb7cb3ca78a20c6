import { expect, test } from "vitest";
import { along, crosses, estimateWidth, Occupied, placeEdgeLabels, shorten } from "../src/graph_labels";

test("shorten cuts only what does not fit", () => {
  const width = (text: string) => text.length * 10;
  expect(shorten("hidden", 60, 13, 400, width)).toBe("hidden");
  expect(shorten("hidden", 40, 13, 400, width)).toBe("hid…");
  expect(shorten("hidden", 15, 13, 400, width)).toBe("");
});

test("Occupied finds what touches a box, far apart cells included", () => {
  const taken = new Occupied();
  taken.add({ left: -50, top: -50, right: 400, bottom: 20 });
  expect(taken.hits({ left: 390, top: 10, right: 500, bottom: 30 })).toBe(true);
  expect(taken.hits({ left: 400, top: 20, right: 500, bottom: 30 })).toBe(false);
});

test("crosses and along", () => {
  const box = { left: 0, top: 0, right: 10, bottom: 10 };
  expect(crosses(box, { x: -5, y: 5 }, { x: 15, y: 5 })).toBe(true);
  expect(crosses(box, { x: -5, y: 5 }, { x: 4, y: 16 })).toBe(false);
  expect(crosses(box, { x: 4, y: 4 }, { x: 5, y: 5 })).toBe(true);
  expect(crosses(box, { x: 20, y: -9 }, { x: 20, y: 30 })).toBe(false);
  expect(along([0, 0, 10, 0, 10, 10], 0.75)).toEqual({ x: 10, y: 5 });
});

test("labels of crossing edges keep apart, and stay on their edges", () => {
  const labels = [];
  for (let from = 0; from < 3; from++) {
    for (let to = 0; to < 3; to++) labels.push({ text: "-0.5223", points: [0, from * 100, 300, to * 100] });
  }
  const boxes = placeEdgeLabels(labels, new Occupied(), {
    width: (text) => estimateWidth(text, 11, 500),
    height: 13,
  });
  const placed = boxes.filter((box) => box !== null);
  expect(placed.length).toBeGreaterThanOrEqual(7);
  for (const [at, box] of placed.entries()) {
    for (const other of placed.slice(at + 1)) {
      expect(box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom).toBe(
        false,
      );
    }
  }
  for (const [at, box] of boxes.entries()) {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = labels[at]?.points ?? [];
    if (box !== null) expect(crosses(box, { x: x0, y: y0 }, { x: x1, y: y1 })).toBe(true);
  }
});
