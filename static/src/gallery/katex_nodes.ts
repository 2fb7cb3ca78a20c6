import katex, { type KatexOptions } from "katex";

/** A node of KaTeX's own tree, which it makes before it makes DOM nodes of it. */
interface FormulaNode {
  readonly attributes?: Record<string, string>;
  readonly children?: readonly FormulaNode[];
  toNode(): Node;
}

/** KaTeX's way to its tree: public by name and stable, but missing from its types. */
interface KatexTree {
  __renderToDomTree(latex: string, options: KatexOptions): FormulaNode;
}

/**
 * A formula as DOM nodes without a single `style` attribute.
 *
 * `katex.render` sets styles through the CSSOM too, but for one: the SVG inside a tall delimiter gets its width by
 * attribute, which a policy of `style-src 'self'` refuses. The box around it has the same width already.
 */
export function formulaNodes(latex: string, options: KatexOptions): Node {
  const tree = (katex as unknown as KatexTree).__renderToDomTree(latex, options);
  dropStyleAttributes(tree);
  return tree.toNode();
}

function dropStyleAttributes(node: FormulaNode): void {
  if (node.attributes !== undefined) delete node.attributes.style;
  for (const child of node.children ?? []) dropStyleAttributes(child);
}
