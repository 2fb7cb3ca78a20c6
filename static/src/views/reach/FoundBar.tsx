import { formatCount, formatFull, formatValue, nodeName } from "../../format";
import { JUMPS, type Sought } from "../../reach";
import type { Found } from "../../store";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

/** What is said where nothing was found. */
const NOTHING: Readonly<Record<Sought, string>> = {
  largest: "No value is finite.",
  smallest: "No value is finite.",
  non_finite: "No NaN and no infinity: every value of the network is a number.",
  dead: "No layer is dead: none has only zeros after its activation.",
};

function order(place: number): string {
  if (place === 1) return "";
  const ending = ["th", "st", "nd", "rd"][place % 100 > 10 && place % 100 < 14 ? 0 : place % 10] ?? "th";
  return `${formatCount(place)}${ending} `;
}

/** What was found, in a sentence. */
export function foundSentence({ what, skip, finding }: Pick<Found, "what" | "skip" | "finding">): string {
  if (finding === null) return "";
  const { match, count } = finding;
  if (match === null) return skip === 0 ? NOTHING[what] : "There are no more.";
  const name = nodeName(match);
  const value = formatValue(match.value);
  const nodes = formatCount(match.nodes ?? 0);
  const place = `${formatCount(skip + 1)} of ${formatCount(count)}`;
  switch (what) {
    case "largest":
    case "smallest":
      return `The ${order(skip + 1)}${what} of ${formatCount(count)} values: ${name} is ${value}.`;
    case "non_finite": {
      const others =
        match.nodes === 1
          ? ""
          : `, and so ${match.nodes === 2 ? "is" : "are"} ${formatCount((match.nodes ?? 1) - 1)} more of its nodes`;
      return `Layer ${place} with NaN or infinity: ${name} is ${value}${others}.`;
    }
    default:
      return `Dead layer ${place}: ${match.layer}, where ${match.nodes === 1 ? "the only node is" : `all ${nodes} nodes are`} 0 after the activation.`;
  }
}

/** The search that is going on among the values: what was found, the next and the one before. */
export function FoundBar() {
  const actions = useActions();
  const found = useStudioState((state) => state.found);
  const isOlder = useStudioState((state) => state.found !== null && state.found.edit !== state.present);
  if (found === null) return null;
  const { what, skip, finding, looking, failure } = found;
  const title = JUMPS.find((jump) => jump.what === what)?.title ?? "";
  const match = finding?.match ?? null;
  return (
    <section class="found-bar" aria-label={`Search: ${title}`} aria-busy={looking}>
      <Icon name="target" />
      <p role="status" title={match === null ? undefined : formatFull(match.value)}>
        {failure !== null
          ? failure.message
          : looking && finding === null
            ? "Looking at every value…"
            : foundSentence(found)}
        {isOlder && !looking && <span class="muted"> The network or its input has changed since.</span>}
      </p>
      {isOlder || failure !== null ? (
        <button type="button" class="button small" onClick={() => void actions.find(what)}>
          Look again
        </button>
      ) : (
        finding !== null &&
        finding.count > 1 && (
          <>
            <button
              type="button"
              class="button quiet icon small"
              aria-label="The one before"
              title="The one before"
              disabled={looking || skip === 0}
              onClick={() => void actions.findFurther(-1)}
            >
              <span class="turn up">
                <Icon name="chevron" />
              </span>
            </button>
            <button
              type="button"
              class="button quiet icon small"
              aria-label="The next"
              title="The next"
              disabled={looking || skip + 1 >= finding.count}
              onClick={() => void actions.findFurther(1)}
            >
              <Icon name="chevron" />
            </button>
          </>
        )
      )}
      <button
        type="button"
        class="button quiet icon small"
        aria-label="End the search"
        title="End the search"
        onClick={() => actions.endSearch()}
      >
        <Icon name="close" />
      </button>
    </section>
  );
}
