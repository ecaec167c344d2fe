/* Where the window is over the plane: x and y of its middle, zoom in CSS pixels a unit; and which rows are where. */

const view = { x: 0, y: 0, zoom: 1, width: 1, height: 1, least: 1 };
const still = matchMedia("(prefers-reduced-motion: reduce)");

const toScreen = (x, y) => [(x - view.x) * view.zoom + view.width / 2, view.height / 2 - (y - view.y) * view.zoom];
const toPlane = (left, top) => [(left - view.width / 2) / view.zoom + view.x, (view.height / 2 - top) / view.zoom + view.y];

/** Places of rows as they are shown now: the map's, or those along an axis. */
let places = points;

/** Pixels at the right that the legend takes, where the window is wide enough to leave them to it. */
const room = () => (view.width > 800 ? element("legend").offsetWidth + 24 : 0);

/** Show the rectangle that holds nearly all points: a few far away would make the rest small. */
function whole() {
  const extents = [0, 1].map((axis) => {
    const values = Float32Array.from({ length: about.rows }, (_, row) => places[2 * row + axis]).sort();
    const out = Math.floor(about.rows / 200);
    return [values[out], values[about.rows - 1 - out]];
  });
  const [wide, high] = extents.map(([low, top]) => Math.max(top - low, 1e-3) * 1.1);
  const beside = room();
  const [above, below] = axes ? [56, 90] : [42, 18]; // pixels of the tools; of the axis and its words, or of the corner
  const zoom = Math.min((view.width - beside) / wide, (view.height - above - below) / high);
  const [x, y] = extents.map(([low, top]) => (low + top) / 2);
  return { x: x + beside / 2 / zoom, y: y + (above - below) / 2 / zoom, zoom };
}

function fit(glide = true) {
  const target = whole();
  view.least = target.zoom;
  cancelAnimationFrame(gliding);
  glide ? glideTo(target) : Object.assign(view, target);
  redraw();
}

/** Zoom by a factor; what is below (left, top) stays there. */
function zoomBy(factor, left = view.width / 2, top = view.height / 2) {
  cancelAnimationFrame(gliding); // a hand on the map is obeyed at once
  const [x, y] = toPlane(left, top);
  view.zoom = Math.min(Math.max(view.zoom * factor, view.least / 4), view.least * 4000);
  const [nowX, nowY] = toPlane(left, top);
  view.x += x - nowX;
  view.y += y - nowY;
  redraw();
}

function panBy(left, top) {
  cancelAnimationFrame(gliding);
  view.x -= left / view.zoom;
  view.y += top / view.zoom;
  redraw();
}

let gliding = 0;
/** Go to a view in a third of a second, or at once for those who want no motion. */
function glideTo(target) {
  cancelAnimationFrame(gliding);
  const from = { ...view };
  const start = performance.now();
  const step = (now) => {
    const share = still.matches ? 1 : Math.min(Math.max((now - start) / 350, 0), 1);
    const eased = 1 - (1 - share) ** 3;
    for (const name of ["x", "y"]) if (name in target) view[name] = from[name] + (target[name] - from[name]) * eased;
    if (target.zoom) view.zoom = from.zoom * (target.zoom / from.zoom) ** eased;
    if (share < 1) gliding = requestAnimationFrame(step);
    redraw();
  };
  step(start);
}

/** Show a row with those of others that lie near it: far ones would make the window show everything. */
function showAround(row, others) {
  const [x, y] = [places[2 * row], places[2 * row + 1]];
  const far = others.map((other) => Math.hypot(places[2 * other] - x, places[2 * other + 1] - y)).sort((a, b) => a - b);
  const reach = Math.max(far[Math.floor(far.length * 0.6)] ?? 0, 1e-6);
  const zoom = (0.3 * Math.min(view.width, view.height)) / reach;
  glideTo({ x, y, zoom: Math.min(Math.max(zoom, view.least * 2), view.least * 30) });
}

/* Rows by the cell of a grid over the plane, so that a click looks at few of them. */
const grid = { side: 1, low: [0, 0], step: [1, 1], starts: null, rows: null };

function fillGrid() {
  const side = (grid.side = Math.max(1, Math.ceil(Math.sqrt(about.rows / 4))));
  for (const axis of [0, 1]) {
    let low = Infinity, high = -Infinity;
    for (let at = axis; at < places.length; at += 2) {
      if (places[at] < low) low = places[at];
      if (places[at] > high) high = places[at];
    }
    grid.low[axis] = low;
    grid.step[axis] = Math.max(high - low, 1e-6) / side;
  }
  const cells = new Uint32Array(about.rows);
  grid.starts = new Uint32Array(side * side + 1);
  for (let row = 0; row < about.rows; row++) {
    cells[row] = cellOf(0, places[2 * row]) * side + cellOf(1, places[2 * row + 1]);
    grid.starts[cells[row] + 1]++;
  }
  for (let cell = 0; cell < side * side; cell++) grid.starts[cell + 1] += grid.starts[cell];
  grid.rows = new Uint32Array(about.rows);
  const next = grid.starts.slice();
  for (const row of frequent) grid.rows[next[cells[row]]++] = row;
}

const cellOf = (axis, value) =>
  Math.min(Math.max(Math.floor((value - grid.low[axis]) / grid.step[axis]), 0), grid.side - 1);

/** The row nearest to a point of the screen, within some pixels; -1 for none. */
function rowAt(left, top, reach = 14) {
  const [x, y] = toPlane(left, top);
  const far = reach / view.zoom;
  let found = -1, least = far * far;
  for (let i = cellOf(0, x - far); i <= cellOf(0, x + far); i++) {
    for (let j = cellOf(1, y - far); j <= cellOf(1, y + far); j++) {
      const cell = i * grid.side + j;
      for (let at = grid.starts[cell]; at < grid.starts[cell + 1]; at++) {
        const row = grid.rows[at];
        const square = (places[2 * row] - x) ** 2 + (places[2 * row + 1] - y) ** 2;
        if (square < least) [found, least] = [row, square];
      }
    }
  }
  return found;
}
