import type { Failure } from "../store";
import { useActions, useStudioState } from "./context";
import { Icon } from "./Icon";

function advice({ error, retrying }: Failure): string | null {
  if (error.status === 0) return "What you typed is still here. Start the server again, then retry.";
  if (retrying) return `Trying again in ${error.retryAfter ?? 1} s.`;
  if (error.status === 503) return "The server stays busy. What you typed is still here; try again in a moment.";
  if (error.status >= 500) return "This is a fault of the server, not of what you did. Its log says more.";
  return null;
}

/** What went wrong, all of it, and what to do; what was on screen stays. */
export function FailureMessage() {
  const actions = useActions();
  const failure = useStudioState((state) => state.failure);
  if (failure === null) return null;
  const { error } = failure;
  const hint = advice(failure);
  // The first of the errors is the detail itself.
  const further = error.errors.filter((one) => one.detail !== error.message);
  return (
    <div class={error.status === 503 ? "message busy" : "message failed"} role="alert">
      <Icon name="warning" />
      <div class="message-text">
        <strong>{error.title}</strong>
        <p>{error.message}</p>
        {further.length > 0 && (
          <ul>
            {further.slice(0, 20).map((one) => (
              <li key={`${one.pointer} ${one.detail}`}>
                {one.detail}
                {one.pointer !== null && one.pointer !== "" && <code> {one.pointer}</code>}
              </li>
            ))}
          </ul>
        )}
        {hint !== null && <p class="muted">{hint}</p>}
      </div>
      <button type="button" class="button" onClick={() => actions.retry()}>
        Retry
      </button>
    </div>
  );
}

/** Something that was put right without asking, e.g. a bad value in the address. */
export function Notice() {
  const actions = useActions();
  const notice = useStudioState((state) => state.notice);
  return (
    <div role="status">
      {notice !== null && (
        <div class="message notice">
          <div class="message-text">
            <p>{notice}</p>
          </div>
          <button type="button" class="button quiet icon" aria-label="Dismiss" onClick={() => actions.dismissNotice()}>
            <Icon name="close" />
          </button>
        </div>
      )}
    </div>
  );
}
