/** The small WebGL2 programs of the graph, and how a program is made. */

import { WIDTH } from "./sheet";

/**
 * A block is one quad. A corner in CSS pixels becomes clip space; `cell` is its place in the grid of nodes, or in the grid
 * of the pooled level that is drawn. What is the same for a whole block is worked out here, in pixels of the screen.
 */
const BLOCK_VERTEX = `#version 300 es
precision highp float;
precision highp int;
in vec4 box;
in vec4 cells;
in vec4 place;
in vec3 measures;
in vec2 looks;
uniform vec2 viewport;
uniform float pixel;
out vec2 cell;
flat out ivec3 grid;
flat out vec4 sizes;
flat out vec4 tones;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1 & 1);
  cell = mix(cells.xy, cells.zw, corner);
  grid = ivec3(int(place.x), int(place.y), int(place.w) * ${WIDTH} + int(place.z));
  float diameter = measures.z;
  bool discs = looks.y > 0.5;
  // A square is in the middle of a disc without end.
  sizes = vec4(measures.xy / pixel, discs ? diameter * 0.5 / pixel + 0.5 : 1e6, clamp(diameter * 0.03, 0.6, 1.25) / pixel);
  tones = vec4(looks.x, clamp((diameter - 4.0) / 26.0, 0.14, 0.8), discs ? 0.0 : 1.0, diameter > 10.0 ? diameter / pixel : 1e6);
  vec2 clip = mix(box.xy, box.zw, corner) / viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}`;

/** Finds its cell and shows its colour from the sheet: squares too small for more. */
const SQUARE_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
in vec2 cell;
flat in ivec3 grid;
flat in vec4 tones;
uniform highp sampler2D colors;
uniform vec3 background;
out vec4 color;
void main() {
  ivec2 at = min(ivec2(cell), grid.xy - 1);
  int index = grid.z + at.y * grid.x + at.x;
  vec4 shown = texelFetch(colors, ivec2(index & ${WIDTH - 1}, index >> ${Math.log2(WIDTH)}), 0);
  if (shown.a == 0.0) discard;
  color = vec4(mix(shown.rgb, background, tones.x), 1.0);
}`;

/** What is not finite is hatched at the rim; the middle stays plain for the text. */
const HATCHING = `
  bool bad = shown.a > 0.5 && shown.a < 0.9;
  float stripe = abs(fract((gl_FragCoord.x + gl_FragCoord.y) * pixel / 7.0) - 0.5);
  float outer = smoothstep(0.3, 0.34, from_middle / tones.w);
  fill = mix(fill, background, bad ? 0.55 * smoothstep(0.2, 0.3, stripe) * outer : 0.0);`;

/** Discs with a rim, and large squares. Alpha says what a cell holds (paint.ts). */
const discFragment = (hatched: boolean) => `#version 300 es
precision highp float;
precision highp int;
in vec2 cell;
flat in ivec3 grid;
flat in vec4 sizes;
flat in vec4 tones;
uniform highp sampler2D colors;
uniform vec3 background;
uniform vec3 rim;
uniform float pixel;
out vec4 color;
void main() {
  ivec2 at = min(ivec2(cell), grid.xy - 1);
  int index = grid.z + at.y * grid.x + at.x;
  vec4 shown = texelFetch(colors, ivec2(index & ${WIDTH - 1}, index >> ${Math.log2(WIDTH)}), 0);
  if (shown.a == 0.0) discard;
  float from_middle = length((fract(cell) - 0.5) * sizes.xy);
  float cover = clamp(sizes.z - from_middle, 0.0, 1.0);
  float edge = 1.0 - clamp(sizes.z - sizes.w - from_middle, 0.0, 1.0);
  vec3 fill = mix(background, shown.rgb, shown.a < 0.5 ? tones.z : 1.0);${hatched ? HATCHING : ""}
  fill = mix(mix(fill, rim, edge * tones.y), background, tones.x);
  color = vec4(fill, 1.0) * cover;
}`;

/** Thick lines as strips of triangles: `side` runs from -1 to 1 across the line, `half_width` in pixels. */
const LINE_VERTEX = `#version 300 es
in vec2 position;
in vec2 profile;
in vec4 tint;
uniform vec2 viewport;
uniform float pixel;
out float across;
flat out float reach;
flat out vec4 paint;
void main() {
  across = profile.x / pixel;
  reach = profile.y / pixel + 0.5;
  paint = vec4(tint.rgb, 1.0) * tint.a * min(1.0, 2.0 * profile.y / pixel);
  vec2 clip = position / viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}`;

const LINE_FRAGMENT = `#version 300 es
precision highp float;
in float across;
flat in float reach;
flat in vec4 paint;
out vec4 color;
void main() {
  color = paint * clamp(reach - abs(across), 0.0, 1.0);
}`;

/** Single nodes: a quad each, `offset` from its centre and `size` in pixels; a negative size is a square. */
const SPOT_VERTEX = `#version 300 es
in vec2 position;
in vec3 shape;
in vec4 tint;
uniform vec2 viewport;
out vec3 form;
out vec4 paint;
void main() {
  form = shape;
  paint = tint;
  vec2 clip = position / viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}`;

const SPOT_FRAGMENT = `#version 300 es
precision highp float;
in vec3 form;
in vec4 paint;
uniform float pixel;
uniform vec3 rim;
out vec4 color;
void main() {
  if (form.z < 0.0) {
    color = vec4(paint.rgb, 1.0);
    return;
  }
  float inside = form.z * 0.5 - length(form.xy);
  float cover = clamp(inside / pixel + 0.5, 0.0, 1.0);
  float width = clamp(form.z * 0.03, 0.6, 1.25);
  float edge = 1.0 - clamp((inside - width) / pixel + 0.5, 0.0, 1.0);
  color = vec4(mix(paint.rgb, rim, edge * clamp((form.z - 4.0) / 26.0, 0.14, 0.8)), 1.0) * cover;
}`;

export interface Program {
  program: WebGLProgram;
  uniform: (name: string) => WebGLUniformLocation | null;
  attribute: (name: string) => number;
}

function compile(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const shader = gl.createShader(kind);
  if (shader === null) throw new Error("the graphics context is gone");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const program = gl.createProgram();
  const shaders = [compile(gl, gl.VERTEX_SHADER, vertex), compile(gl, gl.FRAGMENT_SHADER, fragment)];
  for (const shader of shaders) gl.attachShader(program, shader);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = shaders.map((shader) => gl.getShaderInfoLog(shader)).join("");
    throw new Error(`a shader does not link: ${gl.getProgramInfoLog(program)}${logs}`);
  }
  for (const shader of shaders) gl.deleteShader(shader);
  const uniforms = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    uniform(name) {
      let location = uniforms.get(name);
      if (location === undefined) {
        location = gl.getUniformLocation(program, name);
        uniforms.set(name, location);
      }
      return location;
    },
    attribute: (name) => gl.getAttribLocation(program, name),
  };
}

export interface Programs {
  square: Program;
  disc: Program;
  hatched: Program;
  line: Program;
  spot: Program;
}

export function createPrograms(gl: WebGL2RenderingContext): Programs {
  return {
    square: link(gl, BLOCK_VERTEX, SQUARE_FRAGMENT),
    disc: link(gl, BLOCK_VERTEX, discFragment(false)),
    hatched: link(gl, BLOCK_VERTEX, discFragment(true)),
    line: link(gl, LINE_VERTEX, LINE_FRAGMENT),
    spot: link(gl, SPOT_VERTEX, SPOT_FRAGMENT),
  };
}
