import type { Conflict } from "../../shelf";
import { useActions, useStudioState } from "../context";
import { Dialog } from "../Dialog";
import { NetworkPicture } from "../NetworkPicture";
import { ShelfMessage } from "./ShelfMessage";

/** Somebody else was quicker: nothing is written until a person says which of the two counts. */
export function ConflictDialog({ conflict }: { conflict: Conflict }) {
  const actions = useActions();
  const mine = useStudioState((state) => state.answer?.summary.layers ?? null);
  const title = useStudioState((state) => state.shelf.kept.get(conflict.id)?.title ?? "This network");
  const { gone, theirs, id } = conflict;
  const saveCopy = () => {
    actions.dismissConflict();
    actions.askFor("copy");
  };
  return (
    <Dialog
      class="conflict-dialog"
      title={gone ? "Deleted meanwhile" : "Changed meanwhile"}
      onClose={() => actions.dismissConflict()}
    >
      <p>
        <bdi>“{title}”</bdi>{" "}
        {gone
          ? "was deleted since you opened it. Your version is still on screen; save it as a new network."
          : "was saved by somebody else since you opened it. Nothing was written over; your version is still on screen."}
      </p>
      {!gone && (
        <div class="conflict-pictures">
          <figure>
            <NetworkPicture layers={mine} />
            <figcaption>Yours</figcaption>
          </figure>
          <figure>
            <NetworkPicture layers={theirs?.layers ?? null} />
            <figcaption>Stored now</figcaption>
          </figure>
        </div>
      )}
      <ShelfMessage />
      <div class="dialog-buttons">
        {!gone && (
          <>
            <a class="button quiet" href={`/?network=${encodeURIComponent(id)}`} target="_blank" rel="noopener">
              Look at theirs in a new tab
            </a>
            <button type="button" class="button" onClick={() => void actions.loadTheirs()}>
              Load theirs
            </button>
          </>
        )}
        <button type="button" class="button primary" onClick={saveCopy}>
          {gone ? "Save as a new network …" : "Save mine as a copy …"}
        </button>
      </div>
    </Dialog>
  );
}
