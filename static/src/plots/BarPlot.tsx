import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type Bars, type BarsOptions, renderBars } from "./bars";

/** `renderBars` as a component. */
export function BarPlot(options: BarsOptions) {
  const host = useRef<HTMLDivElement>(null);
  const bars = useRef<Bars | null>(null);
  useLayoutEffect(() => {
    if (host.current === null) return;
    if (bars.current === null) bars.current = renderBars(host.current, options);
    else bars.current.update(options);
  });
  useEffect(
    () => () => {
      bars.current?.dispose();
      bars.current = null;
    },
    [],
  );
  return <div ref={host} class="plot-host" />;
}
