/** Slides the window over the image: the selection goes from pixel to pixel, as fast as its explanations come. */

import { useEffect, useRef, useState } from "preact/hooks";
import { nodeName } from "../../format";
import { nextNode } from "../../windows";
import type { NodeReference } from "../../wire";
import { useActions, useStudio } from "../context";

/** Milliseconds at one position; longer where nothing moves that could be followed. */
const STAY = { moving: 450, still: 1500 };
const POLL = 60;

export interface Slide {
  playing: boolean;
  toggle: () => void;
  step: (by: number) => void;
}

export function useSlide(node: NodeReference, shape: readonly number[]): Slide {
  const actions = useActions();
  const { store } = useStudio();
  const [playing, setPlaying] = useState(false);
  const latest = useRef(node);
  latest.current = node;
  const { layer } = node;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another layer ends the sliding.
  useEffect(() => setPlaying(false), [layer]);

  useEffect(() => {
    if (!playing) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const go = () => {
      const { answer, selected } = store.get();
      // The position before must have been seen, or the window would run away from its numbers.
      const shown = selected !== null && answer?.explanations.has(nodeName(selected)) === true;
      if (shown) {
        actions.focus(null);
        actions.select(nextNode(latest.current, shape, 1));
      }
      timer = setTimeout(go, shown ? STAY[still ? "still" : "moving"] : POLL);
    };
    timer = setTimeout(go, POLL);
    return () => clearTimeout(timer);
  }, [playing, actions, store, shape]);

  return {
    playing,
    toggle: () => setPlaying(!playing),
    step: (by) => {
      setPlaying(false);
      actions.select(nextNode(latest.current, shape, by));
    },
  };
}
