/** The graph on the page: owns the camera and the events, draws on demand. */

import { between, type Camera, clamp, fitTo, type Point, pan, toScreen, toWorld, zoomAt } from "../camera";
import { PALETTES, type Palette, type Rgb } from "../color";
import { canShowEdges } from "../graph_edges";
import {
  flatIndex,
  type GraphEdges,
  type GraphField,
  type GraphLayer,
  type GraphStage,
  type GraphView,
  type GraphWindow,
  indexOf,
  type NodeRef,
  sameNode,
  sizeOf,
  type Viewport,
} from "../graph_types";
import { type Direction, type Layout, layoutNetwork, neighbour, nodePosition, pick } from "../layout";
import { lookAt, type Minimap, minimapPlace } from "../minimap";
import { buildScene, type Scene, type SceneLegend } from "../scene";
import { listenToGestures } from "./gestures";
import { GraphRenderer } from "./renderer";

export interface GraphCallbacks {
  onHover(node: NodeRef | null): void;
  onSelect(node: NodeRef | null): void;
  /** After a frame whose notes, legend or camera differ from those of the frame before. */
  onViewChange(state: GraphState): void;
  /** What is in view, once the view rests. */
  onLook?(seen: GraphSeen): void;
}

/** Names of layers: in view, with readable numbers, and with edges that can be told apart. */
export interface GraphSeen {
  layers: string[];
  printed: string[];
  edges: string[];
}

export interface GraphState {
  /** What is not shown, in words; empty when everything is. */
  notes: string[];
  legend: SceneLegend | null;
  /** Whether the user has moved away from the fitted view. */
  moved: boolean;
}

export interface GraphData {
  layers: GraphLayer[];
  edges: GraphEdges[];
  /** All edges into the focused (or selected) node, where `edges` holds only the strongest of its layer. */
  focusEdges?: GraphEdges | null;
  /** Whether edges of more layers are fetched when they can be told apart. */
  edgesLater?: boolean;
  /** What the focused (or selected) node looks at, and what of the input it depends on. */
  window?: GraphWindow | null;
  field?: GraphField | null;
  view: GraphView;
  /** Another key is another network: it is laid out anew and fitted. */
  networkKey: string;
}

export interface NodeRect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GraphHandle {
  update(data: GraphData): void;
  fit(): void;
  zoomBy(factor: number): void;
  panBy(dx: number, dy: number): void;
  /** Brings a node into view, large enough to read its value. */
  reveal(node: NodeRef): void;
  /** Brings a node into view only where it is out of it, or too small to be told from its neighbours. */
  keepInView(node: NodeRef): void;
  /** The node that an arrow key leads to, by what is seen; null at the edge. */
  neighbour(node: NodeRef, direction: Direction): NodeRef | null;
  /** Where a node is drawn, in CSS pixels relative to the host; null if there is no such node. */
  nodeRect(node: NodeRef): NodeRect | null;
  dispose(): void;
}

const MOVE_MILLISECONDS = 220;
/** How long signs take along the edges of a step. */
const FLOW_MILLISECONDS = 520;
const FONT_PATIENCE = 1500;
/** A map that is brought into view is at least this wide. */
const READABLE_MAP = 120;
/** The view rests when it has not changed for so long. */
const LOOK_MILLISECONDS = 120;
/** Edges of more layers than this are not asked for at a time. */
const MOST_WITH_EDGES = 32;
/** Smaller discs than this are moved closer when they are stepped to. */
const LEAST_DISC = 5;
/** A revealed node is at least this large, in pixels. */
const READABLE_DISC = 44;

function sameStage(a: GraphStage | null | undefined, b: GraphStage | null | undefined): boolean {
  return a?.position === b?.position && a?.first === b?.first && a?.end === b?.end;
}

function parseColor(context: CanvasRenderingContext2D | null, value: string, fallback: Rgb): Rgb {
  if (context === null || value === "") return fallback;
  context.fillStyle = "#010203";
  context.fillStyle = value;
  const match = /^#(..)(..)(..)$/.exec(String(context.fillStyle));
  if (match === null || context.fillStyle === "#010203") return fallback;
  const [, red = "", green = "", blue = ""] = match;
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

/** The palette of a theme with the page's own surface and text colours where it sets them. */
function readPalette(host: HTMLElement, theme: GraphView["theme"]): Palette {
  const base = PALETTES[theme];
  const style = getComputedStyle(host);
  const context = document.createElement("canvas").getContext("2d");
  const read = (name: string, fallback: Rgb) => parseColor(context, style.getPropertyValue(name).trim(), fallback);
  let background = base.background;
  for (let element: HTMLElement | null = host; element !== null; element = element.parentElement) {
    const own = getComputedStyle(element).backgroundColor;
    const found = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(own);
    if (found !== null) {
      background = [Number(found[1]), Number(found[2]), Number(found[3])];
      break;
    }
  }
  return {
    ...base,
    background,
    text: read("--text", base.text),
    muted: read("--text-muted", base.muted),
    focus: read("--focus", base.focus),
  };
}

class View implements GraphHandle {
  private readonly renderer: GraphRenderer;
  private readonly stopGestures: () => void;
  /** Takes the pointer where the map in the corner is drawn. */
  private readonly map: HTMLElement;
  private readonly observer: ResizeObserver;
  private readonly stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
  private data: GraphData | null = null;
  private layout: Layout | null = null;
  private camera: Camera = { x: 0, y: 0, scale: 1 };
  private viewport: Viewport;
  /** Read from the page when it is needed; null after the theme has changed. */
  private palette: Palette | null = null;
  private moved = false;
  private fontReady = false;
  private pendingValues = false;
  private request = 0;
  private animation: { from: Camera; to: Camera; start: number } | null = null;
  /** When the signs of a step set out; null while none are on their way. */
  private flowStart: number | null = null;
  private hovered: NodeRef | null = null;
  private pointer: Point | null = null;
  private lastState = "";
  private lastSeen = "";
  private lookTimer: ReturnType<typeof setTimeout> | undefined;
  private disposed = false;

  constructor(
    private readonly host: HTMLElement,
    private readonly callbacks: GraphCallbacks,
  ) {
    if (getComputedStyle(host).position === "static") host.style.position = "relative";
    host.style.touchAction = "none";
    host.style.overflow = "hidden";
    this.renderer = new GraphRenderer(host);
    this.renderer.onRestored = () => this.schedule();
    this.viewport = this.renderer.resize();
    this.observer = new ResizeObserver(() => this.onResize());
    this.observer.observe(host);
    this.setCursor("grab");
    this.stopGestures = listenToGestures(host, {
      onPan: (dx, dy) => this.move(pan(this.camera, dx, dy)),
      onZoom: (at, factor) => this.move(zoomAt(this.camera, at, factor)),
      onDoubleClick: (at, outward) => this.glide(zoomAt(this.goal(), at, outward ? 0.5 : 2)),
      onHover: (at) => this.onHover(at),
      onClick: (at) => callbacks.onSelect(this.nodeAt(at)),
      onDrag: (dragging) => this.setCursor(dragging ? "grabbing" : "grab"),
    });
    this.map = this.makeMap();
    void this.awaitFont();
  }

  update(data: GraphData): void {
    const before = this.data;
    this.data = data;
    if (before?.view.theme !== data.view.theme) this.palette = null;
    if (before?.layers !== data.layers) this.pendingValues = true;
    if (!sameStage(before?.view.stage, data.view.stage)) {
      const steps = (data.view.stage ?? null) !== null;
      this.flowStart = steps && !this.stillness.matches ? performance.now() : null;
    }
    if (before?.networkKey !== data.networkKey || !this.fitsLayout(data.layers)) {
      this.moved = false;
      if (before?.networkKey !== data.networkKey) this.renderer.forget();
      this.refit();
    }
    this.schedule();
  }

  fit(): void {
    if (this.data === null) return;
    this.layout = this.layOut(this.data.layers);
    this.moved = false;
    this.animateTo(fitTo(this.layout, this.viewport));
  }

  zoomBy(factor: number): void {
    const middle = { x: this.viewport.width / 2, y: this.viewport.height / 2 };
    this.glide(zoomAt(this.goal(), middle, factor));
  }

  panBy(dx: number, dy: number): void {
    this.glide(pan(this.goal(), dx, dy));
  }

  reveal(node: NodeRef): void {
    const rect = this.rectWith(node, this.goal());
    if (rect === null || this.layout === null) return;
    const { width, height } = this.viewport;
    const margin = Math.min(48, width / 6, height / 6);
    const inside =
      rect.x >= margin &&
      rect.y >= margin &&
      rect.x + rect.width <= width - margin &&
      rect.y + rect.height <= height - margin;
    // A pixel of a map is read in the inspector; the maps around it say more than itself alone.
    const maps = this.layout.byName.get(node.layer)?.maps ?? null;
    if (inside && (rect.width >= 12 || maps !== null)) return;
    const factor = Math.max(1, maps === null ? READABLE_DISC / rect.width : READABLE_MAP / (rect.width * maps.width));
    const middle = { x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 };
    const zoomed = zoomAt(this.goal(), middle, factor);
    this.glide(pan(zoomed, width / 2 - middle.x, height / 2 - middle.y));
  }

  keepInView(node: NodeRef): void {
    const rect = this.rectWith(node, this.goal());
    if (rect === null) return;
    const { width, height } = this.viewport;
    const inside = rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height;
    const isMap = (this.layout?.byName.get(node.layer)?.maps ?? null) !== null;
    if (!inside || (rect.width < LEAST_DISC && !isMap)) this.reveal(node);
  }

  neighbour(node: NodeRef, direction: Direction): NodeRef | null {
    const flat = this.flatOf(node);
    if (this.layout === null || flat < 0) return null;
    const found = neighbour(this.layout, { layer: node.layer, flat }, direction);
    return found === null ? null : this.refOf(found);
  }

  nodeRect(node: NodeRef): NodeRect | null {
    return this.rectWith(node, this.camera);
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.lookTimer);
    cancelAnimationFrame(this.request);
    this.stopGestures();
    this.observer.disconnect();
    this.map.remove();
    this.renderer.dispose();
  }

  private flatOf(node: NodeRef): number {
    const layer = this.data?.layers.find((one) => one.name === node.layer);
    return layer === undefined ? -1 : flatIndex(layer.shape, node.index);
  }

  private refOf({ layer, flat }: { layer: string; flat: number }): NodeRef {
    const shape = this.data?.layers.find((one) => one.name === layer)?.shape ?? [];
    return { layer, index: indexOf(shape, flat) };
  }

  private rectWith(node: NodeRef, camera: Camera): NodeRect | null {
    const block = this.layout?.byName.get(node.layer);
    const flat = this.flatOf(node);
    if (block === undefined || flat < 0) return null;
    const { x, y } = toScreen(camera, nodePosition(block, flat));
    const size = block.diameter * camera.scale;
    return { x: x - size / 2, y: y - size / 2, width: size, height: size };
  }

  private nodeAt(at: Point): NodeRef | null {
    if (this.layout === null) return null;
    const world = toWorld(this.camera, at);
    const found = pick(this.layout, world.x, world.y);
    return found === null ? null : this.refOf(found);
  }

  private onHover(at: Point | null): void {
    this.pointer = at;
    const node = at === null ? null : this.nodeAt(at);
    this.setCursor(node === null ? "grab" : "pointer");
    if (sameNode(node, this.hovered)) return;
    this.hovered = node;
    this.callbacks.onHover(node);
  }

  /** Pointing at the map, or dragging over it, goes there. */
  private makeMap(): HTMLElement {
    const map = document.createElement("div");
    map.className = "graph-map";
    map.title = "The whole network: click or drag to go there";
    map.hidden = true;
    const go = (event: PointerEvent) => {
      if (this.layout === null || event.buttons === 0) return;
      const box = this.host.getBoundingClientRect();
      const at = { x: event.clientX - box.left, y: event.clientY - box.top };
      const camera = lookAt(minimapPlace(this.layout, this.viewport), at, this.camera, this.viewport);
      if (event.type === "pointerdown") this.glide(camera);
      else this.move(camera);
      event.preventDefault();
    };
    map.addEventListener("pointerdown", (event) => {
      map.setPointerCapture(event.pointerId);
      go(event);
    });
    map.addEventListener("pointermove", go);
    this.host.append(map);
    return map;
  }

  private placeMap(minimap: Minimap | null): void {
    this.map.hidden = minimap === null;
    if (minimap === null) return;
    const { left, top, right, bottom } = minimap.box;
    Object.assign(this.map.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${bottom - top}px`,
    });
  }

  private setCursor(cursor: string): void {
    if (this.host.style.cursor !== cursor) this.host.style.cursor = cursor;
  }

  /** Whether the layout still is of these layers; values may have changed. */
  private fitsLayout(layers: readonly GraphLayer[]): boolean {
    const blocks = this.layout?.blocks;
    if (blocks?.length !== layers.length) return false;
    return layers.every(({ name, shape }, at) => blocks[at]?.layer === name && blocks[at]?.count === sizeOf(shape));
  }

  /** Lays the network out, and leaves a User Timing measure of how long that took. */
  private layOut(layers: readonly GraphLayer[]): Layout {
    const start = performance.now();
    const layout = layoutNetwork(layers, this.viewport);
    performance.measure("vitrine:layout", { start, end: performance.now() });
    return layout;
  }

  private refit(): void {
    if (this.data === null || this.viewport.width === 0 || this.viewport.height === 0) return;
    this.animation = null;
    this.layout = this.layOut(this.data.layers);
    this.camera = fitTo(this.layout, this.viewport);
  }

  private onResize(): void {
    const before = this.viewport;
    this.viewport = this.renderer.resize();
    const { width, height } = this.viewport;
    if (before.width === width && before.height === height && this.layout !== null) {
      this.schedule();
      return;
    }
    if (!this.moved || this.layout === null) this.refit();
    else
      this.camera = clamp(
        pan(this.camera, (width - before.width) / 2, (height - before.height) / 2),
        this.layout,
        this.viewport,
      );
    // A resized canvas is empty: drawing now avoids a blank frame.
    cancelAnimationFrame(this.request);
    this.request = 0;
    this.drawFrame(performance.now());
  }

  /** Where the camera is going, or is. */
  private goal(): Camera {
    return this.animation?.to ?? this.camera;
  }

  private move(camera: Camera): void {
    if (this.layout === null) return;
    this.animation = null;
    this.moved = true;
    this.camera = clamp(camera, this.layout, this.viewport);
    this.schedule();
  }

  private glide(camera: Camera): void {
    if (this.layout === null) return;
    this.moved = true;
    this.animateTo(clamp(camera, this.layout, this.viewport));
  }

  private animateTo(camera: Camera): void {
    if (this.stillness.matches) {
      this.animation = null;
      this.camera = camera;
    } else this.animation = { from: this.camera, to: camera, start: performance.now() };
    this.schedule();
  }

  private async awaitFont(): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, FONT_PATIENCE));
    const family = getComputedStyle(this.host).fontFamily;
    const loads = [400, 500, 600].map((weight) => document.fonts.load(`${weight} 13px ${family}`, "0.41 relu"));
    await Promise.race([Promise.allSettled(loads), patience]);
    this.fontReady = true;
    if (this.disposed) return;
    this.renderer.readFont();
    this.schedule();
  }

  private schedule(): void {
    if (this.request !== 0 || this.disposed || !this.fontReady) return;
    this.request = requestAnimationFrame((now) => {
      this.request = 0;
      this.drawFrame(now);
    });
  }

  private step(now: number): void {
    const { animation } = this;
    if (animation === null) return;
    const t = Math.min(1, Math.max(0, (now - animation.start) / MOVE_MILLISECONDS));
    this.camera = between(animation.from, animation.to, this.viewport, 1 - (1 - t) ** 3);
    if (t >= 1) this.animation = null;
  }

  private drawFrame(now: number): void {
    const { data } = this;
    if (data === null || this.disposed || !this.fontReady || this.viewport.width === 0) return;
    this.step(now);
    if (this.layout === null) this.refit();
    if (this.layout === null) return;
    this.palette ??= readPalette(this.host, data.view.theme);
    const flow = this.flowStart === null ? 1 : Math.max(0, (now - this.flowStart) / FLOW_MILLISECONDS);
    if (flow >= 1) this.flowStart = null;
    const scene = buildScene({
      ...data,
      flow: Math.min(1, flow),
      layout: this.layout,
      camera: this.camera,
      viewport: this.viewport,
      palette: this.palette,
      measure: this.renderer.measure,
      ratio: this.renderer.ratio,
    });
    this.renderer.draw(scene);
    this.placeMap(scene.minimap);
    if (this.pendingValues) {
      this.pendingValues = false;
      performance.mark("vitrine:drawn");
      if (data.layers.some((layer) => layer.values.length > 0)) document.documentElement.dataset.ready = "";
    }
    const state: GraphState = { notes: scene.notes, legend: scene.legend, moved: this.moved };
    const key = JSON.stringify([state, this.camera]);
    if (key !== this.lastState) {
      this.lastState = key;
      this.callbacks.onViewChange(state);
      // What is under a resting pointer may have moved away.
      if (this.pointer !== null) this.onHover(this.pointer);
    }
    if (this.animation !== null || this.flowStart !== null) this.schedule();
    else this.look(scene, this.layout);
  }

  /** Says what is in view, as soon as that has not changed for a moment. */
  private look(scene: Scene, layout: Layout): void {
    const { data } = this;
    if (data === null || this.callbacks.onLook === undefined) return;
    const seen: GraphSeen = { layers: [], printed: [], edges: [] };
    for (const { block, detail } of scene.blocks) {
      seen.layers.push(block.layer);
      if (detail === "number") seen.printed.push(block.layer);
      const sources = data.layers[block.position]?.inputs ?? [];
      if (detail === "heat" || sources.length === 0 || block.maps !== null) continue;
      if (canShowEdges({ layer: block.layer, sources }, layout, this.camera)) seen.edges.push(block.layer);
    }
    if (seen.edges.length > MOST_WITH_EDGES) seen.edges = [];
    const key = JSON.stringify(seen);
    if (key === this.lastSeen) return;
    this.lastSeen = key;
    clearTimeout(this.lookTimer);
    this.lookTimer = setTimeout(() => this.callbacks.onLook?.(seen), LOOK_MILLISECONDS);
  }
}

/** Puts the graph into `host`, which needs a size of its own. Throws WebGLUnavailable. */
export function mountGraph(host: HTMLElement, callbacks: GraphCallbacks): GraphHandle {
  return new View(host, callbacks);
}
