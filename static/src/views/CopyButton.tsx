import { useEffect, useState } from "preact/hooks";
import { copyText } from "./clipboard";
import { Icon } from "./Icon";

/** Copies what `text` gives when pressed, and says so in its own place. */
export function CopyButton(props: { label: string; text: () => string; icon?: boolean }) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), 1600);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => setOutcome((await copyText(props.text())) ? "copied" : "failed");
  const said = outcome === "copied" ? "Copied" : outcome === "failed" ? "Copying is not allowed here" : null;
  return (
    <button
      type="button"
      class={props.icon ? "button quiet icon small" : "button small"}
      title={props.label}
      aria-label={said ?? props.label}
      onClick={() => void copy()}
    >
      <Icon name={outcome === "copied" ? "check" : "copy"} />
      {!props.icon && (said ?? props.label)}
    </button>
  );
}
