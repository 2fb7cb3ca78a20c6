import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useActions, useStudioState } from "../context";
import { Dialog } from "../Dialog";
import { Icon } from "../Icon";
import { ShelfMessage } from "./ShelfMessage";

/** Takes a network document: as a file, dropped, or as text; a wrong one can be put right in place. */
export function ImportDialog() {
  const actions = useActions();
  const field = useId();
  const hint = useId();
  const picker = useRef<HTMLInputElement>(null);
  const { draft, saving, failure } = useStudioState((state) => state.shelf);
  const [text, setText] = useState(draft);
  // Before anything can be typed into the field that would be lost.
  useLayoutEffect(() => setText(draft), [draft]);
  return (
    <Dialog class="import-dialog" title="Import a network" onClose={() => actions.askFor(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void actions.importText(text, "the text");
        }}
      >
        <div class="drop-zone">
          <Icon name="upload" />
          <p>Drop a document (.json) anywhere on the page, alone or with its parameters (.npz, .safetensors), or</p>
          <button type="button" class="button" onClick={() => picker.current?.click()}>
            Choose files …
          </button>
          <input
            ref={picker}
            type="file"
            class="visually-hidden"
            tabIndex={-1}
            aria-label="Network document"
            accept=".json,application/json,.npz,.safetensors"
            multiple
            onChange={(event) => {
              const input = event.currentTarget;
              void actions.importFiles([...(input.files ?? [])]).then(() => {
                // The same file can be chosen again once it is put right.
                input.value = "";
              });
            }}
          />
        </div>
        <ShelfMessage />
        <label for={field}>Or paste its text</label>
        <textarea
          id={field}
          class="text-field"
          rows={failure === null ? 6 : 9}
          spellcheck={false}
          data-own-undo=""
          aria-describedby={hint}
          placeholder='{"input": {"shape": [2]}, "layers": [{"kind": "Dense", "units": 3}]}'
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class="muted" id={hint}>
          Documents are JSON of at most 16 MiB. A file of parameters has an array layer/name for each.{" "}
          <a href="/docs">The API reference</a> says what they hold.
        </p>
        <div class="dialog-buttons">
          <button type="button" class="button quiet" onClick={() => actions.askFor(null)}>
            Cancel
          </button>
          <button type="submit" class="button primary" aria-disabled={saving}>
            {saving ? "Importing …" : "Import"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
