import type { ApiError } from "../../api";
import { useActions, useStudioState } from "../context";
import { Icon } from "../Icon";

function advice(error: ApiError): string | null {
  if (error.status === 0) return "Nothing is lost: it is still here. Start the server again, then try once more.";
  if (error.status === 503) return "Nothing is lost: it is still here. Try again in a moment, or export it as a file.";
  if (error.status === 413)
    return "Nothing is lost: export it as a file, or ask whoever runs this server for more room.";
  if (error.status === 412) return "Somebody else changed it meanwhile: look at it again, then decide.";
  if (error.status >= 500)
    return "This is a fault of the server, not of what you did. Nothing is lost: export it as a file.";
  return null;
}

/** Why something about keeping did not work, with every single mistake and its place, and what to do. */
export function ShelfMessage() {
  const actions = useActions();
  const failure = useStudioState((state) => state.shelf.failure);
  if (failure === null) return null;
  const { error, doing } = failure;
  const errors = error.errors.filter(({ detail }) => detail !== "");
  const hint = advice(error);
  return (
    <div class={error.status === 503 ? "message busy" : "message failed"} role="alert">
      <Icon name="warning" />
      <div class="message-text">
        <strong dir="auto">Could not {doing}</strong>
        {errors.length < 2 && <p>{error.message}</p>}
        {errors.length === 1 && errors[0]?.pointer != null && errors[0].pointer !== "" && (
          <p class="muted">
            At <code>{errors[0].pointer}</code>
          </p>
        )}
        {errors.length > 1 && (
          <>
            <p>{errors.length} things are wrong with it:</p>
            <ul>
              {errors.map(({ detail, pointer }) => (
                <li key={`${pointer} ${detail}`}>
                  {detail} {pointer !== null && pointer !== "" && <code>{pointer}</code>}
                </li>
              ))}
            </ul>
          </>
        )}
        {hint !== null && <p class="muted">{hint}</p>}
      </div>
      <button
        type="button"
        class="button quiet icon"
        aria-label="Dismiss"
        onClick={() => actions.dismissShelfFailure()}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
