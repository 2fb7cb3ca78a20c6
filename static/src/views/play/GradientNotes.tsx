import { useStudioState } from "../context";
import { gradientNotes } from "./derivative";

/** What stops the gradients that are shown, if anything does. */
export function GradientNotes() {
  const shows = useStudioState((state) => state.view.shows);
  const answer = useStudioState((state) => state.answer);
  const derivative = useStudioState((state) => state.derivative);
  if (shows !== "gradients" || answer === null) return null;
  const notes = gradientNotes(answer, derivative);
  return notes.length === 0 ? null : (
    <p class="gradient-notes" role="status">
      {notes.join(" ")}
    </p>
  );
}
