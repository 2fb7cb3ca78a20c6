import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { formatCount, formatShape } from "../../format";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { AddLayer } from "./AddLayer";
import { DeepForm } from "./DeepForm";
import { InputCard } from "./InputCard";
import { LayerCard } from "./LayerCard";
import { type LayerRow, layerRows, listItems } from "./layer_rows";
import { RepeatCard } from "./RepeatCard";
import { RepeatHead } from "./RepeatHead";

/** Layers listed at once; further ones a page at a time, so that a thousand cost no more than these. */
const PAGE = 60;

/** The list entry of a layer; pressing it opens what can be changed about it. */
function RowHead(props: {
  name: string;
  kind: string;
  activation: string | null;
  shape: readonly number[];
  open: boolean;
  controls: string;
  onToggle: () => void;
}) {
  const { name, kind, activation, shape, open, controls, onToggle } = props;
  return (
    <button
      type="button"
      class="row-head"
      data-layer={name}
      aria-expanded={open}
      aria-controls={open ? controls : undefined}
      onClick={onToggle}
    >
      <span class="row-name">{name}</span>
      <span class="row-kind muted">
        {kind}
        {activation !== null && activation !== "linear" && ` · ${activation}`}
      </span>
      <span class="row-shape muted">{formatShape([...shape])}</span>
    </button>
  );
}

/** The layers in order, each to be changed, moved, removed and connected; checked by the server at every step. */
export function Builder() {
  const actions = useActions();
  const answer = useStudioState((state) => state.answer);
  const selected = useStudioState((state) => state.selected);
  const [closed, setClosed] = useState<string | null>(null);
  const [adding, setAdding] = useState<string | null>(null);
  const [stacking, setStacking] = useState(false);
  const [page, setPage] = useState(0);
  const list = useRef<HTMLOListElement>(null);
  const wantedFocus = useRef<string | null>(null);
  const added = useRef(false);
  const id = useId();
  const document = answer?.edit.document;
  const summary = answer?.summary;
  const rows = useMemo(
    () => (document === undefined || summary === undefined ? [] : layerRows(document, summary)),
    [document, summary],
  );

  const focusOn = (name: string) =>
    list.current?.querySelector<HTMLElement>(`[data-layer="${CSS.escape(name)}"]`)?.focus();
  const finishAdding = (after: string, done: boolean) => {
    setAdding(null);
    added.current = done;
    if (!done) focusOn(after);
  };
  // The selected layer stands open, wherever it was selected, until it is closed by hand.
  const chosen = selected?.layer ?? null;
  const open = chosen === closed ? null : chosen;
  const items = useMemo(() => listItems(rows, chosen), [rows, chosen]);
  const position = items.findIndex((item) =>
    item.type === "layer" ? item.row.name === chosen : item.rows.some((row) => row.name === chosen),
  );
  useEffect(() => {
    if (position >= 0) setPage(Math.floor(position / PAGE));
  }, [position]);
  // What was pressed may be gone, or stand elsewhere: the keyboard's place goes along.
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the list has become another one.
  useEffect(() => {
    const name = added.current ? chosen : wantedFocus.current;
    wantedFocus.current = null;
    added.current = false;
    if (name !== null) focusOn(name);
  }, [rows]);

  if (answer === null || summary === undefined) return <div class="skeleton-lines" aria-hidden="true" />;
  const toggle = (name: string, shape: readonly number[]) => {
    setAdding(null);
    setClosed(open === name ? name : null);
    if (chosen !== name) actions.select({ layer: name, index: shape.map(() => 0) });
  };
  const pages = Math.ceil(items.length / PAGE);
  const shown = items.slice(page * PAGE, (page + 1) * PAGE);
  // Behind the layer that stands open; the output keeps its place, and what is in a repeat stays in it.
  const opened = rows.find((row) => row.name === chosen);
  const isPlace = opened !== undefined && opened.repeat === null && opened !== rows.at(-1);
  const stackAfter = isPlace ? opened.name : (rows.at(-1)?.inputs[0] ?? "input");
  const names = summary.layers.map((layer) => layer.name);
  const input = summary.layers[0];

  const entry = (row: LayerRow) => {
    const panel = `${id}-${row.name}`;
    const activation = answer.byName.get(row.name)?.activation ?? null;
    return (
      <li key={row.name} class={open === row.name ? "layer-row open" : "layer-row"}>
        <RowHead
          name={row.name}
          kind={row.kind}
          activation={activation}
          shape={row.output_shape}
          open={open === row.name}
          controls={panel}
          onToggle={() => toggle(row.name, row.output_shape)}
        />
        {open === row.name && row.repeat !== null && <RepeatCard id={panel} row={row} place={row.repeat} />}
        {open === row.name && row.repeat === null && (
          <LayerCard
            id={panel}
            row={row}
            rows={rows}
            names={names}
            onAdd={() => setAdding(row.name)}
            onFocusLater={(name) => {
              wantedFocus.current = name;
            }}
          />
        )}
        {adding === row.name && <AddLayer after={row.name} onDone={(done) => finishAdding(row.name, done)} />}
      </li>
    );
  };

  return (
    <section class="builder" aria-label="Network">
      <header class="panel-header">
        <h2 class="panel-title">Layers</h2>
        <span class="muted">{formatCount(rows.length)}</span>
        <button
          type="button"
          class="button quiet small"
          title="Begin with two inputs and one node; undo brings this network back"
          onClick={() => actions.startNew()}
        >
          <Icon name="plus" />
          Start new
        </button>
      </header>
      <div class="builder-tools">
        <button
          type="button"
          class="button small"
          title={`Many alike layers behind ${stackAfter}`}
          aria-expanded={stacking}
          onClick={() => setStacking(!stacking)}
        >
          <Icon name="layers" />
          Deep stack
        </button>
      </div>
      {stacking && <DeepForm key={stackAfter} after={stackAfter} summary={summary} onDone={() => setStacking(false)} />}
      {pages > 1 && (
        <nav class="pages" aria-label="Pages of layers">
          <button
            type="button"
            class="button quiet icon small"
            aria-label="Earlier layers"
            disabled={page === 0}
            onClick={() => setPage(page - 1)}
          >
            <span class="turn up">
              <Icon name="chevron" />
            </span>
          </button>
          <span class="muted">
            {formatCount(page * PAGE + 1)} to {formatCount(Math.min(items.length, (page + 1) * PAGE))} of{" "}
            {formatCount(items.length)}
          </span>
          <button
            type="button"
            class="button quiet icon small"
            aria-label="Later layers"
            disabled={page >= pages - 1}
            onClick={() => setPage(page + 1)}
          >
            <Icon name="chevron" />
          </button>
        </nav>
      )}
      <ol class="layer-rows" ref={list}>
        {page === 0 && input !== undefined && (
          <li class={open === "input" ? "layer-row open" : "layer-row"}>
            <RowHead
              name="input"
              kind="Input"
              activation={null}
              shape={input.output_shape}
              open={open === "input"}
              controls={`${id}-input`}
              onToggle={() => toggle("input", input.output_shape)}
            />
            {open === "input" && (
              <InputCard id={`${id}-input`} document={answer.edit.document} onAdd={() => setAdding("input")} />
            )}
            {adding === "input" && <AddLayer after="input" onDone={(done) => finishAdding("input", done)} />}
          </li>
        )}
        {shown.map((item) =>
          item.type === "layer" ? (
            entry(item.row)
          ) : (
            <li key={`repeat ${item.place.entry}`} class="repeat-group">
              <RepeatHead item={item} />
              <ol class="layer-rows">{item.rows.map(entry)}</ol>
            </li>
          ),
        )}
      </ol>
    </section>
  );
}
