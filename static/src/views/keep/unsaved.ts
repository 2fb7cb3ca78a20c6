/** Ctrl+S saves, and the browser asks before a page with unsaved changes is left. */

import type { ShelfActions } from "../../actions_networks";
import { isUnsaved, standingOf } from "../../shelf";
import type { State, Store } from "../../store";

/** Whether leaving the page would lose something that a person did. */
export function wouldLose({ present, history, shelf }: State): boolean {
  if (present === null) return false;
  const standing = standingOf(present, shelf.kept);
  // A network that came with a link is still in the link until something is changed.
  return isUnsaved(standing) && (standing !== "new" || history.past.length > 0);
}

export function followUnsaved(store: Pick<Store, "get">, actions: Pick<ShelfActions, "save">): void {
  window.addEventListener("beforeunload", (event) => {
    if (wouldLose(store.get())) event.preventDefault();
  });
  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    // A dialog has its own way to be finished.
    if (document.querySelector("dialog[open]") === null) void actions.save();
  });
}
