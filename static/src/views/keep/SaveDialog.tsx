import { useId, useState } from "preact/hooks";
import { copyTitle, titleOf } from "../../shelf";
import { useActions, useStudioState } from "../context";
import { Dialog } from "../Dialog";
import { ShelfMessage } from "./ShelfMessage";

/** Asks for the name under which what is on screen becomes a network of one's own. */
export function SaveDialog({ copy }: { copy: boolean }) {
  const actions = useActions();
  const field = useId();
  const present = useStudioState((state) => state.present);
  const { kept, saving } = useStudioState((state) => state.shelf);
  const networks = useStudioState((state) => state.networks);
  // The proposal is made once: the field belongs to the person then.
  const [title, setTitle] = useState(() => {
    const stored = present?.home == null ? undefined : kept.get(present.home);
    const current = stored?.title ?? (present === null ? "" : titleOf(present.document));
    const taken = new Set((networks ?? []).map(titleOf));
    return taken.has(current) ? copyTitle(current, taken) : current;
  });
  const example = networks?.some(({ id, read_only }) => read_only && id === present?.home) === true;
  return (
    <Dialog class="save-dialog" title={copy ? "Save a copy" : "Save this network"} onClose={() => actions.askFor(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (title.trim() !== "") void actions.saveAs(title.trim());
        }}
      >
        <label for={field}>Name</label>
        <input
          id={field}
          type="text"
          class="text-field"
          dir="auto"
          autofocus
          data-own-undo=""
          autoComplete="off"
          maxLength={200}
          required
          value={title}
          onFocus={(event) => event.currentTarget.select()}
          onInput={(event) => setTitle(event.currentTarget.value)}
        />
        <p class="muted">
          {example && "The example stays as it is. "}
          The network is stored with all its weights under My networks
          {copy && ", and you go on with the copy"}.
        </p>
        <ShelfMessage />
        <div class="dialog-buttons">
          <button type="button" class="button quiet" onClick={() => actions.askFor(null)}>
            Cancel
          </button>
          <button type="submit" class="button primary" aria-disabled={saving || title.trim() === ""}>
            {saving ? "Saving …" : "Save"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
