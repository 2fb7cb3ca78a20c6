import { useEffect, useRef, useState } from "preact/hooks";
import type { Toast as ToastState } from "../../shelf";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

/** How long a sentence stays, and one that can be taken back. */
const SECONDS = 5;
const SECONDS_TO_UNDO = 12;

/** A sentence that passes by itself; it waits while the pointer or the keyboard is in it. */
function Sentence({ toast }: { toast: ToastState }) {
  const actions = useActions();
  const [waits, setWaits] = useState(false);
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (waits) return undefined;
    const seconds = toast.restore === null ? SECONDS : SECONDS_TO_UNDO;
    const timer = setTimeout(() => actions.dismissToast(), seconds * 1000);
    return () => clearTimeout(timer);
  }, [actions, toast, waits]);
  // What was in focus is gone with what was deleted.
  useEffect(() => {
    if (toast.restore !== null) undo.current?.focus();
  }, [toast]);
  const { restore } = toast;
  return (
    <div
      class="toast"
      onPointerEnter={() => setWaits(true)}
      onPointerLeave={() => setWaits(false)}
      onFocusIn={() => setWaits(true)}
      onFocusOut={() => setWaits(false)}
    >
      <p dir="auto">{toast.text}</p>
      {restore !== null && (
        <button ref={undo} type="button" class="button" onClick={() => void actions.restore(restore)}>
          Undo<span class="visually-hidden"> the deletion</span>
        </button>
      )}
      <button type="button" class="button quiet icon" aria-label="Dismiss" onClick={() => actions.dismissToast()}>
        <Icon name="close" />
      </button>
    </div>
  );
}

/** The place of passing sentences. It stands in a dialog while one is open, because nothing outside can be reached. */
export function Toasts() {
  const toast = useStudioState((state) => state.shelf.toast);
  return (
    <div class="toasts" role="status">
      {toast !== null && <Sentence toast={toast} />}
    </div>
  );
}
