/** A small bar chart in SVG, one bar an entry of a vector; appearance in styles/plots.css. */

import "../styles/plots.css";

import { axisBottom, axisLeft } from "d3-axis";
import { scaleBand, scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { CHARACTER, plainFormat, TICK_LENGTH } from "./axes";
import type { SeriesColor } from "./curve";
import { extent } from "./segments";

export interface BarsOptions {
  /** Where not finite, there is no bar, only its text. */
  values: readonly number[];
  /** What is written at each bar, e.g. the rounded value. */
  texts: readonly string[];
  width?: number;
  height: number;
  color?: SeriesColor;
  ariaLabel: string;
}

export interface Bars {
  update(options: BarsOptions): void;
  dispose(): void;
}

const TEXT_HEIGHT = 14;
const FALLBACK_WIDTH = 160;

/** Draw the bars into `host`; zero is always in the picture. */
export function renderBars(host: HTMLElement, first: BarsOptions): Bars {
  let options = first;
  let drawnWidth = 0;
  const svg = select(host).append("svg").attr("class", "plot").attr("role", "img");
  const grid = svg.append("g").attr("class", "plot-grid");
  const bars = svg.append("g");
  const zero = svg.append("g").attr("class", "plot-zero").append("line");
  const xAxis = svg.append("g").attr("class", "plot-axis");
  const yAxis = svg.append("g").attr("class", "plot-axis");
  const texts = svg.append("g");

  function draw(): void {
    const { values, height } = options;
    const width = options.width ?? (host.clientWidth || FALLBACK_WIDTH);
    drawnWidth = width;
    const [low, high] = extent([values, [0]]);
    const top = TEXT_HEIGHT + 4;
    const bottom = height - 22 - (low < 0 ? TEXT_HEIGHT : 0);
    const y = scaleLinear()
      .domain(low === high ? [0, 1] : [low, high])
      .range([bottom, top]);
    const ticks = Math.max(2, Math.round(height / 48));
    const format = plainFormat(y, ticks);
    const longest = Math.max(...y.ticks(ticks).map((tick) => format(tick).length), 2);
    const left = Math.ceil(longest * CHARACTER) + TICK_LENGTH + 6;
    const right = width - 4;
    const x = scaleBand<number>()
      .domain(values.map((_, i) => i))
      .range([left, right])
      .padding(0.22);
    const centre = (i: number) => (x(i) ?? 0) + x.bandwidth() / 2;

    svg.attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
    svg.attr("aria-label", options.ariaLabel);
    xAxis.attr("transform", `translate(0,${height - 22})`).call(
      axisBottom(x)
        .tickFormat((i) => `[${i}]`)
        .tickSize(0)
        .tickPadding(8),
    );
    yAxis
      .attr("transform", `translate(${left},0)`)
      .call(axisLeft(y).ticks(ticks).tickFormat(format).tickSize(TICK_LENGTH).tickSizeOuter(0).tickPadding(4));
    grid
      .selectAll("line")
      .data(y.ticks(ticks))
      .join("line")
      .attr("x1", left)
      .attr("x2", right)
      .attr("y1", y)
      .attr("y2", y);
    zero.attr("x1", left).attr("x2", right).attr("y1", y(0)).attr("y2", y(0));
    bars
      .selectAll("rect")
      .data(values)
      .join("rect")
      .attr("class", `plot-bar plot-series-${options.color ?? 1}`)
      .attr("x", (_, i) => x(i) ?? 0)
      .attr("width", x.bandwidth())
      .attr("y", (value) => (Number.isFinite(value) ? Math.min(y(value), y(0)) : y(0)))
      .attr("height", (value) => (Number.isFinite(value) ? Math.abs(y(value) - y(0)) : 0));
    texts
      .selectAll("text")
      .data(values)
      .join("text")
      .attr("class", "plot-value")
      .attr("x", (_, i) => centre(i))
      .attr("y", (value) =>
        Number.isFinite(value) && value < 0 ? y(value) + TEXT_HEIGHT - 2 : y(Number.isFinite(value) ? value : 0) - 4,
      )
      .text((_, i) => fitting(options.texts[i] ?? "", x.step()));
  }

  const observer = new ResizeObserver(() => {
    if (options.width === undefined && host.clientWidth > 0 && host.clientWidth !== drawnWidth) draw();
  });
  observer.observe(host);
  draw();

  return {
    update(next) {
      options = next;
      draw();
    },
    dispose() {
      observer.disconnect();
      svg.remove();
    },
  };
}

/** A text that would run into its neighbour is left out: the same number stands beside the chart. */
function fitting(text: string, room: number): string {
  return text.length * CHARACTER <= room + 2 ? text : "";
}
