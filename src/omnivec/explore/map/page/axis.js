/* The plane of two directions: across, from one word to another; upwards, a second pair, or how often a word occurs. */

/** Two scales, {at(row), low, high, label, ticks}, made into places and kept for the ticks; null on the map. */
let axes = null;

function axesOf(from, to, low, high) {
  const across = scaleAlong(from, to);
  const upwards = low >= 0 ? scaleAlong(low, high) : scaleOften();
  const found = new Float32Array(2 * about.rows);
  for (let row = 0; row < about.rows; row++) {
    found[2 * row] = placeOn(across, across.values[row]) * 1.2;
    found[2 * row + 1] = placeOn(upwards, upwards.values[row]) * 0.8;
  }
  return { across, upwards, places: found, ends: [from, to, low, high].filter((row) => row >= 0) };
}

const placeOn = (scale, value) => ((value - scale.low) / (scale.high - scale.low || 1)) * 2 - 1;

function scaleAlong(from, to) {
  const values = alongAxis(from, to);
  const [low, high] = bounds(values);
  const step = [0.05, 0.1, 0.2, 0.5].find((one) => (high - low) / one < 9) ?? 0.5;
  const ticks = [];
  for (let at = Math.ceil(low / step); at * step <= high; at++) ticks.push([at * step, signed((at * step).toFixed(step < 0.1 ? 2 : 1))]);
  return { values, low, high, ticks, start: keys[from], end: keys[to] };
}

/** By the logarithm of the count; without counts by that of the rank, falling. */
function scaleOften() {
  const values = Float64Array.from(keys, (_, row) => (counts ? Math.log10(counts[row] + 1) : -Math.log10(row + 1)));
  const [low, high] = bounds(values);
  const ticks = [];
  for (let power = 0; power < 12; power++) {
    const value = counts ? power : -power;
    if (value >= low && value <= high) ticks.push([value, grouped(10 ** power)]);
  }
  return { values, low, high, ticks, start: counts ? "rare" : "low rank", end: "frequent" };
}

function bounds(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** Lines and numbers at the lower and the left edge, and a line at zero; `taken` learns where no name can be. */
function drawAxes({ axes: { across, upwards }, ground, quiet, ink, line }, taken) {
  const { width, height } = view;
  pen.font = `11px ${FONT}`;
  pen.textBaseline = "middle";
  const write = (text, left, top, colour) => {
    pen.lineWidth = 3;
    pen.strokeStyle = ground;
    pen.strokeText(text, left, top);
    pen.fillStyle = colour;
    pen.fillText(text, left, top);
    taken.push([left, top - 8, left + pen.measureText(text).width, top + 8]);
  };
  const stroke = (x1, y1, x2, y2) => {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.lineWidth = 1;
    pen.strokeStyle = line;
    pen.stroke();
  };
  const floor = height - 58;
  for (const [value, text] of across.ticks) {
    const [left] = toScreen(placeOn(across, value) * 1.2, 0);
    const half = pen.measureText(text).width / 2;
    if (left < half || left > width - half) continue;
    stroke(left, value === 0 ? 56 : floor, left, floor + 5);
    write(text, left - half, floor + 14, quiet);
  }
  for (const [value, text] of upwards.ticks) {
    const [, top] = toScreen(0, placeOn(upwards, value) * 0.8);
    if (top < 60 || top > floor) continue;
    stroke(0, top, 6, top);
    write(text, 9, top, quiet);
  }
  stroke(0, floor, width, floor);
  pen.font = `600 13px ${FONT}`;
  write(`← ${shortened(across.start)}`, 12, floor - 12, ink);
  const end = `${shortened(across.end)} →`;
  write(end, width - 36 - element("legend").offsetWidth - pen.measureText(end).width, floor - 12, ink);
  write(`↑ ${shortened(upwards.end)}`, 70, 70, ink); // beside the numbers
}
