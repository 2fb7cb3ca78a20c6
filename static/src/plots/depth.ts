/** Distributions over the depth of a network in SVG: bands of percentiles above, shares below, one layer a column. */

import "../styles/plots.css";

import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { type Selection, select } from "d3-selection";
import { area, line } from "d3-shape";
import { formatValue } from "../format";
import { type Axis, formatShare, placeOn, ticksOf } from "../signal";
import { CHARACTER, TICK_LENGTH } from "./axes";

/** A line of shares from 0 to 1 below the bands; NaN where a layer has none. */
export interface ShareSeries {
  name: string;
  shares: ArrayLike<number>;
  /** Ends the name of its class: plot-share-…. */
  style: string;
}

export interface DepthOptions {
  names: readonly string[];
  /** From the lowest to the highest, in pairs around the middle one; an odd number. NaN leaves a gap. */
  percentiles: readonly ArrayLike<number>[];
  axis: Axis;
  shares: readonly ShareSeries[];
  /** Layers to mark, from and to. */
  range?: readonly [number, number] | null;
  /** The layer that is pointed at, and the selected one. */
  hovered?: number | null;
  selected?: number | null;
  height: number;
  /** Without axes, for a small picture beside others. */
  small?: boolean;
  ariaLabel: string;
  onHover?: (place: number | null) => void;
  onPick?: (place: number) => void;
}

export interface Depth {
  update(options: DepthOptions): void;
  dispose(): void;
}

const FALLBACK_WIDTH = 420;
const SHARES_HEIGHT = 46;
const GAP = 16;

interface Frame {
  x: (place: number) => number;
  placeAt: (x: number) => number;
  y: (value: number) => number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  sharesTop: number;
  sharesBottom: number;
}

type Group = Selection<SVGGElement, unknown, null, undefined>;

function frameOf(options: DepthOptions, width: number, ticks: readonly number[]): Frame {
  const { names, axis, height, small = false, shares } = options;
  const longest = Math.max(...ticks.map((tick) => formatValue(tick, 2).length), shares.length > 0 ? 5 : 2);
  const left = small ? 1 : Math.ceil(longest * CHARACTER) + TICK_LENGTH + 6;
  const right = width - (small ? 1 : 12);
  const top = small ? 2 : 8;
  const end = height - (small ? 2 : 20);
  const hasShares = shares.length > 0 && !small;
  const bottom = hasShares ? end - SHARES_HEIGHT - GAP : end;
  const last = Math.max(1, names.length - 1);
  return {
    x: (place) => left + ((right - left) * place) / last,
    placeAt: (x) => Math.max(0, Math.min(names.length - 1, Math.round(((x - left) / (right - left)) * last))),
    y: (value) => bottom - placeOn(axis, value) * (bottom - top),
    left,
    right,
    top,
    bottom,
    sharesTop: bottom + GAP,
    sharesBottom: end,
  };
}

/** Places of layers to name at the axis: both ends, and some between, as far as names have room. */
export function namedPlaces(names: readonly string[], width: number): number[] {
  const longest = Math.max(...names.map((name) => name.length), 4);
  const room = Math.max(1, Math.floor(width / (longest * CHARACTER + 16)));
  if (names.length <= 1) return names.map((_, place) => place);
  const last = names.length - 1;
  // Even steps, so that the depth reads off, if there are some that end at the last layer; its name keeps clear.
  const least = Math.ceil(last / Math.max(1, room - 1));
  const whole = Array.from({ length: least }, (_, at) => least + at).find((one) => last % one === 0);
  const step = whole ?? least;
  const even = Array.from({ length: Math.ceil(last / step) }, (_, at) => at * step);
  return [...even.filter((place) => place === 0 || last - place >= step), last];
}

/** Draw into `host`, which the drawing fills; `update` redraws. */
export function renderDepth(host: HTMLElement, first: DepthOptions): Depth {
  let options = first;
  let frame: Frame | null = null;
  let drawnWidth = 0;

  const svg = select(host).append("svg").attr("class", "plot plot-depth").attr("role", "img");
  const marks = svg.append("g").attr("class", "plot-range");
  const grid = svg.append("g").attr("class", "plot-grid");
  const zero = svg.append("g").attr("class", "plot-zero");
  const bands = svg.append("g").attr("class", "plot-bands");
  const sharesGrid = svg.append("g").attr("class", "plot-grid");
  const shares = svg.append("g").attr("class", "plot-shares");
  const xAxis = svg.append("g").attr("class", "plot-axis");
  const yAxis = svg.append("g").attr("class", "plot-axis");
  const sharesAxis = svg.append("g").attr("class", "plot-axis");
  const pointers = svg.append("g").attr("class", "plot-pointers");

  function draw(): void {
    const { small = false, axis, percentiles, names } = options;
    const width = host.clientWidth || FALLBACK_WIDTH;
    drawnWidth = width;
    const ticks = ticksOf(axis, (low, high) => scaleLinear([low, high], [0, 1]).ticks(4));
    const made = frameOf(options, width, ticks);
    frame = made;
    const { x, y, left, right } = made;
    svg.attr("width", width).attr("height", options.height).attr("viewBox", `0 0 ${width} ${options.height}`);
    svg.classed("plot-pickable", options.onPick !== undefined).attr("aria-label", options.ariaLabel);

    horizontal(grid, small ? [] : ticks, y, left, right);
    horizontal(zero, axis.low <= 0 && axis.high >= 0 ? [0] : [], y, left, right);

    const places = names.map((_, place) => place);
    const middle = (percentiles.length - 1) / 2;
    const pairs = percentiles
      .slice(0, middle)
      .map((low, at) => [low, percentiles[percentiles.length - 1 - at]] as const);
    bands
      .selectAll("path.plot-band")
      .data(pairs)
      .join("path")
      .attr("class", "plot-band")
      .attr("d", ([low, high]) =>
        area<number>()
          .defined((place) => Number.isFinite(low[place]) && Number.isFinite(high?.[place]))
          .x(x)
          .y0((place) => y(low[place] ?? 0))
          .y1((place) => y(high?.[place] ?? 0))(places),
      );
    bands
      .selectAll("path.plot-median")
      // On a logarithmic axis around 0 a median that is as good as 0 would jump from side to side.
      .data(axis.type === "log" ? [] : [percentiles[middle] ?? []])
      .join("path")
      .attr("class", "plot-median")
      .attr("d", (median) =>
        line<number>()
          .defined((place) => Number.isFinite(median[place]))
          .x(x)
          .y((place) => y(median[place] ?? 0))(places),
      );
    drawShares(made, places);
    if (small) return;
    xAxis.attr("transform", `translate(0,${made.sharesBottom})`).call(
      axisBottom(scaleLinear([0, Math.max(1, names.length - 1)], [left, right]))
        .tickValues(namedPlaces(names, right - left))
        .tickFormat((place) => names[Number(place)] ?? "")
        .tickSize(TICK_LENGTH)
        .tickSizeOuter(0)
        .tickPadding(3),
    );
    const labels = xAxis.selectAll<SVGTextElement, unknown>("text");
    const count = labels.size();
    labels.attr("text-anchor", (_, at) => (at === 0 ? "start" : at === count - 1 ? "end" : "middle"));
    const bent = scaleLinear(ticks, ticks.map(y));
    yAxis.attr("transform", `translate(${left},0)`).call(
      axisLeft(bent)
        .tickValues(ticks)
        .tickFormat((value) => formatValue(Number(value), 2))
        .tickSize(TICK_LENGTH)
        .tickSizeOuter(0)
        .tickPadding(4),
    );
  }

  function drawShares({ x, left, right, sharesTop, sharesBottom }: Frame, places: readonly number[]): void {
    const shown = options.small === true ? [] : options.shares;
    const share = (value: number) => sharesBottom - value * (sharesBottom - sharesTop);
    shares
      .selectAll("path")
      .data(shown)
      .join("path")
      .attr("class", ({ style }) => `plot-share plot-share-${style}`)
      .attr("d", (series) =>
        line<number>()
          .defined((place) => Number.isFinite(series.shares[place]))
          .x(x)
          .y((place) => share(series.shares[place] ?? 0))([...places]),
      );
    horizontal(sharesGrid, shown.length > 0 ? [0, 1] : [], share, left, right);
    sharesAxis.attr("transform", `translate(${left},0)`);
    if (shown.length === 0) sharesAxis.selectAll("*").remove();
    else {
      sharesAxis.call(
        axisLeft(scaleLinear([0, 1], [sharesBottom, sharesTop]))
          .tickValues([0, 1])
          .tickFormat((value) => formatShare(Number(value)))
          .tickSize(TICK_LENGTH)
          .tickSizeOuter(0)
          .tickPadding(4),
      );
    }
  }

  function drawPointers(): void {
    if (frame === null) return;
    const { x, left, right, top, bottom, sharesBottom } = frame;
    const end = options.small === true ? bottom : sharesBottom;
    const { range = null } = options;
    marks
      .selectAll("rect")
      .data(range === null ? [] : [range])
      .join("rect")
      .attr("x", ([from]) => Math.max(left, x(from) - 2))
      .attr("width", ([from, to]) => Math.max(4, Math.min(right, x(to) + 2) - Math.max(left, x(from) - 2)))
      .attr("y", top)
      .attr("height", end - top);
    const shown = [
      { place: options.selected ?? null, style: "selected" },
      { place: options.hovered ?? null, style: "hovered" },
    ].filter(({ place }) => place !== null && place >= 0);
    pointers
      .selectAll("line")
      .data(shown)
      .join("line")
      .attr("class", ({ style }) => `plot-pointer ${style}`)
      .attr("x1", ({ place }) => x(place ?? 0))
      .attr("x2", ({ place }) => x(place ?? 0))
      .attr("y1", top)
      .attr("y2", end);
  }

  function redraw(): void {
    draw();
    drawPointers();
  }

  function placeUnder(event: PointerEvent): number | null {
    const box = svg.node()?.getBoundingClientRect();
    if (frame === null || box === undefined) return null;
    return frame.placeAt(((event.clientX - box.left) * drawnWidth) / (box.width || drawnWidth));
  }
  svg
    .on("pointermove", (event: PointerEvent) => options.onHover?.(placeUnder(event)))
    .on("pointerleave", () => options.onHover?.(null))
    .on("click", (event: PointerEvent) => {
      const place = placeUnder(event);
      if (place !== null) options.onPick?.(place);
    });

  const observer = new ResizeObserver(() => {
    if (host.clientWidth > 0 && host.clientWidth !== drawnWidth) redraw();
  });
  observer.observe(host);
  redraw();

  return {
    update(next) {
      const same =
        next.percentiles === options.percentiles &&
        next.axis === options.axis &&
        next.shares === options.shares &&
        next.height === options.height &&
        next.ariaLabel === options.ariaLabel;
      options = next;
      if (same) drawPointers();
      else redraw();
    },
    dispose() {
      observer.disconnect();
      svg.remove();
    },
  };
}

function horizontal(
  group: Group,
  values: readonly number[],
  y: (value: number) => number,
  left: number,
  right: number,
): void {
  group.selectAll("line").data(values).join("line").attr("x1", left).attr("x2", right).attr("y1", y).attr("y2", y);
}
