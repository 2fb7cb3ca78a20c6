import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { formatCount, nodeName } from "../../format";
import { DepthPlot } from "../../plots/DepthPlot";
import type { ShareSeries } from "../../plots/depth";
import { axisFor, rangeOf, type Signal, type SignalFinding, type SignalOf, type SignalScale } from "../../signal";
import type { SignalState } from "../../store";
import { type Choice, Choices } from "../Choices";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";
import { Comparison } from "./Comparison";
import { Findings } from "./Findings";
import { LayerReadout } from "./LayerReadout";
import { LayerSlider } from "./LayerSlider";
import { SignalTable } from "./SignalTable";
import { SourceChoice } from "./SourceChoice";
import { WORDS } from "./words";

const OF: readonly Choice<SignalOf>[] = [
  { value: "values", text: "values", title: "What the nodes of each layer hold" },
  { value: "gradients", text: "gradients", title: WORDS.gradients },
];

const SCALES: readonly Choice<SignalScale>[] = [
  { value: "auto", text: "auto", title: "Logarithmic where the sizes of layers differ much" },
  { value: "linear", text: "linear", title: "Equal steps are equal differences" },
  { value: "log", text: "log", title: "Equal steps are equal factors, on both sides of 0" },
];

/** Milliseconds without a change before anything is computed: not for every step of a drag. */
const REST = 250;

const SMALLEST = 110;

function sharesOf(signal: Signal, of: SignalOf): ShareSeries[] {
  const all = [
    { name: "zeros", style: "zeros", shares: signal[of].zeros },
    { name: "not finite", style: "non-finite", shares: signal[of].nonFinite },
    ...(of === "values"
      ? [
          { name: "saturated", style: "saturated", shares: signal.values.saturated },
          { name: "dead", style: "dead", shares: signal.values.dead },
        ]
      : []),
  ];
  return all.filter(({ shares }) => shares.some((share) => share > 0));
}

const EXPLAINED: readonly (readonly [string, string])[] = [
  ["bands", WORDS.bands],
  ["size", WORDS.size],
  ["zeros", WORDS.zeros],
  ["saturated", WORDS.saturated],
  ["dead", WORDS.dead],
  ["not finite", WORDS.nonFinite],
  ["gradients", WORDS.gradients],
  ["keys", WORDS.keys],
];

/** What the words mean, also where nothing can be pointed at. */
function Help() {
  return (
    <details class="signal-help">
      <summary>What the words mean</summary>
      <dl>
        {EXPLAINED.map(([word, meaning]) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** The drawing, what is seen in it, and the numbers of one layer. */
function Picture({ signal, state }: { signal: Signal; state: SignalState }) {
  const actions = useActions();
  const selected = useStudioState((store) => store.selected?.layer ?? null);
  const [hovered, setHovered] = useState<number | null>(null);
  const [chosen, setChosen] = useState<SignalFinding | null>(null);
  const room = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(SMALLEST);
  useLayoutEffect(() => {
    const element = room.current;
    if (element === null) return undefined;
    const measure = () => setHeight(Math.max(SMALLEST, element.clientHeight));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const { of, scale } = state;
  const columns = signal[of];
  const axis = useMemo(() => axisFor([columns], scale), [columns, scale]);
  const shares = useMemo(() => sharesOf(signal, of), [signal, of]);
  const at = signal.names.indexOf(selected ?? "");
  const go = (place: number) => {
    const name = signal.names[place];
    if (name !== undefined) actions.showLayer(name);
  };
  const shown = chosen !== null && signal.findings.includes(chosen) ? chosen : null;
  const target = nodeName(signal.target);
  const read = hovered ?? Math.max(0, at);
  return (
    <div class="signal-picture">
      <div class="signal-drawing">
        <ul class="signal-legend">
          <li>
            <abbr title={WORDS.bands}>
              <i class="swatch bands" aria-hidden="true" />
              {of === "values" ? "values" : `gradients of ${target}`},{" "}
              {axis.type === "log" ? "log scale" : "linear scale"}
            </abbr>
          </li>
          {shares.map(({ name, style }) => (
            <li key={name}>
              <i class={`swatch ${style}`} aria-hidden="true" />
              {name}
            </li>
          ))}
        </ul>
        <div class="signal-room" ref={room}>
          <DepthPlot
            names={signal.names}
            percentiles={columns.percentiles}
            axis={axis}
            shares={shares}
            range={shown === null ? null : rangeOf(signal, shown)}
            hovered={hovered}
            selected={at}
            height={height}
            ariaLabel={`${of === "values" ? "Values" : "Gradients"} over the depth of ${formatCount(signal.names.length)} layers; the table has the same numbers`}
            onHover={setHovered}
            onPick={go}
          />
          <LayerSlider signal={signal} of={of} place={read} onRead={setHovered} onPick={go} />
        </div>
      </div>
      <div class="signal-words">
        <Findings
          findings={signal.findings}
          chosen={shown}
          onChoose={(finding) => {
            setChosen(finding);
            if (finding.of !== of && finding.kind !== "healthy") actions.setSignal({ of: finding.of });
            actions.showLayer(finding.layer);
          }}
        />
        <Help />
      </div>
      <LayerReadout signal={signal} of={of} place={read} />
    </div>
  );
}

/** What becomes of the values, and of the gradients, on their way through the layers. */
export function SignalTab() {
  const actions = useActions();
  const state = useStudioState((store) => store.signal);
  const edit = useStudioState((store) => store.present);
  const selected = useStudioState((store) => store.selected?.layer ?? null);
  const { of, scale, table, source, answer, comparison, waiting, failure } = state;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another edit or other examples ask anew.
  useEffect(() => {
    const timer = setTimeout(() => void actions.loadSignal(), answer === null ? 0 : REST);
    return () => clearTimeout(timer);
  }, [actions, edit, source, comparison === null]);

  const older = comparison ?? answer;
  const stale = older !== null && (older.edit !== edit || older.source !== source);
  const comparing = comparison !== null;
  return (
    <div class={stale ? "tab-body signal stale" : "tab-body signal"} aria-busy={waiting !== null}>
      <div class="table-tools">
        <Choices label="What is shown" chosen={of} choices={OF} onChange={(next) => actions.setSignal({ of: next })} />
        <SourceChoice />
        <span class="signal-scale">
          <Choices
            label="Scale"
            chosen={scale}
            choices={SCALES}
            onChange={(next) => actions.setSignal({ scale: next })}
          />
        </span>
        <span class="spring" />
        {!comparing && (
          <button
            type="button"
            class="button quiet icon small"
            aria-label={table ? "Drawing" : "Table"}
            title={table ? "Back to the drawing" : "The same numbers as a table"}
            onClick={() => actions.setSignal({ table: !table })}
          >
            <Icon name={table ? "curve" : "table"} />
          </button>
        )}
        {comparing ? (
          <>
            {stale && (
              <button type="button" class="button small" onClick={() => void actions.compareSignals(null)}>
                Compare again
              </button>
            )}
            <button type="button" class="button small" onClick={() => actions.endComparison()}>
              Back to this network
            </button>
          </>
        ) : (
          <button
            type="button"
            class="button small primary"
            aria-label="Compare activations"
            title="The same network with other activations and first weights: which keep the signal alive?"
            onClick={() => void actions.compareSignals(null)}
          >
            Compare
          </button>
        )}
      </div>
      {waiting !== null && (
        <p class="signal-wait" role="status">
          {waiting.progress === null
            ? "Looking at every layer…"
            : `${Math.round(waiting.progress * 100)} % of the layers`}
          {waiting.progress !== null && <progress value={waiting.progress} max={1} aria-label="Progress" />}
          <button type="button" class="button quiet small" onClick={() => actions.stopSignal()}>
            Stop
          </button>
        </p>
      )}
      {failure !== null && (
        <p class="field-problem signal-wait" role="alert">
          {failure.message}
          {!comparing && waiting === null && (
            <button type="button" class="button small" onClick={() => void actions.loadSignal()}>
              Retry
            </button>
          )}
        </p>
      )}
      {comparing ? (
        <Comparison state={state} variants={comparison.variants} />
      ) : answer === null ? (
        <div class="skeleton-lines" aria-hidden="true" />
      ) : table ? (
        <SignalTable
          signal={answer.signal}
          of={of}
          selected={selected}
          onPick={(place) => actions.showLayer(answer.signal.names[place] ?? "")}
        />
      ) : (
        <Picture signal={answer.signal} state={state} />
      )}
    </div>
  );
}
