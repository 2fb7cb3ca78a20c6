import "katex/dist/katex.min.css";
import "../styles/formula.css";

import { useLayoutEffect, useRef } from "preact/hooks";

import { breakable } from "./breakable";
import { formulaNodes } from "./katex_nodes";

/**
 * A formula in LaTeX, drawn by KaTeX, with its MathML for screen readers.
 *
 * What is too wide even after breaking scrolls, also by keyboard.
 */
export function Formula({ latex }: { latex: string }) {
  const host = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    element.replaceChildren(formulaNodes(breakable(latex), { throwOnError: false, output: "htmlAndMathml" }));
    const observer = new ResizeObserver(() => {
      if (element.scrollWidth > element.clientWidth + 1) {
        element.tabIndex = 0;
        element.role = "group";
        element.ariaLabel = "Formula";
      } else {
        for (const name of ["tabindex", "role", "aria-label"]) element.removeAttribute(name);
      }
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [latex]);
  return <span ref={host} class="formula" />;
}
