/** A curve plot in SVG: d3's scales, axes and lines; every colour and stroke comes from styles/plots.css. */

import "../styles/plots.css";

import { axisBottom, axisLeft } from "d3-axis";
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { type Selection, select } from "d3-selection";
import { line } from "d3-shape";

import { CHARACTER, plainFormat, TICK_LENGTH } from "./axes";
import { type Domain, extent, paddedDomain, type SamplePoint, segments, tangent } from "./segments";

/** Which of the colours --series-1 … --series-6. */
export type SeriesColor = 1 | 2 | 3 | 4 | 5 | 6;

export interface CurveSeries {
  name: string;
  x: ArrayLike<number>;
  /** Same length as x; where it is not finite the curve has a gap. */
  y: ArrayLike<number>;
  dashed?: boolean;
  /** Stands back behind another one that is looked at. */
  faded?: boolean;
  /** Default: by the place in the list. */
  color?: SeriesColor;
}

export interface CurvePoint {
  x: number;
  y: number;
  /** Slope of the tangent in data units; without it no tangent is drawn. */
  slope?: number | null;
  color?: SeriesColor;
}

export interface CurveOptions {
  series: readonly CurveSeries[];
  point?: CurvePoint | readonly CurvePoint[];
  /** Pixels; without it the plot takes the width of its host and follows it. */
  width?: number;
  /** Pixels of the drawing, without the legend. */
  height: number;
  xLabel?: string;
  yLabel?: string;
  xDomain?: Domain;
  /** Default: all finite values with a little air. What lies outside is cut off at the frame. */
  yDomain?: Domain;
  /** Do not join the two sides of a discontinuity (step functions). */
  jumps?: boolean;
  /** Default: when there is more than one series. */
  legend?: boolean;
  ariaLabel: string;
  /** The reader pressed or dragged on the plot, at this x. */
  onPick?: (x: number) => void;
}

export interface Curve {
  update(options: CurveOptions): void;
  dispose(): void;
}

interface Frame {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const POINT_RADIUS = 4.5;
const FALLBACK_WIDTH = 320;

let instances = 0;

/** Draw a curve plot into `host`, which it fills; `update` redraws only what changed. */
export function renderCurve(host: HTMLElement, first: CurveOptions): Curve {
  const clip = `plot-clip-${++instances}`;
  let options = first;
  let frame: Frame | null = null;
  let drawnWidth = 0;

  const legend = select(host).append("ul").attr("class", "plot-legend");
  const svg = select(host).append("svg").attr("class", "plot").attr("role", "img");
  const clipArea = svg.append("clipPath").attr("id", clip).append("rect");
  const grid = svg.append("g").attr("class", "plot-grid");
  const zero = svg.append("g").attr("class", "plot-zero");
  const xAxis = svg.append("g").attr("class", "plot-axis");
  const yAxis = svg.append("g").attr("class", "plot-axis");
  const labels = svg.append("g").attr("class", "plot-labels");
  const clipped = `url(#${clip})`;
  const curves = svg.append("g").attr("class", "plot-curves").attr("clip-path", clipped);
  const tangents = svg.append("g").attr("class", "plot-tangents").attr("clip-path", clipped);
  const points = svg.append("g").attr("class", "plot-points");

  function draw(): void {
    const width = options.width ?? (host.clientWidth || FALLBACK_WIDTH);
    drawnWidth = width;
    frame = measure(options, width);
    const { x, y, left, right, top, bottom } = frame;
    svg.attr("width", width).attr("height", options.height).attr("viewBox", `0 0 ${width} ${options.height}`);
    svg.classed("plot-pickable", options.onPick !== undefined);
    clipArea
      .attr("x", left)
      .attr("y", top - 2)
      .attr("width", right - left)
      .attr("height", bottom - top + 4);

    const xTicks = Math.max(2, Math.min(10, Math.round((right - left) / 56)));
    const yTicks = tickCount(options.height);
    xAxis
      .attr("transform", `translate(0,${bottom})`)
      .call(
        axisBottom(x)
          .ticks(xTicks)
          .tickFormat(plainFormat(x, xTicks))
          .tickSize(TICK_LENGTH)
          .tickSizeOuter(0)
          .tickPadding(4),
      );
    yAxis
      .attr("transform", `translate(${left},0)`)
      .call(
        axisLeft(y)
          .ticks(yTicks)
          .tickFormat(plainFormat(y, yTicks))
          .tickSize(TICK_LENGTH)
          .tickSizeOuter(0)
          .tickPadding(4),
      );
    rules(grid, x.ticks(xTicks), y.ticks(yTicks), frame);
    rules(zero, inside(0, x.domain()), inside(0, y.domain()), frame);
    drawLabels(labels, options, frame, width);

    const path = line<SamplePoint>()
      .x((sample) => x(sample[0]))
      .y((sample) => y(sample[1]));
    curves
      .selectAll("path")
      .data(options.series)
      .join("path")
      .attr("class", (series, i) => lineClass(series, i))
      .attr("d", (series) =>
        segments(series.x, series.y, options.jumps)
          .map((run) => path(run))
          .join(""),
      );
    drawLegend(legend, options);
  }

  function drawPoints(): void {
    if (frame === null) return;
    svg.attr("aria-label", options.ariaLabel);
    const { x, y, left, right, top, bottom } = frame;
    const length = Math.min(120, (right - left) * 0.34);
    const shown = pointsOf(options).filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y));
    const drawn = shown.map((point) => {
      const px = x(point.x);
      const py = y(point.y);
      const beyond = py < top - 2 || py > bottom + 2 || px < left - 2 || px > right + 2;
      return { point, px, py, beyond };
    });
    const unitX = Math.abs(x(1) - x(0));
    const unitY = Math.abs(y(1) - y(0));
    tangents
      .selectAll("line")
      .data(drawn.filter((mark) => !mark.beyond && Number.isFinite(mark.point.slope ?? NaN)))
      .join("line")
      .attr("class", "plot-tangent")
      .each(function ({ point, px, py }) {
        const [x1, y1, x2, y2] = tangent(px, py, point.slope ?? 0, unitX, unitY, length);
        select(this).attr("x1", x1).attr("y1", y1).attr("x2", x2).attr("y2", y2);
      });
    points
      .selectAll("path")
      .data(drawn)
      .join("path")
      .attr("class", ({ point }, i) => `plot-point plot-series-${point.color ?? colorAt(i)}`)
      .attr("d", (mark) => (mark.beyond ? arrow(mark.py < top) : disc()))
      .attr("transform", ({ px, py }) => `translate(${clamp(px, left, right)},${clamp(py, top, bottom)})`);
  }

  function redraw(): void {
    draw();
    drawPoints();
  }

  // Touch keeps its vertical pan for the page: the stylesheet sets touch-action.
  let dragging = false;
  function pick(event: PointerEvent): void {
    if (frame === null || options.onPick === undefined) return;
    const scale = drawnWidth / (svg.node()?.getBoundingClientRect().width || drawnWidth);
    const at = (event.clientX - (svg.node()?.getBoundingClientRect().left ?? 0)) * scale;
    options.onPick(frame.x.invert(clamp(at, frame.left, frame.right)));
  }
  svg
    .on("pointerdown", (event: PointerEvent) => {
      if (options.onPick === undefined || event.button !== 0) return;
      dragging = true;
      svg.node()?.setPointerCapture(event.pointerId);
      pick(event);
    })
    .on("pointermove", (event: PointerEvent) => dragging && pick(event))
    .on("pointerup pointercancel", () => (dragging = false));

  const observer = new ResizeObserver(() => {
    if (options.width === undefined && host.clientWidth > 0 && host.clientWidth !== drawnWidth) redraw();
  });
  observer.observe(host);
  redraw();

  return {
    update(next) {
      const same = sameDrawing(options, next);
      const moved = options.ariaLabel !== next.ariaLabel || !samePoints(pointsOf(options), pointsOf(next));
      options = next;
      if (!same) redraw();
      else if (moved) drawPoints();
    },
    dispose() {
      observer.disconnect();
      legend.remove();
      svg.remove();
    },
  };
}

type Group = Selection<SVGGElement, unknown, null, undefined>;

function measure(options: CurveOptions, width: number): Frame {
  const xDomain = options.xDomain ?? extent(options.series.map((series) => series.x));
  const yDomain = options.yDomain ?? paddedDomain(options.series.map((series) => series.y));
  const top = options.yLabel === undefined ? 8 : 22;
  const bottom = options.height - (options.xLabel === undefined ? 22 : 38);
  const y = scaleLinear().domain(yDomain).range([bottom, top]);
  const ticks = tickCount(options.height);
  const format = plainFormat(y, ticks);
  const longest = Math.max(...y.ticks(ticks).map((tick) => format(tick).length), 2);
  const left = Math.ceil(longest * CHARACTER) + TICK_LENGTH + 6;
  const right = width - 10;
  const x = scaleLinear()
    .domain(xDomain[0] === xDomain[1] ? [xDomain[0] - 1, xDomain[1] + 1] : xDomain)
    .range([left, right]);
  return { x, y, left, right, top, bottom };
}

function tickCount(height: number): number {
  return Math.max(2, Math.min(8, Math.round(height / 40)));
}

function rules(group: Group, xs: readonly number[], ys: readonly number[], frame: Frame): void {
  group
    .selectAll("line.plot-vertical")
    .data(xs)
    .join("line")
    .attr("class", "plot-vertical")
    .attr("x1", (value) => frame.x(value))
    .attr("x2", (value) => frame.x(value))
    .attr("y1", frame.top)
    .attr("y2", frame.bottom);
  group
    .selectAll("line.plot-horizontal")
    .data(ys)
    .join("line")
    .attr("class", "plot-horizontal")
    .attr("y1", (value) => frame.y(value))
    .attr("y2", (value) => frame.y(value))
    .attr("x1", frame.left)
    .attr("x2", frame.right);
}

function drawLabels(group: Group, options: CurveOptions, frame: Frame, width: number): void {
  const entries = [
    { text: options.xLabel, x: width - 10, y: options.height - 6, anchor: "end" },
    { text: options.yLabel, x: frame.left, y: 12, anchor: "start" },
  ].filter((entry) => entry.text !== undefined);
  group
    .selectAll("text")
    .data(entries)
    .join("text")
    .attr("x", (entry) => entry.x)
    .attr("y", (entry) => entry.y)
    .attr("text-anchor", (entry) => entry.anchor)
    .text((entry) => entry.text ?? "");
}

function drawLegend(list: Selection<HTMLUListElement, unknown, null, undefined>, options: CurveOptions): void {
  const shown = (options.legend ?? options.series.length > 1) ? options.series : [];
  list.classed("plot-legend-empty", shown.length === 0);
  const items = list
    .selectAll<HTMLLIElement, CurveSeries>("li")
    .data(shown)
    .join((enter) => {
      const item = enter.append("li");
      item
        .append("svg")
        .attr("class", "plot-swatch")
        .attr("aria-hidden", "true")
        .attr("viewBox", "0 0 20 8")
        .append("path")
        .attr("d", "M1,4H19");
      item.append("span");
      return item;
    });
  items.each(function (series, i) {
    const item = select(this);
    item.select("path").attr("class", lineClass(series, i));
    item.select("span").text(series.name);
  });
}

function pointsOf(options: CurveOptions): readonly CurvePoint[] {
  if (options.point === undefined) return [];
  return isList(options.point) ? options.point : [options.point];
}

function isList(value: CurvePoint | readonly CurvePoint[]): value is readonly CurvePoint[] {
  return Array.isArray(value);
}

function inside(value: number, domain: readonly number[]): number[] {
  return value >= domain[0]! && value <= domain[1]! ? [value] : [];
}

function lineClass({ color, dashed, faded }: CurveSeries, place: number): string {
  return `plot-curve plot-series-${color ?? colorAt(place)}${dashed ? " plot-dashed" : ""}${faded ? " plot-faded" : ""}`;
}

function colorAt(place: number): SeriesColor {
  return ((place % 6) + 1) as SeriesColor;
}

function disc(): string {
  return `M${POINT_RADIUS},0A${POINT_RADIUS},${POINT_RADIUS},0,1,1,${-POINT_RADIUS},0A${POINT_RADIUS},${POINT_RADIUS},0,1,1,${POINT_RADIUS},0Z`;
}

/** The point lies beyond the frame in this direction. */
function arrow(up: boolean): string {
  return up ? "M0,-3L6,6H-6Z" : "M0,3L6,-6H-6Z";
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Everything but the points and the name is as it was, so that a moving point costs no new curve. */
function sameDrawing(a: CurveOptions, b: CurveOptions): boolean {
  return (
    a.series === b.series &&
    a.width === b.width &&
    a.height === b.height &&
    a.jumps === b.jumps &&
    a.legend === b.legend &&
    a.xLabel === b.xLabel &&
    a.yLabel === b.yLabel &&
    sameDomain(a.xDomain, b.xDomain) &&
    sameDomain(a.yDomain, b.yDomain) &&
    (a.onPick === undefined) === (b.onPick === undefined)
  );
}

function samePoints(a: readonly CurvePoint[], b: readonly CurvePoint[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ x, y, slope, color }, at) => {
      const other = b[at];
      return other?.x === x && other.y === y && other.slope === slope && other.color === color;
    })
  );
}

function sameDomain(a: Domain | undefined, b: Domain | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1]);
}
