/** Where a formula may go on in the next line. KaTeX alone would also break inside brackets, at every plus. */

const TOKEN = /\\[a-zA-Z]+|\\[^a-zA-Z]|[^\\]/g;
const OPENING = new Set(["{", "(", "[", "\\begin"]);
const CLOSING = new Set(["}", ")", "]", "\\end"]);

/**
 * The same formula in LaTeX, in full size, with breaks only after an equals sign and at \qquad, where a condition
 * follows. What must stay in one line is put in braces, which KaTeX does not look into.
 */
export function breakable(latex: string): string {
  const [statement = "", ...conditions] = split(latex, "\\qquad");
  const sides = split(statement, "=").map((side) => `{${side.trim()}}`);
  const rest = conditions.map((condition) => `\\qquad\\allowbreak {${condition.trim()}}`);
  return ["\\displaystyle", sides.join(" = "), ...rest].join(" ");
}

/** The parts between the separators that stand in no bracket, brace or environment. */
function split(latex: string, separator: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const token of latex.match(TOKEN) ?? []) {
    if (depth === 0 && token === separator) {
      parts.push("");
      continue;
    }
    if (OPENING.has(token)) depth++;
    else if (CLOSING.has(token)) depth--;
    parts[parts.length - 1] += token;
  }
  return parts;
}
