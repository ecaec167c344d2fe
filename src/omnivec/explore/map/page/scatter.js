/* All points at once by WebGL 2: one buffer for each attribute, drawn when something has changed. */

const VERTEX = `#version 300 es
layout(location = 0) in vec2 here;
layout(location = 1) in vec2 there;
layout(location = 2) in vec4 paint;
layout(location = 3) in vec2 look;  // size, shape
uniform vec2 centre, stretch;
uniform float moved, size;
out vec4 colour;
flat out float shape, pixels;
void main() {
  gl_Position = vec4((mix(here, there, moved) - centre) * stretch, 0.0, 1.0);
  pixels = size * look.x;
  gl_PointSize = pixels;
  colour = paint;
  shape = look.y;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
flat in float shape, pixels;
out vec4 painted;
void main() {
  vec2 place = gl_PointCoord * 2.0 - 1.0;
  float far = length(place);
  if (shape > 2.5) far = max(abs(place.x) * 0.87 - place.y * 0.5 + 0.1, place.y + 0.4) * 1.15;
  else if (shape > 1.5) far = abs(place.x) + abs(place.y);
  else if (shape > 0.5) far = max(abs(place.x), abs(place.y)) * 1.2;
  // A point of few pixels is a square of them: a soft edge would leave nothing of it.
  float alpha = colour.a * (pixels < 3.5 ? 1.0 : 1.0 - smoothstep(1.0 - 2.0 / pixels, 1.0, far));
  if (alpha < 0.01) discard;
  painted = vec4(colour.rgb * alpha, alpha);
}`;

/** A painter on a canvas, or null where there is no WebGL 2. */
function scatter(canvas) {
  const gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true });
  if (!gl) return null;
  const rows = about.rows;
  let uniform, buffers;

  function prepare() {
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    uniform = Object.fromEntries(
      ["centre", "stretch", "moved", "size"].map((name) => [name, gl.getUniformLocation(program, name)]));
    buffers = ["here", "there", "paint", "look"].map((_, at) => {
      const made = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, made);
      gl.enableVertexAttribArray(at);
      if (at < 2) gl.vertexAttribPointer(at, 2, gl.FLOAT, false, 0, 0);
      else if (at === 2) gl.vertexAttribPointer(at, 4, gl.UNSIGNED_BYTE, true, 0, 0);
      else gl.vertexAttribPointer(at, 2, gl.UNSIGNED_BYTE, false, 0, 0);
      return made;
    });
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, Uint32Array.from(frequent).reverse(), gl.STATIC_DRAW);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  const kept = [];
  function fill(at, array) {
    kept[at] = array;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers[at]);
    gl.bufferData(gl.ARRAY_BUFFER, array, gl.DYNAMIC_DRAW);
  }
  canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
  canvas.addEventListener("webglcontextrestored", () => {
    prepare();
    kept.forEach((array, at) => fill(at, array));
    redraw();
  });
  prepare();
  return {
    places: (here, there) => { fill(0, here); fill(1, there); },
    paint: (colours) => fill(2, colours),
    look: (sizesAndShapes) => fill(3, sizesAndShapes),
    draw(view, moved, size) {
      const { width, height } = canvas;
      gl.viewport(0, 0, width, height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform2f(uniform.centre, view.x, view.y);
      gl.uniform2f(uniform.stretch, (2 * view.zoom) / view.width, (2 * view.zoom) / view.height);
      gl.uniform1f(uniform.moved, moved);
      gl.uniform1f(uniform.size, size);
      gl.drawElements(gl.POINTS, rows, gl.UNSIGNED_INT, 0);
    },
  };
}
