/** Draws scenes: blocks, lines and single nodes with WebGL2, text above with Canvas 2D. */

import type { Rgb } from "../color";
import { estimateWidth, type Measure } from "../graph_labels";
import type { Viewport } from "../graph_types";
import type { Scene, SceneBlock } from "../scene";
import { BLOCK_STRIDE, blockMesh, LINE_STRIDE, lineMesh, type Mesh, SPOT_STRIDE, spotMesh } from "./meshes";
import { createPrograms, type Program, type Programs } from "./programs";
import { canvasMeasure, drawText } from "./text";
import { type Place, Textures } from "./textures";

/** The browser cannot draw the graph: WebGL2 is missing or switched off. */
export class WebGLUnavailable extends Error {
  constructor() {
    super("WebGL2 is not available in this browser");
    this.name = "WebGLUnavailable";
  }
}

const BLOCK_PROGRAMS = ["square", "disc", "hatched"] as const;
type BlockProgram = (typeof BLOCK_PROGRAMS)[number];

/** Smaller nodes are not hatched. */
const LEAST_HATCHED = 10;

interface Attribute {
  name: string;
  size: number;
  offset: number;
  bytes?: boolean;
}

const BLOCK_ATTRIBUTES: Attribute[] = [
  { name: "box", size: 4, offset: 0 },
  { name: "cells", size: 4, offset: 16 },
  { name: "place", size: 4, offset: 32 },
  { name: "measures", size: 3, offset: 48 },
  { name: "looks", size: 2, offset: 60 },
];
const LINE_ATTRIBUTES: Attribute[] = [
  { name: "position", size: 2, offset: 0 },
  { name: "profile", size: 2, offset: 8 },
  { name: "tint", size: 4, offset: 16, bytes: true },
];
const SPOT_ATTRIBUTES: Attribute[] = [
  { name: "position", size: 2, offset: 0 },
  { name: "shape", size: 3, offset: 8 },
  { name: "tint", size: 4, offset: 20, bytes: true },
];

/** All that lives on the graphics card; made anew when the context was lost. */
interface Resources {
  programs: Programs;
  textures: Textures;
  vertices: WebGLBuffer;
  indices: WebGLBuffer;
  blockArrays: Record<BlockProgram, WebGLVertexArrayObject>;
  lineArray: WebGLVertexArrayObject;
  spotArray: WebGLVertexArrayObject;
  map: WebGLFramebuffer;
  mapPixels: WebGLRenderbuffer;
  /** The blocks that the map was drawn of. */
  mapOf: readonly SceneBlock[] | null;
}

function makeCanvas(host: HTMLElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  Object.assign(canvas.style, {
    position: "absolute",
    inset: "0",
    width: "100%",
    height: "100%",
    display: "block",
    pointerEvents: "none",
  });
  host.append(canvas);
  return canvas;
}

/** The program for a block: where nodes are small, their colours are all that can be seen of them. */
function programOf({ detail, diameter }: SceneBlock, { bad }: Place): BlockProgram {
  if (bad && diameter > LEAST_HATCHED) return "hatched";
  return detail === "heat" ? "square" : "disc";
}

export class GraphRenderer {
  /** Width of text in the font that it is drawn in. */
  measure: Measure = estimateWidth;
  /** Called when the graphics card gave the context back and the scene has to be drawn again. */
  onRestored: () => void = () => {};

  private readonly glCanvas: HTMLCanvasElement;
  private readonly textCanvas: HTMLCanvasElement;
  private readonly gl: WebGL2RenderingContext;
  private readonly text: CanvasRenderingContext2D;
  private resources: Resources | null = null;
  private family = "sans-serif";
  /** Pixels of the screen in a CSS pixel. */
  ratio = 1;

  /** `host` must be positioned; it receives two canvases. Throws WebGLUnavailable. */
  constructor(private readonly host: HTMLElement) {
    this.glCanvas = makeCanvas(host);
    const gl = this.glCanvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
    });
    this.textCanvas = makeCanvas(host);
    const text = this.textCanvas.getContext("2d");
    if (gl === null || text === null) {
      this.glCanvas.remove();
      this.textCanvas.remove();
      throw new WebGLUnavailable();
    }
    this.gl = gl;
    this.text = text;
    this.glCanvas.addEventListener("webglcontextlost", this.onLost);
    this.glCanvas.addEventListener("webglcontextrestored", this.onBack);
    this.resources = this.makeResources();
    this.resize();
    this.readFont();
  }

  /** Takes the font of the host; to be called again when a web font has arrived. */
  readFont(): void {
    this.family = getComputedStyle(this.host).fontFamily || "sans-serif";
    this.measure = canvasMeasure(this.text, this.family);
  }

  /** Adapts to the size of the host and the density of the screen; answers the size in CSS pixels. */
  resize(): Viewport {
    const width = this.host.clientWidth;
    const height = this.host.clientHeight;
    this.ratio = Math.min(window.devicePixelRatio || 1, 3);
    for (const canvas of [this.glCanvas, this.textCanvas]) {
      const wide = Math.max(1, Math.round(width * this.ratio));
      const high = Math.max(1, Math.round(height * this.ratio));
      if (canvas.width !== wide) canvas.width = wide;
      if (canvas.height !== high) canvas.height = high;
    }
    return { width, height };
  }

  draw(scene: Scene): void {
    this.drawShapes(scene);
    const { text } = this;
    text.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    text.clearRect(0, 0, scene.viewport.width, scene.viewport.height);
    drawText(text, scene, this.family);
  }

  /** Gives back the room of the network that was shown before. */
  forget(): void {
    if (this.resources === null) return;
    this.resources.textures.clear();
    this.resources.mapOf = null;
  }

  dispose(): void {
    this.glCanvas.removeEventListener("webglcontextlost", this.onLost);
    this.glCanvas.removeEventListener("webglcontextrestored", this.onBack);
    this.resources?.textures.dispose();
    this.resources = null;
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.glCanvas.remove();
    this.textCanvas.remove();
  }

  private readonly onLost = (event: Event): void => {
    // Without this the browser never gives the context back.
    event.preventDefault();
    this.resources = null;
  };

  private readonly onBack = (): void => {
    this.resources = this.makeResources();
    this.onRestored();
  };

  private makeResources(): Resources {
    const { gl } = this;
    const programs = createPrograms(gl);
    const vertices = gl.createBuffer();
    const indices = gl.createBuffer();
    const arrayFor = (program: Program, stride: number, attributes: Attribute[]) => {
      const array = gl.createVertexArray();
      gl.bindVertexArray(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, vertices);
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices);
      for (const { name, size, offset, bytes = false } of attributes) {
        const location = program.attribute(name);
        gl.enableVertexAttribArray(location);
        gl.vertexAttribPointer(location, size, bytes ? gl.UNSIGNED_BYTE : gl.FLOAT, bytes, stride, offset);
      }
      gl.bindVertexArray(null);
      return array;
    };
    const blockArrays = {
      square: arrayFor(programs.square, BLOCK_STRIDE, BLOCK_ATTRIBUTES),
      disc: arrayFor(programs.disc, BLOCK_STRIDE, BLOCK_ATTRIBUTES),
      hatched: arrayFor(programs.hatched, BLOCK_STRIDE, BLOCK_ATTRIBUTES),
    };
    const lineArray = arrayFor(programs.line, LINE_STRIDE, LINE_ATTRIBUTES);
    const spotArray = arrayFor(programs.spot, SPOT_STRIDE, SPOT_ATTRIBUTES);
    const textures = new Textures(gl);
    return {
      programs,
      textures,
      vertices,
      indices,
      blockArrays,
      lineArray,
      spotArray,
      map: gl.createFramebuffer(),
      mapPixels: gl.createRenderbuffer(),
      mapOf: null,
    };
  }

  private drawShapes(scene: Scene): void {
    const { gl, resources } = this;
    if (resources === null || gl.isContextLost()) return;
    const { background } = scene.palette;
    gl.viewport(0, 0, this.glCanvas.width, this.glCanvas.height);
    gl.clearColor(background[0] / 255, background[1] / 255, background[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const pixel = 1 / this.ratio;
    this.drawMesh(resources, resources.programs.line, resources.lineArray, lineMesh(scene.lines, pixel), scene);
    // What is asked for is drawn while the rest is prepared, here and below.
    gl.flush();
    this.drawBlocks(resources, scene, scene.blocks);
    this.drawMesh(resources, resources.programs.line, resources.lineArray, lineMesh(scene.linesAbove, pixel), scene);
    this.drawMesh(resources, resources.programs.spot, resources.spotArray, spotMesh(scene.spots, pixel), scene);
    this.drawMinimap(resources, scene);
    gl.bindVertexArray(null);
    gl.flush();
  }

  private setCommon({ uniform }: Program, scene: Scene): void {
    const { gl } = this;
    const set = (name: string, color: Rgb) =>
      gl.uniform3f(uniform(name), color[0] / 255, color[1] / 255, color[2] / 255);
    gl.uniform2f(uniform("viewport"), scene.viewport.width, scene.viewport.height);
    gl.uniform1f(uniform("pixel"), 1 / this.ratio);
    set("rim", scene.palette.line);
    set("background", scene.palette.background);
  }

  /** The blocks of a frame in one call, or one for each kind of program and each texture that their colours are in. */
  private drawBlocks(resources: Resources, scene: Scene, blocks: readonly SceneBlock[]): void {
    const { programs, textures, blockArrays } = resources;
    let places: Place[];
    let generation: number;
    do {
      // Where a block needs more room than it had, all of them move.
      generation = textures.generation;
      places = blocks.map((block) => textures.place(block, scene.palette));
    } while (generation !== textures.generation);
    for (const sheet of new Set(places.map((place) => place.sheet))) {
      sheet.bind();
      for (const kind of BLOCK_PROGRAMS) {
        const here = blocks.flatMap((block, at) => {
          const place = places[at];
          return place?.sheet === sheet && programOf(block, place) === kind ? [{ block, place }] : [];
        });
        const mesh = blockMesh(here, scene.viewport, 1 / this.ratio);
        this.drawMesh(resources, programs[kind], blockArrays[kind], mesh, scene);
      }
    }
  }

  /** The map in the corner, over everything that is there already. */
  private drawMinimap(resources: Resources, scene: Scene): void {
    const { gl, ratio } = this;
    if (scene.minimap === null) return;
    const { box, blocks } = scene.minimap;
    const left = Math.round(box.left * ratio);
    const low = Math.round((scene.viewport.height - box.bottom) * ratio);
    const width = Math.round((box.right - box.left) * ratio);
    const height = Math.round((box.bottom - box.top) * ratio);
    // It stays the same while the camera moves.
    if (resources.mapOf !== blocks) {
      gl.bindFramebuffer(gl.FRAMEBUFFER, resources.map);
      gl.bindRenderbuffer(gl.RENDERBUFFER, resources.mapPixels);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, resources.mapPixels);
      gl.viewport(-left, -low, this.glCanvas.width, this.glCanvas.height);
      gl.clear(gl.COLOR_BUFFER_BIT);
      this.drawBlocks(resources, scene, blocks);
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      resources.mapOf = blocks;
    }
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, resources.map);
    gl.blitFramebuffer(0, 0, width, height, left, low, left + width, low + height, gl.COLOR_BUFFER_BIT, gl.NEAREST);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, null);
  }

  private drawMesh(
    resources: Resources,
    program: Program,
    array: WebGLVertexArrayObject,
    { data, indices }: Mesh,
    scene: Scene,
  ): void {
    if (indices.length === 0) return;
    const { gl } = this;
    // biome-ignore lint/correctness/useHookAtTopLevel: a call of WebGL, not a hook.
    gl.useProgram(program.program);
    gl.bindVertexArray(array);
    this.setCommon(program, scene);
    gl.bindBuffer(gl.ARRAY_BUFFER, resources.vertices);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STREAM_DRAW);
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, indices, gl.STREAM_DRAW);
    gl.drawElements(gl.TRIANGLES, indices.length, gl.UNSIGNED_INT, 0);
  }
}
