import { useId, useMemo, useState } from "preact/hooks";
import type { ApiError } from "../../api";
import { DepthPlot } from "../../plots/DepthPlot";
import { axisFor, type SignalVariant, type VariedSignal } from "../../signal";
import type { SignalState } from "../../store";
import { useActions, useStudioState } from "../context";
import { choices } from "../edit/argument_fields";
import { problemText } from "../edit/problems";
import { Icon } from "../Icon";

const NO_SHARES: readonly never[] = [];

function isAsItIs({ activation, initializer }: SignalVariant): boolean {
  return activation === null && initializer === null;
}

/** One variant: its bands in small, what is seen, and the button that takes it. */
function Variant({ varied, state }: { varied: VariedSignal; state: SignalState }) {
  const actions = useActions();
  const [error, setError] = useState<ApiError | null>(null);
  const { of, scale } = state;
  const columns = varied.signal[of];
  // Each on its own scale: what matters is whether it narrows or opens.
  const axis = useMemo(() => axisFor([columns], scale), [columns, scale]);
  const [finding] = varied.signal.findings;
  const unchanged = varied.changedActivations + varied.changedInitializers === 0;
  return (
    <li class="variant">
      <h3>{varied.label}</h3>
      <DepthPlot
        names={varied.signal.names}
        percentiles={columns.percentiles}
        axis={axis}
        shares={NO_SHARES}
        height={72}
        small
        ariaLabel={`${of} of ${varied.label} over the depth, ${axis.type === "log" ? "logarithmic" : "linear"} scale`}
      />
      {finding !== undefined && (
        <p class={`finding ${finding.severity}`}>
          <Icon name={finding.severity === "good" ? "check" : "warning"} />
          <span>
            {finding.text}
            {varied.signal.findings.length > 1 && (
              <span class="muted"> And {varied.signal.findings.length - 1} more.</span>
            )}
          </span>
        </p>
      )}
      {isAsItIs(varied) ? (
        <p class="muted">the network as it is</p>
      ) : (
        <button
          type="button"
          class="button small"
          disabled={unchanged}
          title={unchanged ? "It changes nothing in this network" : "Give the network these; undo brings back what was"}
          onClick={() => void actions.takeVariant(varied).then(setError)}
        >
          Use {varied.label}
        </button>
      )}
      {error !== null && (
        <p class="field-problem" role="alert">
          {problemText(error)}
        </p>
      )}
    </li>
  );
}

/** A variant of one's own, beside those that are there. */
function AnotherVariant({ variants }: { variants: readonly VariedSignal[] }) {
  const actions = useActions();
  const activations = useStudioState((state) => state.activations);
  const dense = useStudioState((state) => state.layerKinds.get("Dense"));
  const [activation, setActivation] = useState("gelu");
  const [initializer, setInitializer] = useState("he_normal");
  const id = useId();
  const names = [...new Set([...activations.values()].filter((one) => one.elementwise).map((one) => one.name))];
  const initializers = choices(dense?.arguments.properties.kernel_initializer ?? {});
  const add = () => {
    const others = variants.map((one): SignalVariant => ({ activation: one.activation, initializer: one.initializer }));
    void actions.compareSignals([...others, { activation, initializer }].slice(-12));
  };
  return (
    <li class="variant another">
      <h3>Another</h3>
      <label for={`${id}-activation`}>activation</label>
      <select id={`${id}-activation`} value={activation} onChange={(event) => setActivation(event.currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <label for={`${id}-initializer`}>first weights</label>
      <select
        id={`${id}-initializer`}
        value={initializer}
        onChange={(event) => setInitializer(event.currentTarget.value)}
      >
        {initializers.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <button type="button" class="button small" onClick={add}>
        Compare it, too
      </button>
    </li>
  );
}

/** The same network with other activations and initialisers, side by side. */
export function Comparison({ state, variants }: { state: SignalState; variants: readonly VariedSignal[] }) {
  if (variants.length === 0) return <div class="skeleton-lines" aria-hidden="true" />;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="variants-scroll" tabIndex={0} aria-label="Activations and initialisers compared">
      <ul class="variants">
        {variants.map((varied) => (
          <Variant key={varied.label} varied={varied} state={state} />
        ))}
        <AnotherVariant variants={variants} />
      </ul>
    </section>
  );
}
