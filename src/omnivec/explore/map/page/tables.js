/* Tables of words: what a screen reader reads, and what the arrow keys walk. */

function cell(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** A word in text: one that would not be seen is named. */
const called = (row) => (keys[row].trim() === "" ? `(${keys[row] ? "blank" : "empty"})` : keys[row]);

/** A word as an element, in its own language where its script tells, so that it is spoken and broken rightly. */
function wordElement(tag, row) {
  const made = cell(tag, called(row));
  if (HANGUL.test(keys[row])) made.lang = "ko";
  made.dir = "auto";
  return made;
}

const COLUMNS = [
  ["count", "Times the word occurs in the text", (row) => (counts ? grouped(counts[row]) : null)],
  ["norm", "Length of the vector", (row) => (space.lengths ? space.lengths[row].toFixed(2) : null)],
  ["hub", "Lists of ten nearest that hold the word; ten is the mean", (row) => grouped(hubs[row])],
];

/** Fill a table with rows [{row, score}]; a click or Enter on a word chooses it. */
function fillTable(table, title, found, scored = "cosine") {
  const columns = COLUMNS.filter(([, , value]) => found.length && value(found[0].row) !== null);
  const head = document.createElement("tr");
  head.append(heading("word", ""));
  if (scored) head.append(heading(scored, ""));
  for (const [name, help] of columns) head.append(heading(name, help));
  const most = found.reduce((top, { score }) => Math.max(top, Math.abs(score)), 1e-9); // too many for arguments
  const lines = found.map(({ row, score }) => {
    const line = document.createElement("tr");
    const word = document.createElement("th");
    word.scope = "row";
    const button = wordElement("button", row);
    button.addEventListener("click", () => choose(row));
    button.addEventListener("focus", () => hover(row));
    button.addEventListener("blur", () => hover(-1));
    word.append(button);
    line.append(word);
    if (scored) {
      const number = cell("td", signed(score.toFixed(3)));
      number.style.setProperty("--share", `${(100 * Math.abs(score)) / most}%`);
      number.className = "score";
      line.append(number);
    }
    for (const [, , value] of columns) line.append(cell("td", value(row)));
    line.addEventListener("pointerenter", () => hover(row));
    line.addEventListener("pointerleave", () => hover(-1));
    return line;
  });
  const caption = cell("caption", title);
  const [thead, tbody] = ["thead", "tbody"].map((tag) => document.createElement(tag));
  thead.append(head);
  tbody.append(...lines);
  table.replaceChildren(caption, thead, tbody);
  table.hidden = false;
}

function heading(name, help) {
  const made = cell("th", name);
  made.scope = "col";
  if (help) made.title = help;
  return made;
}

/** Arrow keys go from word to word in any table; above the first is the search. */
function walk(event) {
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  const buttons = [...event.currentTarget.querySelectorAll("tbody button")];
  const at = buttons.indexOf(document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (next < 0) element("search").focus();
  else buttons[Math.min(next, buttons.length - 1)].focus();
}
