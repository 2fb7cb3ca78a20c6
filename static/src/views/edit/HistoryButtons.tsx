import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

/** Undo and redo, each saying what it would take back or do again. */
export function HistoryButtons() {
  const actions = useActions();
  const undone = useStudioState((state) => state.history.past.at(-1)?.label ?? null);
  const redone = useStudioState((state) => state.history.future[0]?.label ?? null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar.
    <div class="history" role="group" aria-label="History">
      <button
        type="button"
        class="button quiet icon"
        aria-label={undone === null ? "Undo" : `Undo: ${undone}`}
        title={undone === null ? "Nothing to undo" : `Undo: ${undone} (Ctrl+Z)`}
        // Not `disabled`: the keyboard's place would be lost with the last step.
        aria-disabled={undone === null}
        onClick={() => actions.undo()}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="button quiet icon"
        aria-label={redone === null ? "Redo" : `Redo: ${redone}`}
        title={redone === null ? "Nothing to redo" : `Redo: ${redone} (Ctrl+Shift+Z)`}
        aria-disabled={redone === null}
        onClick={() => actions.redo()}
      >
        <Icon name="redo" />
      </button>
    </div>
  );
}
