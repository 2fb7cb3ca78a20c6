import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type Curve, type CurveOptions, renderCurve } from "./curve";

export type CurvePlotProps = CurveOptions & { class?: string };

/** `renderCurve` as a component. Keep `series` the same object while its numbers are the same: then only points move. */
export function CurvePlot({ class: name, ...options }: CurvePlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const curve = useRef<Curve | null>(null);
  // A layout effect: the plot is there in the frame in which its box appears.
  useLayoutEffect(() => {
    if (host.current === null) return;
    if (curve.current === null) curve.current = renderCurve(host.current, options);
    else curve.current.update(options);
  });
  useEffect(
    () => () => {
      curve.current?.dispose();
      curve.current = null;
    },
    [],
  );
  return <div ref={host} class={name === undefined ? "plot-host" : `plot-host ${name}`} />;
}
