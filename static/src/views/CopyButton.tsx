import { useEffect, useState } from "preact/hooks";
import { copyText } from "./clipboard";
import { Icon } from "./Icon";

const SAID = {
  copied: "Copied",
  failed: "Copying is not allowed here",
  missing: "The values could not be fetched",
} as const;

/** Copies what `text` gives when pressed, and says so in its own place. */
export function CopyButton(props: { label: string; text: () => string | Promise<string>; icon?: boolean }) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | "missing" | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), 1600);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    let text: string;
    try {
      const given = props.text();
      // Browsers allow copying only while the press lasts: nothing is awaited that need not be.
      text = typeof given === "string" ? given : await given;
    } catch {
      setOutcome("missing");
      return;
    }
    setOutcome((await copyText(text)) ? "copied" : "failed");
  };
  const said = outcome === null ? null : SAID[outcome];
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
