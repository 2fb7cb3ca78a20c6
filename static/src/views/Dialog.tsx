import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "./Icon";

interface Props {
  title: string;
  class: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog that is open as long as it exists; Escape, its button and a click beside it close it. */
export function Dialog({ title, class: name, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself.
    <dialog
      ref={dialog}
      class={`dialog ${name}`}
      aria-labelledby={heading}
      onClose={onClose}
      onClick={(event) => {
        // The backdrop belongs to the dialog element; everything inside it is in the panel.
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div class="dialog-panel">
        <header class="panel-header">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="button quiet icon" aria-label="Close" onClick={() => dialog.current?.close()}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
