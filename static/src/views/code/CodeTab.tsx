import { useEffect, useState } from "preact/hooks";
import { questionOf } from "../../actions";
import { ApiError } from "../../api";
import type { Code, CodeTarget } from "../../api_play";
import { formatCount } from "../../format";
import { CopyButton } from "../CopyButton";
import { useStudio, useStudioState } from "../context";
import { Icon } from "../Icon";
import { saveFile } from "./save";

const TARGETS: readonly { target: CodeTarget; text: string }[] = [
  { target: "numpy", text: "NumPy" },
  { target: "keras", text: "Keras" },
  { target: "pytorch", text: "PyTorch" },
  { target: "curl", text: "curl" },
];

/** Milliseconds without a change before code is written: not for every step of a drag. */
const REST = 200;

interface Written {
  code: Code | null;
  error: string | null;
  waiting: boolean;
}

/** The code for what is on screen; the one before stays until the next one is there. */
function useCode(target: CodeTarget): Written {
  const { playApi } = useStudio();
  const edit = useStudioState((state) => state.present);
  const [written, setWritten] = useState<Written>({ code: null, error: null, waiting: true });
  useEffect(() => {
    if (edit === null) return undefined;
    const stop = new AbortController();
    setWritten((before) => ({ ...before, waiting: true }));
    const timer = setTimeout(() => {
      playApi.code(questionOf(edit), target, stop.signal).then(
        (code) => setWritten({ code, error: null, waiting: false }),
        (error: unknown) => {
          if (stop.signal.aborted) return;
          if (!(error instanceof ApiError)) throw error;
          setWritten({ code: null, error: error.message, waiting: false });
        },
      );
    }, REST);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [playApi, edit, target]);
  return written;
}

function ParameterFile({ file }: { file: Code["parameters_file"] }) {
  const { playApi, store } = useStudio();
  const [state, setState] = useState<"ready" | "waiting" | string>("ready");
  const download = async () => {
    const { present } = store.get();
    if (present === null) return;
    setState("waiting");
    try {
      saveFile(file.filename, await playApi.parameterFile(questionOf(present).network));
      setState("ready");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState(error.message);
    }
  };
  return (
    <>
      <button
        type="button"
        class={file.needed ? "button small primary" : "button small"}
        disabled={state === "waiting"}
        title={`All parameters, ${formatCount(file.bytes)} bytes`}
        onClick={() => void download()}
      >
        <Icon name="download" />
        {file.filename}
      </button>
      {state !== "ready" && state !== "waiting" && (
        <p class="invalid" role="alert">
          {state}
        </p>
      )}
    </>
  );
}

/** The network on screen as a program that prints the same numbers. */
export function CodeTab() {
  const [target, setTarget] = useState<CodeTarget>("numpy");
  const { code, error, waiting } = useCode(target);
  const shown = code?.target === target ? code : null;
  return (
    <div class="code-tab" aria-busy={waiting}>
      <div class="code-tools">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend to a tool bar. */}
        <div class="segments" role="group" aria-label="Written for">
          {TARGETS.map(({ target: one, text }) => (
            <button key={one} type="button" aria-pressed={one === target} onClick={() => setTarget(one)}>
              {text}
            </button>
          ))}
        </div>
        {shown !== null && (
          <div class="code-buttons">
            <CopyButton label="Copy" text={() => shown.code} />
            <button
              type="button"
              class="button small"
              onClick={() => saveFile(shown.filename, new Blob([shown.code], { type: "text/plain" }))}
            >
              <Icon name="download" />
              {shown.filename}
            </button>
            {shown.target !== "curl" && <ParameterFile file={shown.parameters_file} />}
          </div>
        )}
      </div>
      {error !== null && (
        <p class="invalid" role="alert">
          {error}
        </p>
      )}
      {shown === null && error === null && (
        <div class="skeleton-lines" role="status">
          <span class="visually-hidden">Writing the code</span>
          <i />
          <i />
          <i />
        </div>
      )}
      {shown !== null && (
        <>
          <ul class="code-notes">
            {shown.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
          {/* biome-ignore lint/a11y/useSemanticElements: a section would lose the spaces of its text. */}
          <pre class="code" role="region" tabIndex={0} aria-label={`${shown.filename}, code`}>
            <code>{shown.code}</code>
          </pre>
        </>
      )}
    </div>
  );
}
