import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import type { ActivationParameters, Curve } from "../wire";
import { latest } from "./latest";
import { curve, type ValueAt, valueAt } from "./requests";

/** Newest answer to `input`, the one before it until then, and why the newest question failed. */
export interface Answered<Answer> {
  readonly answer: Answer | null;
  readonly error: string | null;
}

/** Asks again whenever the input says something else; nothing while `enabled` is false. */
export function useLatest<Input, Answer>(
  request: (input: Input) => Promise<Answer>,
  input: Input,
  enabled = true,
): Answered<Answer> {
  const [answered, setAnswered] = useState<Answered<Answer>>({ answer: null, error: null });
  const asker = useMemo(
    () =>
      latest<string, Answer>(
        (text) => request(JSON.parse(text) as Input),
        (answer) => setAnswered({ answer, error: null }),
        (error) =>
          setAnswered((before) => ({
            answer: before.answer,
            error: error instanceof Error ? error.message : "The request failed.",
          })),
      ),
    [request],
  );
  useEffect(() => () => asker.dispose(), [asker]);
  // As text, because the input is a new object each time, mostly with the same in it.
  const text = JSON.stringify(input);
  useEffect(() => {
    if (enabled) asker.ask(text);
  }, [asker, text, enabled]);
  return answered;
}

interface Question {
  readonly name: string;
  readonly parameters: ActivationParameters;
}

const askCurve = ({ name, parameters }: Question) => curve(name, parameters);
const askValue = ({ name, parameters, x }: Question & { x: number }) => valueAt(name, parameters, x);

export function useCurve(name: string, parameters: ActivationParameters, enabled = true): Answered<Curve> {
  return useLatest(askCurve, { name, parameters }, enabled);
}

/** Value and slope at x. The answer says which x it is for: while one drags it may be one step behind. */
export function useValueAt(
  name: string,
  parameters: ActivationParameters,
  x: number,
  enabled = true,
): Answered<ValueAt> {
  return useLatest(askValue, { name, parameters, x }, enabled);
}

/** Is the element on screen, or nearly? */
export function useInView(element: RefObject<HTMLElement | null>): boolean {
  const [inView, setInView] = useState(false);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver((entries) => setInView(entries.some((entry) => entry.isIntersecting)), {
      rootMargin: "240px 0px",
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return inView;
}

/** True from the first time on. */
export function useOnce(condition: boolean): boolean {
  const seen = useRef(false);
  if (condition) seen.current = true;
  return seen.current;
}
