/* Names over the points, the most frequent first and none on another; lines and rings of what was asked. */

const pen = element("labels").getContext("2d");
const FONT = 'system-ui, "Noto Sans CJK KR", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", NanumGothic, sans-serif';
const MOST_TRIED = 6000; // rows in the window that are tried for a place: a small part of a frame

/** Draw what lies over the points; `shown` has chosen, answers, arrows, loop, hover, ink colours. */
function drawOver(shown) {
  const ratio = devicePixelRatio || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, view.width, view.height);
  const taken = [];
  if (shown.axes) drawAxes(shown, taken);
  for (const { row } of shown.answers) if (shown.chosen >= 0) line(shown.chosen, row, shown, false);
  for (const [from, to] of shown.arrows) line(from, to, shown, true);
  for (const row of [...shown.given, ...shown.answers.map(({ row }) => row)]) ring(row, 5, 1.5, shown);
  if (shown.chosen >= 0) ring(shown.chosen, 8, 2.5, shown);
  pen.lineJoin = "round";
  pen.textBaseline = "middle";
  const first = [shown.hover, shown.chosen, ...shown.given, ...shown.answers.map(({ row }) => row)];
  for (const row of new Set(first)) if (row >= 0) name(row, shown, taken, true);
  if (!shown.moving) {
    const room = taken.length + Math.max(12, (view.width * view.height) / 7500);
    const legend = element("legend");
    let tried = 0;
    for (let at = 0; at < frequent.length && taken.length < room && tried < MOST_TRIED; at++) {
      const row = frequent[at];
      if (shown.faded && shown.faded(row)) continue;
      if (inWindow(row, legend)) {
        tried++;
        if (!first.includes(row)) name(row, shown, taken, false);
      }
    }
  }
  if (shown.loop.length > 1) loop(shown);
}

const screenOf = (row) => toScreen(places[2 * row], places[2 * row + 1]);

/** Whether a name would be seen: within the window, and not below the legend or the tools. */
function inWindow(row, legend) {
  const [left, top] = screenOf(row);
  if (left < 4 || left > view.width - 24 || top < 50 || top > view.height - 40) return false;
  return left < legend.offsetLeft - 40 || top < legend.offsetTop - 10;
}

/** Write a name beside its point where it hides none before it; a strong one that cannot stand at the right tries the left. */
function name(row, shown, taken, strong) {
  const [left, top] = screenOf(row);
  if (left < 0 || left > view.width || top < 0 || top > view.height) return;
  pen.font = `${strong ? "600 13px" : "12px"} ${FONT}`;
  const text = shortened(called(row));
  const width = pen.measureText(text).width;
  const gap = strong ? 11 : 6;
  const sides = [left + gap, left - gap - width].filter((start) => start > 3 && start + width < view.width - 4);
  const boxes = (strong ? sides : sides.slice(0, 1)).map((start) => [start - 3, top - 8, start + width + 3, top + 8]);
  const hidden = (box) => taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1]);
  const box = boxes.find((one) => !hidden(one));
  if (!box) return;
  taken.push(box);
  pen.lineWidth = strong ? 4 : 3;
  pen.strokeStyle = shown.ground;
  pen.strokeText(text, box[0] + 3, top);
  pen.fillStyle = strong ? shown.ink : shown.quiet;
  pen.fillText(text, box[0] + 3, top);
}

/** A long key ends in an ellipsis, never inside a sign that is made of several. */
function shortened(text) {
  if (text.length <= 28) return text;
  const signs = globalThis.Intl?.Segmenter ? [...new Intl.Segmenter().segment(text)].map((one) => one.segment) : [...text];
  return signs.length <= 26 ? text : `${signs.slice(0, 24).join("")}…`;
}

function ring(row, radius, width, shown) {
  const [left, top] = screenOf(row);
  for (const [extra, style] of [[2, shown.ground], [0, shown.accent]]) {
    pen.beginPath();
    pen.arc(left, top, radius, 0, 2 * Math.PI);
    pen.lineWidth = width + extra;
    pen.strokeStyle = style;
    pen.stroke();
  }
}

function line(from, to, shown, arrow) {
  const [a, b] = screenOf(from);
  let [c, d] = screenOf(to);
  const length = Math.hypot(c - a, d - b);
  if (length < 12) return;
  const [x, y] = [(c - a) / length, (d - b) / length];
  [c, d] = [c - 7 * x, d - 7 * y];
  pen.beginPath();
  pen.moveTo(a + 8 * x, b + 8 * y);
  pen.lineTo(c, d);
  if (arrow) {
    pen.moveTo(c - 9 * x + 5 * y, d - 9 * y - 5 * x);
    pen.lineTo(c, d);
    pen.lineTo(c - 9 * x - 5 * y, d - 9 * y + 5 * x);
  }
  pen.globalAlpha = arrow ? 1 : 0.45;
  pen.lineWidth = arrow ? 2.5 : 1;
  pen.strokeStyle = shown.accent;
  pen.stroke();
  pen.globalAlpha = 1;
}

function loop({ loop: corners, accent }) {
  pen.beginPath();
  corners.forEach(([x, y], at) => (at ? pen.lineTo(...toScreen(x, y)) : pen.moveTo(...toScreen(x, y))));
  pen.closePath();
  pen.globalAlpha = 0.12;
  pen.fillStyle = accent;
  pen.fill();
  pen.globalAlpha = 1;
  pen.setLineDash([5, 4]);
  pen.lineWidth = 1.5;
  pen.strokeStyle = accent;
  pen.stroke();
  pen.setLineDash([]);
}
