/** The keys of the player, on the whole page while it is there. */

import { useEffect } from "preact/hooks";
import { useActions } from "../context";

/** Where keys mean something of their own: text, tables that scroll, tabs and menus. */
const OWN_KEYS =
  'textarea, select, [contenteditable], [role="tablist"], [role="menu"], dialog, .side, .sheet, .drawer-panel';

function isOwn(target: EventTarget | null): boolean {
  if (document.querySelector("dialog[open]") !== null) return true;
  if (!(target instanceof Element)) return false;
  // The scrub bar's own keys do the same, except space.
  if (target instanceof HTMLInputElement) return target.type !== "range" || target.closest(".player") === null;
  return target.closest(OWN_KEYS) !== null;
}

/** Space plays and pauses, left and right step, Home and End go to the ends, Escape leaves. */
export function usePlayerKeys(): void {
  const actions = useActions();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const { target, key } = event;
      if (key === "Escape") {
        if (document.querySelector("dialog[open]") !== null) return;
        if (target instanceof HTMLInputElement && target.type !== "range") return;
        actions.leavePlaying();
      } else if (isOwn(target)) return;
      else if (key === " ") {
        // A button is pressed by it.
        if (target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement) return;
        actions.togglePlaying();
      } else if (key === "ArrowRight") actions.stepBy(1);
      else if (key === "ArrowLeft") actions.stepBy(-1);
      else if (key === "Home") actions.goToStep(0);
      else if (key === "End") actions.goToStep(Number.MAX_SAFE_INTEGER);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Before the graph's own arrows.
    window.addEventListener("keydown", onKeyDown, { capture: true });
    return () => window.removeEventListener("keydown", onKeyDown, { capture: true });
  }, [actions]);
}
