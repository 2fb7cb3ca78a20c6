import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { nodeName } from "../format";
import { arithmeticLine } from "./arithmetic";
import { useStudioState } from "./context";
import { nodeLabel } from "./node_facts";
import { derivativeSentence } from "./play/derivative";

/** Mean width of a character in the line, in pixels. */
const CHARACTER = 7.6;

/** Up to this width the line is broken in two, in a place that is always that high: what moves the graph would take
 * the node away from under the pointer. The same width as in studio.css. */
const TWO_LINES = 740;

/** The line below the graph: the arithmetic of the node under the pointer, else of the selected one. */
export function ArithmeticLine() {
  const answer = useStudioState((state) => state.answer);
  const node = useStudioState((state) => state.focus ?? state.selected);
  const shows = useStudioState((state) => state.view.shows);
  const derivative = useStudioState((state) => state.derivative);
  const host = useRef<HTMLParagraphElement>(null);
  const [width, setWidth] = useState(720);
  useLayoutEffect(() => {
    if (host.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(entry.contentRect.width);
    });
    observer.observe(host.current);
    return () => observer.disconnect();
  }, []);

  if (answer === null || node === null) {
    return (
      <p class="arithmetic muted" ref={host}>
        {answer === null ? "" : "Point at a node, or move to it with the arrow keys, to see how its value came about."}
      </p>
    );
  }
  const name = nodeName(node);
  const label = nodeLabel(answer, node);
  const explanation = answer.explanations.get(name);
  const slope = shows === "gradients";
  const lines = width <= TWO_LINES ? 1.9 : 1;
  const room = (lines * width) / CHARACTER - name.length - (label?.length ?? 0) - 3;
  return (
    <p class="arithmetic" ref={host}>
      <strong>{name}</strong>
      {label !== null && <span class="node-label">{label}</span>}
      <span class="arithmetic-sum" data-node={name}>
        {slope
          ? derivativeSentence(answer, derivative, node)
          : explanation === undefined
            ? ""
            : arithmeticLine(explanation, room)}
      </span>
    </p>
  );
}
