import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

import { type Depth, type DepthOptions, renderDepth } from "./depth";

/** `renderDepth` as a component. Keep its arrays the same objects while they are: then only what is marked moves. */
export function DepthPlot(options: DepthOptions) {
  const host = useRef<HTMLDivElement>(null);
  const depth = useRef<Depth | null>(null);
  useLayoutEffect(() => {
    if (host.current === null) return;
    if (depth.current === null) depth.current = renderDepth(host.current, options);
    else depth.current.update(options);
  });
  useEffect(
    () => () => {
      depth.current?.dispose();
      depth.current = null;
    },
    [],
  );
  return <div ref={host} class="plot-host" />;
}
