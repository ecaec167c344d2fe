/* What is shown: the state, and how it becomes colours, a legend and one drawing. */

const state = {
  chosen: -1, // the row whose neighbours are shown
  given: [], // rows of a question besides it
  answers: [], // [{row, score}]
  arrows: [], // [[row, row]]
  hover: -1,
  loop: [],
  coloring: "",
  theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  moved: 1, // 0 to 1 on the way from old places to new ones
  moving: false,
};

const painter = scatter(element("points"));
const look = new Uint8Array(2 * about.rows);
const paint = new Uint8Array(4 * about.rows);
let isSelected = null; // (rows,) 0 or 1, while some are
let waiting = false;

function redraw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    draw();
  });
}

function draw() {
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(`--${name}`).trim();
  if (painter) {
    const base = Math.min(Math.max(Math.sqrt((view.width * view.height) / about.rows) * 0.5, 2.2), 9);
    const size = Math.min(base * Math.max(view.zoom / view.least, 0.5) ** 0.5, 16);
    painter.draw(view, state.moved, (size * (devicePixelRatio || 1)) / 100);
    drawOver({
      ...state, axes, ground: colour("ground"), ink: colour("ink"), quiet: colour("label"), line: colour("line"),
      accent: colour("accent"), faded: isSelected && ((row) => !isSelected[row]),
    });
  }
}

function resize() {
  const { clientWidth, clientHeight } = element("stage");
  const first = view.width < 3; // not measured yet, or hidden until now
  Object.assign(view, { width: Math.max(clientWidth, 2), height: Math.max(clientHeight, 2) });
  for (const id of ["points", "labels"]) {
    const canvas = element(id);
    canvas.width = Math.round(view.width * (devicePixelRatio || 1));
    canvas.height = Math.round(view.height * (devicePixelRatio || 1));
  }
  if (first) fit(false);
  draw();
}

/** Colours, shapes and sizes of all points, and the legend. */
function colourPoints() {
  const all = colourings();
  const coloring = all.find(({ name }) => name === state.coloring) ?? all[0];
  state.coloring = coloring.name;
  element("colour").replaceChildren(...all.map(({ name, title }) => new Option(title, name, false, name === coloring.name)));
  const often = scaleOf(all.find(({ name }) => name === "frequency"));
  const solid = about.rows > 20000 ? 0.72 : 0.88;
  const colour = coloring.of ? kindsOf(coloring) : valuesOf(coloring);
  for (let row = 0; row < about.rows; row++) {
    const { rgb, shape } = colour(row);
    const dim = isSelected && !isSelected[row];
    paint.set(rgb, 4 * row);
    paint[4 * row + 3] = 255 * (dim ? 0.1 : isSelected ? 0.95 : solid);
    look[2 * row] = 75 + 95 * often.share(row) ** 2;
    look[2 * row + 1] = shape;
  }
  painter?.paint(paint);
  painter?.look(look);
  redraw();
}

const LISTED = 300; // entries of a legend: all clusters; of groups there may be thousands

function plainEntry(...parts) {
  const entry = cell("span", "");
  entry.className = "entry";
  entry.append(...parts);
  return entry;
}

function kindsOf({ title, of, names, sizes }) {
  const known = names.map((_, number) => category(number, state.theme));
  const none = { rgb: readable("#8a8a8f", state.theme), shape: 0 };
  const entries = names.slice(0, LISTED).map((text, number) => {
    const entry = document.createElement("button");
    entry.append(swatch(known[number]), cell("span", text.trim() || "(empty)"), cell("small", grouped(sizes[number])));
    entry.title = `Select these ${grouped(sizes[number])} words`;
    entry.addEventListener("click", () => select([...frequent].filter((row) => of[row] === number), text));
    return entry;
  });
  const rest = about.rows - sizes.reduce((sum, size) => sum + size, 0);
  if (names.length > LISTED) entries.push(plainEntry(cell("span", `and ${grouped(names.length - LISTED)} smaller ones`)));
  if (rest) entries.push(plainEntry(swatch(none), cell("span", "without"), cell("small", grouped(rest))));
  fillLegend(title, ...entries);
  return (row) => known[of[row]] ?? none;
}

function fillLegend(title, ...entries) {
  element("legend-title").textContent = title;
  element("legend-entries").replaceChildren(...entries);
}

const SIGNS = ["M8 2a6 6 0 1 0 .01 0z", "M3 3h10v10H3z", "M8 1l7 7-7 7-7-7z", "M8 2l7 12H1z"];
function swatch({ rgb, shape }) {
  const [sign, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  sign.setAttribute("viewBox", "0 0 16 16");
  sign.setAttribute("aria-hidden", "true");
  path.setAttribute("d", SIGNS[shape]);
  path.setAttribute("fill", `rgb(${rgb})`);
  sign.append(path);
  return sign;
}

function valuesOf(coloring) {
  const scale = scaleOf(coloring);
  const colour = sequence(state.theme);
  const bar = cell("div", "");
  bar.className = "bar";
  const stops = Array.from({ length: 9 }, (_, at) => `rgb(${colour(at / 8)})`);
  bar.style.background = `linear-gradient(to right, ${(coloring.falling ? stops.reverse() : stops).join(",")})`;
  const ends = cell("div", "");
  ends.className = "ends";
  const written = (value) => (Number.isInteger(value) ? grouped(value) : value.toFixed(2));
  ends.append(cell("span", written(scale.low)), cell("span", written(scale.high)));
  fillLegend(coloring.title, bar, ends);
  return (row) => ({ rgb: colour(scale.share(row)), shape: 0 });
}

/** Points glide to other places, those of the map or along axes; the view shows them all. */
function moveTo(there) {
  const here = places;
  places = there;
  painter?.places(here, there);
  fillGrid();
  Object.assign(state, { moved: still.matches ? 1 : 0, moving: !still.matches });
  fit();
  const start = performance.now();
  const step = (now) => {
    state.moved = Math.min(Math.max((now - start) / 600, 0), 1);
    state.moving = state.moved < 1;
    redraw();
    if (state.moving) requestAnimationFrame(step);
  };
  if (state.moving) requestAnimationFrame(step);
}
