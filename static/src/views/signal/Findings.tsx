import type { SignalFinding } from "../../signal";
import { Icon } from "../Icon";

/** What is seen, in words; pressing one marks its layers and goes to where it begins. */
export function Findings(props: {
  findings: readonly SignalFinding[];
  chosen: SignalFinding | null;
  onChoose: (finding: SignalFinding) => void;
}) {
  return (
    <ul class="findings" aria-label="What is seen">
      {props.findings.map((finding) => (
        <li key={`${finding.kind} ${finding.of}`}>
          <button
            type="button"
            class={`finding ${finding.severity}`}
            aria-pressed={finding === props.chosen}
            title={`Go to ${finding.layer}`}
            onClick={() => props.onChoose(finding)}
          >
            <Icon name={finding.severity === "good" ? "check" : "warning"} />
            <span>{finding.text}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
