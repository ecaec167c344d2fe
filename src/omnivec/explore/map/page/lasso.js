/* The words inside a loop, or of an entry of the legend, and how they leave the page. */

/** Rows that are selected, by falling frequency. */
let selected = [];

/** Whether rows lie within a loop of corners [[x, y], …]: a ray from a row crosses its edges an odd number of times. */
function within(corners) {
  const [xs, ys] = [0, 1].map((axis) => bounds(corners.map((corner) => corner[axis])));
  const found = [];
  for (const row of frequent) {
    const x = places[2 * row], y = places[2 * row + 1];
    if (x < xs[0] || x > xs[1] || y < ys[0] || y > ys[1]) continue;
    let inside = false;
    for (let at = 0, last = corners.length - 1; at < corners.length; last = at++) {
      const [ax, ay] = corners[at];
      const [bx, by] = corners[last];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    if (inside) found.push(row);
  }
  return found;
}

/** What is known of a row, for files. */
function factsOf(row) {
  const facts = { word: keys[row], row };
  if (counts) facts.count = counts[row];
  facts.hubness = hubs[row];
  if (clusters) facts.cluster = about.clusters[clusters[row]];
  if (groups) facts.group = about.groups[groups[row]] ?? null;
  facts.x = points[2 * row];
  facts.y = points[2 * row + 1];
  return facts;
}

const escaped = (value) =>
  String(value ?? "").replace(/[\\\t\n\r]/g, (sign) => ({ "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" })[sign]);

/** Columns between tabs, below their names; tabs and line ends of a word are written \t and \n. */
function asTsv(rows) {
  const facts = rows.map(factsOf);
  const lines = facts.map((one) => Object.values(one).map(escaped).join("\t"));
  return [Object.keys(factsOf(0)).join("\t"), ...lines].join("\n") + "\n";
}

const asJson = (rows) => JSON.stringify(rows.map(factsOf), null, 1) + "\n";

/** Whether a text could be put on the clipboard, which a page that came by plain HTTP may not use. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function saveFile(name, kind, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
