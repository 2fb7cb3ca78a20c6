import { formatCount, formatFull, formatValue, nodeName } from "../format";
import type { Answer } from "../store";
import type { Explanation, Term } from "../wire";
import { useActions } from "./context";
import { WeightField } from "./edit/WeightField";
import { biasPlace, weightPlace, weightStep } from "./edit/weight_places";
import { nodeLabel } from "./node_facts";
import { useRows } from "./useRows";

/** A number rounded for reading, at full precision on hover. */
function Figure({ value }: { value: number }) {
  return <span title={formatFull(value)}>{formatValue(value)}</span>;
}

/** A bar from zero to `value`, on a scale that ends at ±`limit`. */
function Bar({ value, limit }: { value: number; limit: number }) {
  if (!Number.isFinite(value) || limit === 0) return <span class="bar" />;
  const width = `${(Math.min(1, Math.abs(value) / limit) * 50).toFixed(2)}%`;
  return (
    <span class="bar" aria-hidden="true">
      <i
        class={value < 0 ? "negative" : "positive"}
        style={value < 0 ? { right: "50%", width } : { left: "50%", width }}
      />
    </span>
  );
}

/** What a term brings into the result: its product, or for a factor its value. */
function share(term: Term): number {
  return term.product ?? term.value;
}

/** Every term of a node, largest first, then what they add up to. */
export function TermsTable({ answer, explanation }: { answer: Answer; explanation: Explanation }) {
  const actions = useActions();
  const { terms, others, bias, pre_activation: sum, operation } = explanation;
  const weighted = operation === "weighted_sum" || operation === "normalize";
  const biasAt = bias === null ? null : biasPlace(explanation);
  const parts = [...terms.map(share), ...(bias === null ? [] : [bias])].map(Math.abs).filter(Number.isFinite);
  const limit = parts.reduce((largest, part) => Math.max(largest, part), 0);
  const step = weightStep(terms.map((term) => term.weight ?? 0));
  const { shown, showAll } = useRows(terms.length);
  const hidden = terms.slice(shown);
  const rest = hidden.length + others.count;
  const restSum = hidden.reduce((total, term) => total + share(term), others.sum);
  const showSum = sum !== null && (weighted || operation === "sum");

  return (
    <div class="terms">
      <table>
        <caption class="visually-hidden">The terms of {nodeName(explanation)}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col" class="number">
              <abbr title="What the source node holds">value</abbr>
            </th>
            {weighted && (
              <>
                <th scope="col" class="number">
                  <abbr title="How much the source counts: the weight of the connection">× weight</abbr>
                </th>
                <th scope="col" class="number">
                  <abbr title="Value times weight: what this source adds to the sum">= product</abbr>
                </th>
              </>
            )}
            <th scope="col">
              <span class="visually-hidden">Size</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {terms.slice(0, shown).map((term) => {
            const name = nodeName(term.source);
            const label = nodeLabel(answer, term.source);
            const place = weightPlace(explanation, term.source);
            return (
              <tr key={name} class={term.winner ? "winner" : undefined}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    title={`Select ${name}`}
                    onClick={() => actions.show(term.source)}
                    onPointerEnter={() => actions.focus(term.source)}
                    onPointerLeave={() => actions.focus(null)}
                  >
                    {name}
                  </button>
                  {label !== null && <span class="node-label"> {label}</span>}
                  {term.winner && <span class="node-label"> largest</span>}
                </th>
                <td class="number">
                  <Figure value={term.value} />
                </td>
                {weighted && (
                  <>
                    <td class="number">
                      {place === null ? (
                        <Figure value={term.weight ?? Number.NaN} />
                      ) : (
                        <WeightField
                          label={`weight from ${name}`}
                          place={place}
                          value={term.weight ?? Number.NaN}
                          step={step}
                        />
                      )}
                    </td>
                    <td class="number">
                      <Figure value={term.product ?? Number.NaN} />
                    </td>
                  </>
                )}
                <td class="bar-cell">
                  <Bar value={share(term)} limit={limit} />
                </td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          {rest > 0 && (
            <tr>
              <th scope="row" colSpan={weighted ? 3 : 1}>
                {formatCount(rest)} smaller {rest === 1 ? "term" : "terms"}
                {showAll !== null && (
                  <button type="button" class="button quiet small" onClick={showAll}>
                    Show {formatCount(hidden.length)}
                  </button>
                )}
              </th>
              <td class="number">{operation !== "product" && <Figure value={restSum} />}</td>
              <td class="bar-cell">{operation !== "product" && <Bar value={restSum} limit={limit} />}</td>
            </tr>
          )}
          {bias !== null && weighted && (
            <tr>
              <th scope="row" colSpan={3}>
                <abbr title="A number of the node's own, added whatever the input is">bias</abbr>
              </th>
              <td class="number">
                {biasAt === null ? (
                  <Figure value={bias} />
                ) : (
                  <WeightField label="bias" place={biasAt} value={bias} step={step} />
                )}
              </td>
              <td class="bar-cell">
                <Bar value={bias} limit={limit} />
              </td>
            </tr>
          )}
          {showSum && (
            <tr class="sum">
              <th scope="row" colSpan={weighted ? 3 : 1}>
                <abbr title="Everything above added up: the pre-activation">sum z</abbr>
              </th>
              <td class="number">
                <Figure value={sum} />
              </td>
              <td />
            </tr>
          )}
        </tfoot>
      </table>
    </div>
  );
}
