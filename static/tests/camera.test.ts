import { describe, expect, test } from "vitest";
import { between, clamp, fitTo, pan, toScreen, toWorld, zoomAt } from "../src/camera";

const layout = {
  width: 700,
  height: 400,
  insets: { left: 40, right: 60, top: 70, bottom: 20 },
  smallest: 40,
};
const viewport = { width: 800, height: 600 };
const camera = { x: 12.5, y: -40, scale: 1.75 };

function close(a: { x: number; y: number }, b: { x: number; y: number }): void {
  expect(a.x).toBeCloseTo(b.x, 9);
  expect(a.y).toBeCloseTo(b.y, 9);
}

test("screen and world are inverse", () => {
  for (let at = 0; at < 50; at++) {
    const point = { x: Math.sin(at) * 1e4, y: Math.cos(at * 3) * 1e4 };
    close(toWorld(camera, toScreen(camera, point)), point);
  }
});

describe("fitTo", () => {
  test.each([
    { width: 800, height: 600 },
    { width: 390, height: 600 },
    { width: 2000, height: 900 },
    { width: 120, height: 90 },
  ])("shows everything between the labels at $width×$height", (room) => {
    const fitted = fitTo(layout, room);
    const low = toScreen(fitted, { x: 0, y: 0 });
    const high = toScreen(fitted, { x: layout.width, y: layout.height });
    if (room.width > 200) {
      expect(low.x).toBeGreaterThanOrEqual(layout.insets.left - 1e-9);
      expect(low.y).toBeGreaterThanOrEqual(layout.insets.top - 1e-9);
      expect(high.x).toBeLessThanOrEqual(room.width - layout.insets.right + 1e-9);
      expect(high.y).toBeLessThanOrEqual(room.height - layout.insets.bottom + 1e-9);
    }
    expect(fitted.scale).toBeGreaterThan(0);
    expect(fitted.scale).toBeLessThanOrEqual(1);
  });
});

test("zoomAt leaves the point under the pointer where it is, and undoes itself", () => {
  const at = { x: 311, y: 97 };
  const before = toWorld(camera, at);
  const zoomed = zoomAt(camera, at, 3.3);
  close(toWorld(zoomed, at), before);
  expect(zoomed.scale).toBeCloseTo(camera.scale * 3.3);
  const back = zoomAt(zoomed, at, 1 / 3.3);
  close(back, camera);
});

test("pan moves the picture by pixels", () => {
  const point = { x: 5, y: 6 };
  const before = toScreen(camera, point);
  close(toScreen(pan(camera, 30, -7), point), { x: before.x + 30, y: before.y - 7 });
});

describe("clamp", () => {
  test("leaves a sensible camera alone", () => {
    const fitted = fitTo(layout, viewport);
    close(clamp(fitted, layout, viewport), fitted);
  });

  test("keeps the network in view and the zoom in bounds", () => {
    for (const wild of [
      { x: 1e6, y: -1e6, scale: 1 },
      { x: 0, y: 0, scale: 1e9 },
      { x: 0, y: 0, scale: 1e-9 },
    ]) {
      const tame = clamp(wild, layout, viewport);
      const middle = toWorld(tame, { x: 400, y: 300 });
      expect(middle.x).toBeGreaterThanOrEqual(-1e-6);
      expect(middle.x).toBeLessThanOrEqual(layout.width + 1e-6);
      expect(middle.y).toBeGreaterThanOrEqual(-1e-6);
      expect(middle.y).toBeLessThanOrEqual(layout.height + 1e-6);
      expect(tame.scale * layout.smallest).toBeLessThanOrEqual(221);
      expect(tame.scale).toBeGreaterThanOrEqual(fitTo(layout, viewport).scale / 2 - 1e-9);
    }
  });
});

test("between begins and ends where it should", () => {
  const to = { x: -30, y: 100, scale: 6 };
  close(between(camera, to, viewport, 0), camera);
  expect(between(camera, to, viewport, 1)).toBe(to);
  const half = between(camera, to, viewport, 0.5);
  expect(half.scale).toBeCloseTo(Math.sqrt(camera.scale * to.scale));
});
