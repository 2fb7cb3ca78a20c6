import { useMemo } from "preact/hooks";
import type { SummaryLayer } from "../wire";

const WIDTH = 168;
const HEIGHT = 76;
const MARGIN = 10;

/** Discs drawn for one layer, and layers drawn side by side; what is beyond is left out. */
const MOST_DISCS = 5;
const MOST_COLUMNS = 9;

interface Disc {
  x: number;
  y: number;
  radius: number;
  /** Stands for the nodes that are not drawn. */
  rest: boolean;
}

/** Columns by the longest path from the input. */
function ranks(layers: readonly SummaryLayer[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { name, inputs } of layers) {
    found.set(name, Math.max(-1, ...inputs.map((source) => found.get(source) ?? -1)) + 1);
  }
  return found;
}

/** The layers that are drawn of a deep network: the first ones, a few between, the last. */
function thinned(layers: readonly SummaryLayer[], rank: Map<string, number>): SummaryLayer[] {
  const depth = Math.max(...rank.values()) + 1;
  if (depth <= MOST_COLUMNS) return [...layers];
  const kept = new Set(
    Array.from({ length: MOST_COLUMNS }, (_, column) => Math.round((column * (depth - 1)) / (MOST_COLUMNS - 1))),
  );
  return layers.filter((layer) => kept.has(rank.get(layer.name) ?? 0));
}

function draw(all: readonly SummaryLayer[]): { discs: Disc[]; lines: string } {
  const rank = ranks(all);
  const layers = thinned(all, rank);
  const columnRanks = [...new Set(layers.map((layer) => rank.get(layer.name) ?? 0))].sort((a, b) => a - b);
  const step = columnRanks.length > 1 ? (WIDTH - 2 * MARGIN) / (columnRanks.length - 1) : 0;
  const discsOf = new Map<string, Disc[]>();
  for (const [column, columnRank] of columnRanks.entries()) {
    const members = layers.filter((layer) => rank.get(layer.name) === columnRank);
    const counts = members.map((layer) =>
      Math.min(
        MOST_DISCS,
        layer.output_shape.reduce((product, length) => product * length, 1),
      ),
    );
    // A free place between two layers that share a column.
    const places = counts.reduce((sum, count) => sum + count, 0) + members.length - 1;
    const pitch = Math.min(14, (HEIGHT - 2 * MARGIN) / Math.max(1, places - 1));
    let place = 0;
    for (const [position, layer] of members.entries()) {
      const count = counts[position] ?? 1;
      const wide = layer.output_shape.reduce((product, length) => product * length, 1) > MOST_DISCS;
      const discs = Array.from({ length: count }, (_, row) => {
        const rest = wide && (row === 0 || row === count - 1);
        return {
          x: MARGIN + column * step,
          y: HEIGHT / 2 + (place + row - (places - 1) / 2) * pitch,
          radius: Math.min(4.2, pitch * 0.36) * (rest ? 0.5 : 1),
          rest,
        };
      });
      discsOf.set(layer.name, discs);
      place += count + 1;
    }
  }
  const lines = layers.flatMap((layer, position) => {
    const to = discsOf.get(layer.name) ?? [];
    const near = layer.inputs.filter((source) => discsOf.has(source));
    // Where the layers between were left out, the one drawn before stands for them.
    const sources = near.length > 0 ? near : layers.slice(Math.max(0, position - 1), position).map(({ name }) => name);
    return sources.flatMap((source) =>
      (discsOf.get(source) ?? []).flatMap((a) =>
        to.map((b) => `M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}`),
      ),
    );
  });
  return { discs: [...discsOf.values()].flat(), lines: lines.join("") };
}

/** A network as a small drawing: a column for each step from the input, discs for its nodes. */
export function NetworkPicture({ layers }: { layers: readonly SummaryLayer[] | null }) {
  const picture = useMemo(() => (layers === null ? null : draw(layers)), [layers]);
  return (
    <svg class="network-picture" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      {picture !== null && (
        <>
          <path d={picture.lines} />
          {picture.discs.map((disc) => (
            <circle
              key={`${disc.x},${disc.y}`}
              class={disc.rest ? "rest" : undefined}
              cx={disc.x}
              cy={disc.y}
              r={disc.radius}
            />
          ))}
        </>
      )}
    </svg>
  );
}
