import type { ComponentChildren } from "preact";
import type { Shows } from "../../share";
import type { Answer } from "../../store";
import { type Choice, Choices } from "../Choices";
import { useActions, useStudioState } from "../context";
import { PlayerButton } from "./Player";
import { TargetChoice } from "./TargetChoice";

const SHOWS: readonly Choice<Shows>[] = [
  { value: "values", text: "values", title: "Nodes show their values, edges the weights" },
  {
    value: "contributions",
    text: "contributions",
    title: "Nodes show their values, edges weight × value: what each adds for this input",
  },
  {
    value: "gradients",
    text: "gradients",
    title: "Nodes show how much a chosen node would change with them, edges the same for the weights",
  },
];

/** What is done with the graph: step through it, and choose what it shows; `children` are further tools. */
export function GraphToolbar({ answer, children }: { answer: Answer; children: ComponentChildren }) {
  const actions = useActions();
  const shows = useStudioState((state) => state.view.shows);
  return (
    // biome-ignore lint/a11y/useSemanticElements: these are buttons, not the fields of a form.
    <div class="graph-toolbar" role="group" aria-label="Graph tools">
      <PlayerButton />
      <div class="graph-shows">
        <span class="graph-shows-title">Show</span>
        <Choices
          label="What the graph shows"
          chosen={shows}
          choices={SHOWS}
          onChange={(value) => actions.setShows(value)}
        />
      </div>
      {shows === "gradients" && <TargetChoice answer={answer} />}
      <div class="graph-tools">{children}</div>
    </div>
  );
}
