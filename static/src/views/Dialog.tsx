import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
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
  const closed = useRef(onClose);
  closed.current = onClose;
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => {
      // Closed by whatever it was for: only `close` puts the focus back where it came from.
      closed.current = () => undefined;
      element?.close();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself.
    <dialog
      ref={dialog}
      class={`dialog ${name}`}
      aria-labelledby={heading}
      onClose={() => closed.current()}
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
