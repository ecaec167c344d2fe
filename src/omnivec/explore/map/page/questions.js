/* What one asks: a word, an analogy, an axis, a selection; the answers go into the tables and onto the map. */

/** Tell a screen reader. */
function say(text) {
  element("said").textContent = text;
}

function hover(row) {
  if (state.hover === row) return;
  state.hover = row;
  redraw();
}

/** Show a word and its neighbours; who clicked a point keeps the view, who came by its name is led there. */
function choose(row, { remembered = true, led = true } = {}) {
  // Who walks by keys stands on a button that is about to go, with its table or its tab.
  const walking = document.activeElement?.matches("#panel table button:focus-visible");
  openTab("neighbors");
  Object.assign(state, { chosen: row, given: [], arrows: [], hover: -1, answers: space.matrix ? neighborsOf(row) : [] });
  element("card").hidden = false;
  element("neighbors-hint").hidden = true;
  element("chosen").replaceChildren(wordElement("span", row));
  const facts = [["rank", grouped(frequent.indexOf(row) + 1)]];
  if (counts) facts.unshift(["count", grouped(counts[row])]);
  if (space.lengths) facts.push(["norm", space.lengths[row].toFixed(3)]);
  facts.push(["hubness", `${grouped(hubs[row])}`]);
  if (clusters) facts.push(["cluster", about.clusters[clusters[row]]]);
  if (groups && about.groups[groups[row]] !== undefined) facts.push(["group", about.groups[groups[row]]]);
  element("facts").replaceChildren(...facts.flatMap(([name, value]) => {
    const pair = document.createElement("div");
    pair.append(cell("dt", name), cell("dd", value));
    return pair;
  }));
  if (space.matrix) {
    fillTable(element("nearest"), `Nearest to ${called(row)}`, state.answers);
    if (walking) element("nearest").querySelector("button")?.focus();
    say(`${called(row)}: ${state.answers.map((answer) => called(answer.row)).join(", ")}`);
  }
  if (remembered) remember(keys[row]);
  if (led) showAround(row, state.answers.map((answer) => answer.row));
  redraw();
}

/** Put a word into the address. */
function remember(word) {
  try {
    const hash = `#${encodeURIComponent(word)}`;
    if ((location.hash || "#") !== hash) history.pushState(null, "", hash);
  } catch {
    // Half a surrogate pair has no place in an address, and a page inside another may have no history of its own.
  }
}

/** No word, no question: the map as it was opened. */
function clear() {
  Object.assign(state, { chosen: -1, given: [], answers: [], arrows: [], hover: -1 });
  element("card").hidden = true;
  element("neighbors-hint").hidden = false;
  element("answers").hidden = true;
  element("search").value = "";
  select([]);
  remember("");
  say("Cleared");
}

/** The rows of words in fields, or undefined, and the first unknown one is named. */
function rowsOfFields(names, hint) {
  const fields = names.map(element);
  const rows = fields.map((field) => rowOf(field.value));
  fields.forEach((field, at) => field.setAttribute("aria-invalid", String(rows[at] === undefined)));
  const missing = rows.indexOf(undefined);
  if (missing < 0 && space.matrix) return rows;
  const word = fields[Math.max(missing, 0)].value;
  hint.textContent = missing < 0 ? "The vectors are still being read." : word ? `${word} is not among these words.` : "A word is missing.";
  say(hint.textContent);
  fields[Math.max(missing, 0)].focus();
  return undefined;
}

function answerAnalogy() {
  const hint = element("analogy-hint");
  const rows = rowsOfFields(["a", "b", "c"], hint);
  if (!rows) return;
  const [a, b, c] = rows;
  const answers = analogyOf(a, b, c);
  hint.textContent = "Nearest to B − A + C by cosine, without the three.";
  const arrows = answers.length ? [[a, b], [c, answers[0].row]] : [];
  Object.assign(state, { chosen: -1, given: rows, answers, arrows, hover: -1 });
  fillTable(element("answers"), `${called(a)} is to ${called(b)} as ${called(c)} is to`, answers);
  say(answers.map(({ row }) => called(row)).join(", "));
  bringAll([...rows, ...answers.slice(0, 1).map(({ row }) => row)]);
  redraw();
}

/** Show all of some rows at once. */
function bringAll(rows) {
  const [xs, ys] = [0, 1].map((axis) => bounds(rows.map((row) => places[2 * row + axis])));
  const zoom = 0.6 * Math.min(view.width / (xs[1] - xs[0] || 1e-3), view.height / (ys[1] - ys[0] || 1e-3));
  glideTo({ x: (xs[0] + xs[1]) / 2, y: (ys[0] + ys[1]) / 2, zoom: Math.min(Math.max(zoom, view.least), view.least * 40) });
}

function layAxis() {
  const hint = element("axis-hint");
  const second = element("low").value || element("high").value;
  const rows = rowsOfFields(second ? ["from", "to", "low", "high"] : ["from", "to"], hint);
  if (!rows) return;
  const [from, to, low = -1, high = -1] = rows;
  if (from === to || (second && low === high)) {
    hint.textContent = "An axis needs two different words.";
    return;
  }
  Object.assign(state, { chosen: -1, given: rows, answers: [], arrows: [], hover: -1 });
  axes = axesOf(from, to, low, high);
  moveTo(axes.places);
  const { values } = axes.across;
  fillTable(element("end-to"), `Towards ${called(to)}`, best(values, 8, [to]));
  const other = best(values.map((value) => -value), 8, [from]);
  fillTable(element("end-from"), `Towards ${called(from)}`, other.map(({ row, score }) => ({ row, score: -score })));
  element("ends").hidden = false;
  element("axis-end").disabled = false;
  hint.textContent = "Across: the cosine of each word with the direction from one word to the other.";
  say(`Words from ${called(from)} to ${called(to)}`);
}

function leaveAxis() {
  if (!axes) return;
  axes = null;
  state.given = [];
  element("axis-end").disabled = true;
  element("ends").hidden = true;
  moveTo(points);
}

const SHOWN = 100; // rows of the table of a selection at first
/** Select rows, by falling frequency; none ends the selection. */
function select(rows, title = "") {
  selected = rows;
  isSelected = rows.length ? new Uint8Array(about.rows) : null;
  for (const row of rows) isSelected[row] = 1;
  colourPoints();
  element("chosen-rows").hidden = !rows.length;
  element("selection-hint").hidden = rows.length > 0;
  if (!rows.length) return;
  openTab("selection");
  element("selected-count").textContent = `${grouped(rows.length)} of ${grouped(about.rows)} words${title && `: ${title}`}`;
  showSelected(SHOWN);
  say(element("selected-count").textContent);
}

function showSelected(most) {
  fillTable(element("selected"), `Selected, the most frequent first`, selected.slice(0, most).map((row) => ({ row, score: 0 })), "");
  element("more").hidden = selected.length <= most;
  element("more").onclick = () => showSelected(most * 10);
}
