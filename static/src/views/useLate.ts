import { useEffect, useState } from "preact/hooks";

/** Milliseconds of a wait that nobody notices, and that so needs no sign. */
const UNNOTICED = 250;

/** Whether `waiting` has been true for so long that a sign is due. */
export function useLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return undefined;
    const timer = setTimeout(() => setLate(true), UNNOTICED);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [waiting]);
  return waiting && late;
}
