/* Mouse, touch and keys on the map. */

const board = element("labels");
const pointers = new Map(); // id → [left, top]
const LONG_PRESS = 450; // milliseconds
let press = null; // {left, top, moved, timer, mode: "pan" | "lasso" | "pinch"}

const at = (event) => {
  const { left, top } = board.getBoundingClientRect();
  return [event.clientX - left, event.clientY - top];
};

board.addEventListener("pointerdown", (event) => {
  if (event.button) return;
  board.setPointerCapture(event.pointerId);
  const [left, top] = at(event);
  pointers.set(event.pointerId, [left, top]);
  clearTimeout(press?.timer);
  if (pointers.size === 2) {
    press = { mode: "pinch", moved: true };
    state.loop = [];
    return;
  }
  const lasso = event.shiftKey || element("lasso").getAttribute("aria-pressed") === "true";
  press = { left, top, moved: false, mode: lasso ? "lasso" : "pan" };
  if (event.pointerType !== "mouse" && !lasso) {
    press.timer = setTimeout(() => {
      press.mode = "lasso";
      board.classList.add("drawing");
      say("Lasso: draw a loop");
    }, LONG_PRESS);
  }
  board.classList.toggle("drawing", lasso);
});

board.addEventListener("pointermove", (event) => {
  const [left, top] = at(event);
  const before = pointers.get(event.pointerId);
  if (!before) {
    hover(rowAt(left, top));
    board.classList.toggle("over", state.hover >= 0);
    return;
  }
  if (press.mode === "pinch") {
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const [far, near] = [before, [left, top]].map(([x, y]) => Math.hypot(x - other[0], y - other[1]));
      panBy((left - before[0]) / 2, (top - before[1]) / 2);
      zoomBy(near / Math.max(far, 1), (left + other[0]) / 2, (top + other[1]) / 2);
    }
  } else if (press.moved || Math.hypot(left - press.left, top - press.top) > 4) {
    press.moved = true;
    clearTimeout(press.timer);
    if (press.mode === "lasso") {
      state.loop.push(toPlane(left, top));
      redraw();
    } else panBy(left - before[0], top - before[1]);
  }
  pointers.set(event.pointerId, [left, top]);
});

function lift(event) {
  if (!pointers.delete(event.pointerId)) return;
  clearTimeout(press.timer);
  if (press.mode === "lasso" && press.moved) {
    const rows = state.loop.length > 2 ? within(state.loop) : [];
    state.loop = [];
    lassoOn(false);
    select(rows);
    if (!rows.length) say("No word in the loop");
  } else if (press.mode === "pan" && !press.moved && event.type === "pointerup") {
    const row = rowAt(...at(event), event.pointerType === "mouse" ? 14 : 26);
    if (row >= 0) choose(row, { led: false });
  }
  board.classList.remove("drawing");
  // The finger that is left of a pinch goes on as a drag.
  if (pointers.size) press = { mode: "pan", moved: true };
  redraw();
}
board.addEventListener("pointerup", lift);
board.addEventListener("pointercancel", lift);
board.addEventListener("pointerleave", () => hover(-1));
board.addEventListener("contextmenu", (event) => pointers.size && event.preventDefault());
board.addEventListener("wheel", (event) => {
  event.preventDefault();
  const lines = event.deltaMode === 1 ? 30 : 1;
  zoomBy(Math.exp(-event.deltaY * lines * 0.0015), ...at(event));
}, { passive: false });
board.addEventListener("dblclick", (event) => zoomBy(2, ...at(event)));

const STEP = 70; // pixels
const MOVES = {
  ArrowLeft: () => panBy(STEP, 0), ArrowRight: () => panBy(-STEP, 0),
  ArrowUp: () => panBy(0, STEP), ArrowDown: () => panBy(0, -STEP),
  "+": () => zoomBy(1.3), "=": () => zoomBy(1.3), "-": () => zoomBy(1 / 1.3), 0: () => fit(),
};
board.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !MOVES[event.key]) return;
  event.preventDefault();
  MOVES[event.key]();
});

function lassoOn(is) {
  element("lasso").setAttribute("aria-pressed", String(is));
  board.classList.toggle("drawing", is);
}

function nextColour() {
  const names = colourings().map(({ name }) => name);
  state.coloring = names[(names.indexOf(state.coloring) + 1) % names.length];
  colourPoints();
  say(`Colour: ${element("colour").selectedOptions[0].text}`);
}

const KEYS = {
  "/": () => { element("search").focus(); element("search").select(); }, l: () => lassoOn(true), c: nextColour, "?": () => element("help").showModal(),
  d: () => wear(state.theme === "dark" ? "light" : "dark"), 0: () => fit(),
};
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !element("help").open) {
    if (element("lasso").getAttribute("aria-pressed") === "true") lassoOn(false);
    else clear();
    element("search").focus();
    return;
  }
  const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (writing || event.ctrlKey || event.metaKey || event.altKey || element("help").open || !KEYS[event.key]) return;
  event.preventDefault();
  KEYS[event.key]();
});
