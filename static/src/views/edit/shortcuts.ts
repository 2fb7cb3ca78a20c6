/** Ctrl+Z and its kin on the whole page, and the end of a drag. */

import type { Actions } from "../../actions";

/** Whether the browser's own undo would act: in a text that is being typed and is not a value of the network. */
function typesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[data-own-undo]") !== null;
}

/** Joins undo, redo and drags with the actions; lasts as long as the page. */
export function followEditing(actions: Pick<Actions, "undo" | "redo" | "hold">): void {
  window.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || typesText(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) actions.undo();
    else if ((key === "z" && event.shiftKey) || (key === "y" && !event.shiftKey)) actions.redo();
    else return;
    event.preventDefault();
  });
  window.addEventListener("pointerdown", () => actions.hold(true), { capture: true });
  for (const end of ["pointerup", "pointercancel"] as const) {
    window.addEventListener(end, () => actions.hold(false), { capture: true });
  }
}
