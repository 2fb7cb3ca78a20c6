import { formatCount, formatFull, formatValue, nodeName } from "../format";
import { Formula } from "../gallery/Formula";
import { flatIndex } from "../layout";
import type { Answer } from "../store";
import type { ActivationInfo, ActivationTerm, Explanation } from "../wire";
import { useActions } from "./context";
import { nodeLabel } from "./node_facts";
import { useRows } from "./useRows";

interface Props {
  answer: Answer;
  explanation: Explanation;
  info: ActivationInfo | undefined;
}

/** The `count` terms that hold most, and the node's own, in their order. */
export function telling(terms: readonly ActivationTerm[], own: string, layer: string, count: number): ActivationTerm[] {
  if (count >= terms.length) return [...terms];
  const order = [...terms].sort((one, other) => other.pre_activation - one.pre_activation);
  const kept = new Set(order.slice(0, count));
  return terms.filter((term) => kept.has(term) || nodeName({ layer, index: term.index }) === own);
}

/** An activation that looks at several nodes, such as softmax: each with its sum, its exponential and its value. */
export function AlongAxis({ answer, explanation, info }: Props) {
  const actions = useActions();
  const terms = explanation.activation_terms ?? [];
  const layer = answer.byName.get(explanation.layer);
  const exponentials = terms.some((term) => term.exponential !== null);
  const { denominator, shift } = explanation;
  const own = nodeName(explanation);
  const { shown, showAll } = useRows(terms.length);
  const listed = telling(terms, own, explanation.layer, shown);

  return (
    <section class="activation">
      <h3>
        Activation <span>{explanation.activation}</span>
      </h3>
      {info !== undefined && (
        <>
          <p class="formula-line">
            <Formula latex={info.formula} />
          </p>
          <p class="muted">{info.description}</p>
        </>
      )}
      {exponentials && typeof denominator === "number" && (
        <p class="muted">
          {typeof shift === "number" && shift !== 0
            ? `${formatValue(shift)} is taken off every z first, which changes no share but lets none overflow. `
            : ""}
          The exponentials add up to {formatValue(denominator)};{" "}
          {explanation.activation === "log_softmax"
            ? "each value is the logarithm of the node's share of that."
            : "each node has its share of that."}
        </p>
      )}
      <div class="terms">
        <table>
          <caption class="visually-hidden">The nodes that {explanation.activation} looks at</caption>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col" class="number">
                <abbr title="The sum before the activation, also called logit">z</abbr>
              </th>
              {exponentials && (
                <th scope="col" class="number">
                  <abbr title="e to the power of z, after the common shift">exp</abbr>
                </th>
              )}
              <th scope="col" class="number">
                value
              </th>
              <th scope="col">
                <span class="visually-hidden">Size</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {listed.map((term) => {
              const node = { layer: explanation.layer, index: term.index };
              const name = nodeName(node);
              const label = nodeLabel(answer, node);
              const value = layer?.output[flatIndex(layer.shape, term.index)] ?? Number.NaN;
              return (
                <tr key={name} class={name === own ? "own" : undefined}>
                  <th scope="row">
                    <button type="button" class="link" onClick={() => actions.show(node)}>
                      {name}
                    </button>
                    {label !== null && <span class="node-label"> {label}</span>}
                  </th>
                  <td class="number" title={formatFull(term.pre_activation)}>
                    {formatValue(term.pre_activation)}
                  </td>
                  {exponentials && (
                    <td class="number" title={term.exponential === null ? undefined : formatFull(term.exponential)}>
                      {term.exponential === null ? "" : formatValue(term.exponential)}
                    </td>
                  )}
                  <td class="number" title={formatFull(value)}>
                    {formatValue(value)}
                  </td>
                  <td class="bar-cell">
                    {value >= 0 && value <= 1 && (
                      <span class="bar from-left" aria-hidden="true">
                        <i class="positive" style={{ left: 0, width: `${value * 100}%` }} />
                      </span>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {showAll !== null && (
        <p class="muted">
          The largest {formatCount(shown)} of {formatCount(terms.length)}
          {listed.length > shown ? ", and the node itself" : ""}.{" "}
          <button type="button" class="button quiet small" onClick={showAll}>
            Show all
          </button>
        </p>
      )}
    </section>
  );
}
