import type { ComponentChildren } from "preact";

import type { ActivationInfo } from "../wire";

/** Title, name and aliases of a function; the title links to the card itself. */
export function CardHead({ activation, children }: { activation: ActivationInfo; children?: ComponentChildren }) {
  const { name, title, aliases } = activation;
  return (
    <header class="card-head">
      <h3 id={`${name}-title`}>
        <a href={`#${name}`}>{title}</a>
      </h3>
      <p class="card-names">
        <code>{name}</code>
        {aliases.length > 0 && (
          <span class="muted">
            {" "}
            also{" "}
            {aliases.map((alias, i) => (
              <span key={alias}>
                {i > 0 && ", "}
                <code>{alias}</code>
              </span>
            ))}
          </span>
        )}
      </p>
      {children}
    </header>
  );
}
