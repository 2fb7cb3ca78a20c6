import { isUnsaved, type Standing, standingOf } from "../../shelf";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

const WORDS: Record<Standing, string> = {
  example: "",
  saved: "Saved",
  unsaved: "Unsaved changes",
  changed: "Unsaved changes",
  new: "Not saved yet",
};

/** Whether what is on screen is saved, in a dot and words, and the button that saves it. */
export function SaveControls({ narrow }: { narrow: boolean }) {
  const actions = useActions();
  const standing = useStudioState((state) =>
    state.present === null ? null : standingOf(state.present, state.shelf.kept),
  );
  const saving = useStudioState((state) => state.shelf.saving);
  if (standing === null) return null;
  const unsaved = isUnsaved(standing);
  const words = saving ? "Saving …" : WORDS[standing];
  return (
    <div class="save-controls">
      <span class={unsaved ? "standing unsaved" : "standing"} role="status">
        {unsaved && <i class="unsaved-dot" aria-hidden="true" />}
        <span class="standing-words">{words}</span>
      </span>
      <button
        type="button"
        class={narrow ? "button quiet icon" : "button"}
        aria-label={narrow ? "Save" : undefined}
        // Not `disabled`: the keyboard's place would be lost at the moment of saving.
        aria-disabled={saving || standing === "saved"}
        title={standing === "example" || standing === "changed" ? "Save a copy (Ctrl+S)" : "Save (Ctrl+S)"}
        onClick={() => void actions.save()}
      >
        {narrow ? <Icon name="save" /> : "Save"}
      </button>
    </div>
  );
}
