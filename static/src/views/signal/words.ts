/** What the words of the Signal tab mean, for those who meet them first. */

export const WORDS = {
  bands:
    "The darkest band holds the middle half of a layer's values, the next ones 90 % and 98 % of them, the lightest all; the line, on a linear scale, is the median. A band that narrows to 0 is a signal that vanishes, one that opens is one that explodes.",
  size: "The root of the mean square: how large the values of a layer typically are, whatever their sign",
  zeros: "Values that are exactly 0",
  saturated:
    "Nodes on a flat part of their activation: what changes in their input changes next to nothing in their value",
  dead: "Nodes whose activation (such as relu) is idle for every example: nothing passes through them, and training cannot change them",
  nonFinite: "NaN and infinities: no numbers any more",
  gradients:
    "How much the chosen output changes with each node: what training steers by. Where gradients vanish, layers learn next to nothing.",
  keys: "With the drawing in focus, arrow keys read layer after layer, Page Up and Page Down a tenth of the depth, Home and End the ends; Enter selects the layer",
} as const;
