import { useEffect, useState } from "preact/hooks";
import { nodeName } from "../../format";
import type { NodeReference } from "../../wire";
import { copyText } from "../clipboard";
import { useActions } from "../context";
import { Icon } from "../Icon";

const SAID = {
  copied: "Link copied",
  failed: "Copying is not allowed here",
  long: "Too large for a link: save the network first",
} as const;

/** Copies a link that opens this network, with its input, at this node. */
export function NodeLink({ node }: { node: NodeReference }) {
  const actions = useActions();
  const [outcome, setOutcome] = useState<keyof typeof SAID | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), 2400);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    const link = await actions.makeLink();
    if (link === null) return;
    if (link.tooLong) setOutcome("long");
    else setOutcome((await copyText(new URL(link.path, `${window.location.origin}/`).href)) ? "copied" : "failed");
  };
  const label = `Copy a link to ${nodeName(node)}`;
  return (
    <>
      <button
        type="button"
        class="button quiet icon small node-link"
        title={label}
        aria-label={label}
        onClick={() => void copy()}
      >
        <Icon name={outcome === "copied" ? "check" : "share"} />
      </button>
      <span role="status" class="node-link-said muted">
        {outcome === null ? "" : SAID[outcome]}
      </span>
    </>
  );
}
