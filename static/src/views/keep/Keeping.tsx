import { useEffect, useState } from "preact/hooks";
import { useActions, useStudioState } from "../context";
import { NetworkChooser } from "../NetworkChooser";
import { ConflictDialog } from "./ConflictDialog";
import { ImportDialog } from "./ImportDialog";
import { SaveDialog } from "./SaveDialog";
import { ShelfMessage } from "./ShelfMessage";
import { Toasts } from "./Toast";

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") === true;
}

/** Files dropped anywhere, and documents pasted where no text is typed, are imported. */
function useImports(): boolean {
  const actions = useActions();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    window.addEventListener(
      "dragover",
      (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      { signal },
    );
    window.addEventListener(
      "dragleave",
      (event) => {
        if (event.relatedTarget === null) setOver(false);
      },
      { signal },
    );
    window.addEventListener(
      "drop",
      (event) => {
        setOver(false);
        if (!hasFiles(event)) return;
        event.preventDefault();
        const files = [...(event.dataTransfer?.files ?? [])];
        const image = files.find(({ type }) => type.startsWith("image/"));
        if (image !== undefined) void actions.giveImage(image, image.name);
        else void actions.importFiles(files);
      },
      { signal },
    );
    window.addEventListener(
      "paste",
      (event) => {
        const typed = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
        if (event.defaultPrevented || typed) return;
        const image = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
        if (image !== undefined) {
          event.preventDefault();
          void actions.giveImage(image, "a pasted image");
          return;
        }
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (!text.trimStart().startsWith("{")) return;
        event.preventDefault();
        void actions.importText(text, "what was pasted");
      },
      { signal },
    );
    return () => stop.abort();
  }, [actions]);
  return over;
}

/** Everything about keeping networks that lies over the page. */
export function Keeping() {
  const over = useImports();
  const chooserOpen = useStudioState((state) => state.view.chooserOpen);
  const dialog = useStudioState((state) => state.shelf.dialog);
  const conflict = useStudioState((state) => state.shelf.conflict);
  const covered = chooserOpen || dialog !== null || conflict !== null;
  return (
    <>
      {!covered && <Toasts />}
      {chooserOpen && <NetworkChooser />}
      {(dialog === "save" || dialog === "copy") && <SaveDialog copy={dialog === "copy"} />}
      {dialog === "import" && <ImportDialog />}
      {conflict !== null && <ConflictDialog conflict={conflict} />}
      {over && (
        <div class="drop-cover" aria-hidden="true">
          <p>Drop a network to open it, or an image to make it the input</p>
        </div>
      )}
    </>
  );
}

/** The failure, where no dialog is open that shows it. */
export function KeepingMessage() {
  const covered = useStudioState(
    (state) => state.view.chooserOpen || state.shelf.dialog !== null || state.shelf.conflict !== null,
  );
  return covered ? null : <ShelfMessage />;
}
