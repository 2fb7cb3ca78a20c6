import type { ActivationInfo } from "../wire";
import { Formula } from "./Formula";

/** Formulas, facts, description and source: what does not move. */
export function CardFoot({ activation }: { activation: ActivationInfo }) {
  const { formula, derivative_formula: derivative, range, monotonic, description, source } = activation;
  return (
    <>
      <dl class="formulas">
        <div>
          <dt>Function</dt>
          <dd>
            <Formula latex={formula} />
          </dd>
        </div>
        <div>
          <dt>Derivative</dt>
          <dd>
            <Formula latex={derivative} />
          </dd>
        </div>
      </dl>
      <p class="description">{description}</p>
      <dl class="facts">
        <div>
          <dt>Range</dt>
          <dd>
            <Formula latex={range} />
          </dd>
        </div>
        <div>
          <dt>Monotonic</dt>
          <dd>{monotonic ? "yes" : "no"}</dd>
        </div>
        <div class="source">
          <dt>Source</dt>
          <dd>{source}</dd>
        </div>
      </dl>
    </>
  );
}
