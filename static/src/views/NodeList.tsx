import { useMemo } from "preact/hooks";
import type { Direction } from "../actions";
import { formatShape, nodeName } from "../format";
import { flatIndex, indexOf } from "../layout";
import type { Answer } from "../store";
import type { NodeReference, TracedLayer } from "../wire";

/** Networks up to this many nodes have an option for each; larger ones only those around the focus. */
const ALL_UP_TO = 2000;

/** Options to each side of the focus in a large network. */
const AROUND = 25;

interface Props {
  id: string;
  answer: Answer;
  /** What a node shows: its value, or that it has none yet. */
  describe: (layer: string, flat: number) => string;
  focus: NodeReference | null;
  selected: NodeReference | null;
  onMove: (direction: Direction) => void;
  onSelect: (node: NodeReference) => void;
  onClear: () => void;
  onZoom: (action: "in" | "out" | "fit") => void;
  onFocusChange: (focused: boolean) => void;
}

function optionId(list: string, layer: string, flat: number): string {
  return `${list}-${layer}-${flat}`;
}

interface Range {
  layer: TracedLayer;
  first: number;
  end: number;
}

/** Whether every node has an option of its own. */
export function listsAll(layers: readonly TracedLayer[]): boolean {
  return layers.reduce((sum, layer) => sum + layer.size, 0) <= ALL_UP_TO;
}

function rangesOf(answer: Answer, focus: NodeReference | null): Range[] {
  if (listsAll(answer.layers)) return answer.layers.map((layer) => ({ layer, first: 0, end: layer.size }));
  const layer = answer.byName.get(focus?.layer ?? "") ?? answer.layers[0];
  if (layer === undefined) return [];
  const flat = focus === null ? 0 : Math.max(0, flatIndex(layer.shape, focus.index));
  return [{ layer, first: Math.max(0, flat - AROUND), end: Math.min(layer.size, flat + AROUND + 1) }];
}

function Group(props: { id: string; range: Range; selectedFlat: number | null; describe: Props["describe"] }) {
  const { id, range, selectedFlat, describe } = props;
  const { layer, first, end } = range;
  return useMemo(
    () => (
      // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox has no element of its own.
      <div
        role="group"
        aria-label={`${layer.name}, ${layer.kind}${layer.activation === null ? "" : `, ${layer.activation}`}, ${formatShape(layer.shape)}`}
      >
        {Array.from({ length: end - first }, (_, offset) => {
          const flat = first + offset;
          const name = nodeName({ layer: layer.name, index: indexOf(layer.shape, flat) });
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus and names the active option.
            <div
              key={flat}
              id={optionId(id, layer.name, flat)}
              role="option"
              aria-selected={flat === selectedFlat}
              aria-label={`${name}, ${describe(layer.name, flat)}`}
              aria-setsize={layer.size}
              aria-posinset={flat + 1}
            />
          );
        })}
      </div>
    ),
    [id, layer, first, end, selectedFlat, describe],
  );
}

/** The graph for keyboard and screen reader: a listbox over the drawing whose options are the nodes. */
export function NodeList({ id, answer, describe, focus, selected, ...on }: Props) {
  const ranges = useMemo(() => rangesOf(answer, focus ?? selected), [answer, focus, selected]);
  const flatOf = (node: NodeReference | null, layer: TracedLayer) =>
    node?.layer === layer.name ? flatIndex(layer.shape, node.index) : null;
  const active = focus === null ? null : answer.byName.get(focus.layer);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const directions: Record<string, Direction> = {
      ArrowUp: "up",
      ArrowDown: "down",
      ArrowLeft: "left",
      ArrowRight: "right",
    };
    const direction = directions[event.key];
    if (direction !== undefined) on.onMove(direction);
    else if ((event.key === "Enter" || event.key === " ") && focus !== null) on.onSelect(focus);
    else if (event.key === "Escape") on.onClear();
    else if (event.key === "+" || event.key === "=") on.onZoom("in");
    else if (event.key === "-") on.onZoom("out");
    else if (event.key === "0") on.onZoom("fit");
    else return;
    event.preventDefault();
  };

  return (
    <div
      id={id}
      class="node-list"
      role="listbox"
      tabIndex={0}
      aria-label="Nodes of the network. Arrow keys move, Enter selects, Escape clears, plus, minus and 0 zoom."
      aria-activedescendant={
        focus !== null && active ? optionId(id, focus.layer, flatIndex(active.shape, focus.index)) : undefined
      }
      onKeyDown={onKeyDown}
      onFocus={() => on.onFocusChange(true)}
      onBlur={() => on.onFocusChange(false)}
    >
      {ranges.map((range) => (
        <Group
          key={range.layer.name}
          id={id}
          range={range}
          selectedFlat={flatOf(selected, range.layer)}
          describe={describe}
        />
      ))}
    </div>
  );
}
