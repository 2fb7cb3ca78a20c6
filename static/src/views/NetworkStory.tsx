import { formatCount } from "../format";
import { titleOf } from "../shelf";
import { useStudioState } from "./context";

/** What the open network is and what it is good for, in the document's own words. */
export function NetworkStory() {
  const document = useStudioState((state) => state.present?.document ?? null);
  const summary = useStudioState((state) =>
    state.answer?.edit.document === state.present?.document ? state.answer?.summary : undefined,
  );
  const kept = useStudioState(({ present, shelf }) => shelf.kept.get(present?.home ?? "")?.title);
  if (document === null) return null;
  const { description, dtype } = document;
  return (
    <section class="story">
      <h2 class="panel-title" dir="auto">
        {kept ?? titleOf(document)}
      </h2>
      {description !== undefined && <p dir="auto">{description}</p>}
      {summary !== undefined && (
        <p class="muted">
          {formatCount(summary.layers.length - 1)} {summary.layers.length === 2 ? "layer" : "layers"},{" "}
          {formatCount(summary.total_parameters)} {summary.total_parameters === 1 ? "parameter" : "parameters"},{" "}
          {dtype ?? "float64"}
        </p>
      )}
    </section>
  );
}
