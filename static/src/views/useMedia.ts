import { useEffect, useState } from "preact/hooks";

/** Whether the screen is so narrow that panels become sheets; the same width as in studio.css. */
export const NARROW = "(max-width: 1100px)";

/** Whether a media query matches, followed as it changes. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const list = window.matchMedia(query);
    const listener = () => setMatches(list.matches);
    listener();
    list.addEventListener("change", listener);
    return () => list.removeEventListener("change", listener);
  }, [query]);
  return matches;
}
