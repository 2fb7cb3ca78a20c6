/** The three small WebGL2 programs of the graph, and how a program is made. */

import { WIDTH } from "./sheet";

/**
 * A block is one quad. A corner in CSS pixels becomes clip space; `cell` is its place in the grid of nodes, or in the grid
 * of the pooled level that is drawn.
 */
const BLOCK_VERTEX = `#version 300 es
precision highp float;
precision highp int;
in vec4 box;
in vec4 cells;
in vec4 place;
in vec4 measures;
in vec2 looks;
uniform vec2 viewport;
out vec2 cell;
flat out ivec3 grid;
flat out vec4 sizes;
flat out vec2 tones;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1 & 1);
  cell = mix(cells.xy, cells.zw, corner);
  grid = ivec3(int(place.x), int(place.y), int(place.w) * ${WIDTH} + int(place.z));
  sizes = measures;
  tones = looks;
  vec2 clip = mix(box.xy, box.zw, corner) / viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}`;

/**
 * Finds its cell, reads the value from the sheet and looks its colour up. Values from 3e38 on stand for not-a-number,
 * infinities, nodes that are drawn empty and cells without a node, because drivers may drop tests for NaN.
 */
const BLOCK_FRAGMENT = `#version 300 es
precision highp float;
precision highp int;
in vec2 cell;
flat in ivec3 grid;
flat in vec4 sizes;
flat in vec2 tones;
uniform highp sampler2D values;
uniform sampler2D ramp;
uniform vec3 background;
uniform vec3 rim;
uniform vec3 invalid;
uniform float pixel;
out vec4 color;
void main() {
  vec2 pitch = sizes.xy;
  float diameter = sizes.z;
  float limit = sizes.w;
  float dim = tones.x;
  bool discs = tones.y > 0.5;
  ivec2 at = min(ivec2(cell), grid.xy - 1);
  int index = grid.z + at.y * grid.x + at.x;
  float value = texelFetch(values, ivec2(index & ${WIDTH - 1}, index >> ${Math.log2(WIDTH)}), 0).r;
  if (value < -3.35e38) discard;
  bool hollow = value > 3.3e38;
  bool bad = !hollow && abs(value) > 2.9e38;
  float t = limit > 0.0 ? clamp(value / limit, -1.0, 1.0) : 0.0;
  vec3 fill = bad ? invalid : texture(ramp, vec2((t * 0.5 + 0.5) * (256.0 / 257.0) + 0.5 / 257.0, 0.5)).rgb;
  if (bad && diameter > 10.0) {
    // Hatched at the rim; the middle stays plain for the text.
    float stripe = abs(fract((gl_FragCoord.x + gl_FragCoord.y) * pixel / 7.0) - 0.5);
    float outer = smoothstep(0.3, 0.34, length((fract(cell) - 0.5) * pitch) / diameter);
    fill = mix(fill, background, 0.55 * smoothstep(0.2, 0.3, stripe) * outer);
  }
  fill = hollow ? mix(background, rim, discs ? 0.0 : 0.16) : mix(fill, background, dim);
  if (!discs) {
    color = vec4(fill, 1.0);
    return;
  }
  vec2 offset = (fract(cell) - 0.5) * pitch;
  float inside = diameter * 0.5 - length(offset);
  float cover = clamp(inside / pixel + 0.5, 0.0, 1.0);
  if (cover <= 0.0) discard;
  float width = clamp(diameter * 0.03, 0.6, 1.25);
  float edge = 1.0 - clamp((inside - width) / pixel + 0.5, 0.0, 1.0);
  fill = mix(fill, mix(rim, background, dim), edge * clamp((diameter - 4.0) / 26.0, 0.14, 0.8));
  color = vec4(fill * cover, cover);
}`;

/** Thick lines as strips of triangles: `side` runs from -1 to 1 across the line, `half_width` in pixels. */
const LINE_VERTEX = `#version 300 es
in vec2 position;
in vec2 profile;
in vec4 tint;
uniform vec2 viewport;
out vec2 across;
out vec4 paint;
void main() {
  across = profile;
  paint = tint;
  vec2 clip = position / viewport * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, 1.0);
}`;

const LINE_FRAGMENT = `#version 300 es
precision highp float;
in vec2 across;
in vec4 paint;
uniform float pixel;
out vec4 color;
void main() {
  float cover = clamp((across.y - abs(across.x)) / pixel + 0.5, 0.0, 1.0) * min(1.0, 2.0 * across.y / pixel);
  color = vec4(paint.rgb, 1.0) * paint.a * cover;
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
  block: Program;
  line: Program;
  spot: Program;
}

export function createPrograms(gl: WebGL2RenderingContext): Programs {
  return {
    block: link(gl, BLOCK_VERTEX, BLOCK_FRAGMENT),
    line: link(gl, LINE_VERTEX, LINE_FRAGMENT),
    spot: link(gl, SPOT_VERTEX, SPOT_FRAGMENT),
  };
}
