import { useState } from "preact/hooks";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";

/** "How to read this": every sign that the graph uses, in words. */
export function ReadingHelp() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button quiet icon"
        aria-label="How to read this"
        title="How to read this"
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Icon name="question" />
      </button>
      {open && (
        <Dialog class="help" title="How to read this" onClose={() => setOpen(false)}>
          <dl>
            <dt>Layers</dt>
            <dd>
              The input comes first, the output last. Beside each stand its name, its kind and activation, and how many
              nodes it has.
            </dd>
            <dt>Discs</dt>
            <dd>
              Nodes, with the value they hold. Blue is below zero, orange above, grey near zero; hatched magenta is NaN
              or infinite; ≈0 is a value too small for its place. Named inputs and outputs whose discs are small have
              their value beside the name. Where there is no room for discs, a layer is drawn as cells: each is still
              one node.
            </dd>
            <dt>Deep and wide networks</dt>
            <dd>
              A deep network is a page of lines, read like text; in the margin stands the first layer of each line. Very
              small, several nodes share a dot: it shows one of them, and always the outermost values of a layer, NaN
              and infinities; a note says how many share one. Connections appear when they can be told apart, the
              strongest first, and a note says how many of how many. The map in the corner shows where you are: click or
              drag there.
            </dd>
            <dt>Feature maps</dt>
            <dd>
              A layer of rows × columns × channels is drawn as one picture a channel, with the channel's number above;
              each pixel is a node. Three channels of an input are shown as one colour picture too. The colours can be
              scaled for each <b>map</b>, each <b>layer</b> or the whole <b>network</b>: the switch is in the legend.
            </dd>
            <dt>Windows</dt>
            <dd>
              A pixel of a convolution or pooling looks at a window, framed in every map that it reads; the small
              pictures on the lines are the kernels, and a line's colour and width the sum of the products in that map.
              A dashed frame on the input holds all pixels that can change the node.
            </dd>
            <dt>Lines</dt>
            <dd>
              Connections. Orange is positive, blue negative, magenta not finite; a wider line counts for more. With a
              node in focus, its own connections stand out.
            </dd>
            <dt>Show</dt>
            <dd>
              <b>Values</b> draws each line by its weight, <b>contributions</b> by weight × value: what it adds for this
              input. <b>Gradients</b> prints how much one node, the one you choose, would change with each other node,
              and draws each line by how much it would change with that weight.
            </dd>
            <dt>Step</dt>
            <dd>
              Plays the forward pass: what is not computed yet is empty. Space plays and pauses, <kbd>←</kbd>{" "}
              <kbd>→</kbd> step, <kbd>Home</kbd> <kbd>End</kbd> go to the ends, Escape leaves.
            </dd>
            <dt>Rings</dt>
            <dd>Mark the selected node: its arithmetic is in the inspector, and in the line below the graph.</dd>
            <dt>The line below</dt>
            <dd>
              <code>0.5×0.2 + 0.7×0.3 + 0.1 = 0.41 → relu → 0.41</code>: value × weight for each connection, plus the
              bias; then the activation, and what it makes of that sum.
            </dd>
            <dt>Names</dt>
            <dd>
              <code>hidden[2]</code> is the third node of the layer “hidden”: counting begins at 0.
            </dd>
            <dt>Moving about</dt>
            <dd>
              Drag to move, wheel or pinch to zoom, click to select. With the keyboard: arrows, Enter, Escape, and{" "}
              <kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd>.
            </dd>
          </dl>
        </Dialog>
      )}
    </>
  );
}
