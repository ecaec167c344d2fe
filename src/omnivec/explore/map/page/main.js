/* Putting it together: tabs, buttons, the theme, and what happens when the page and the vectors have arrived. */

const TABS = ["neighbors", "analogy", "axis", "selection"];

function openTab(name) {
  for (const one of TABS) {
    element(one).hidden = one !== name;
    element(`tab-${one}`).setAttribute("aria-selected", String(one === name));
    element(`tab-${one}`).tabIndex = one === name ? 0 : -1;
  }
}

function wear(theme) {
  state.theme = theme;
  document.documentElement.dataset.theme = theme;
  element("theme").textContent = theme === "dark" ? "Light" : "Dark";
  colourPoints();
}

function goToHash() {
  let text = location.hash.slice(1);
  try {
    text = decodeURIComponent(text);
  } catch {
    // A percent sign that is no escape stands for itself.
  }
  const row = rowOf(text);
  if (text && row !== undefined) choose(row, { remembered: false });
  else if (!text && state.chosen >= 0) clear(); // back before the first word
}

/** All that works without the vectors. */
function begin() {
  const { rows, total, dim, dtype, projection } = about;
  const part = total > rows ? `first ${grouped(rows)} of ${grouped(total)}` : grouped(rows);
  element("size").textContent = `${part} ${total === 1 ? "word" : "words"} × ${dim}, ${dtype}${about.made_by ? `, ${about.made_by}` : ""}`;
  const kept = projection.kept === null ? "" : ` · ${Math.round(100 * projection.kept)} % of the ${projection.topn} nearest kept`;
  element("corner").textContent = projection.title + kept;
  element("about-projection").textContent = `The picture is a projection (${projection.title}) from ${dim} dimensions`
    + (projection.kept === null ? "." : `; on average ${(100 * projection.kept).toFixed(1)} % of a word's ${projection.topn} nearest are among its nearest here.`)
    + " Neighbours, analogies and axes are computed from the vectors. omnivec " + about.version;
  element("corner").title = element("about-projection").textContent;
  if (!painter) {
    element("without").hidden = false;
    for (const id of ["tools", "legend", "labels"]) element(id).hidden = true;
  }
  const heading = document.querySelector("h1");
  if (HANGUL.test(heading.textContent)) heading.lang = "ko";
  painter?.places(points, points);
  fillGrid();
  TABS.forEach((name, place) => {
    const tab = element(`tab-${name}`);
    tab.addEventListener("click", () => openTab(name));
    tab.addEventListener("keydown", ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = TABS[(place + step + TABS.length) % TABS.length];
      openTab(next);
      element(`tab-${next}`).focus();
    });
  });
  openTab("neighbors");
  combobox(element("search"), (row) => choose(row));
  const following = { a: "b", b: "c", from: "to", low: "high" };
  for (const name of ["a", "b", "c", "from", "to", "low", "high"]) {
    combobox(element(name), () => {
      if (following[name]) element(following[name]).focus();
      else element(name).form.requestSubmit();
    });
  }
  for (const table of document.querySelectorAll("#panel table")) table.addEventListener("keydown", walk);
  const submit = (id, answer) => element(id).addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
  submit("analogy-form", answerAnalogy);
  submit("axis-form", layAxis);
  const press = { "axis-end": leaveAxis, in: () => zoomBy(1.5), out: () => zoomBy(1 / 1.5), fit: () => fit(),
    theme: KEYS.d, "help-open": KEYS["?"], clear: () => select([]),
    lasso: () => lassoOn(element("lasso").getAttribute("aria-pressed") !== "true"),
    "save-tsv": () => saveFile("words.tsv", "text/tab-separated-values", asTsv(selected)),
    "save-json": () => saveFile("words.json", "application/json", asJson(selected)) };
  for (const [id, act] of Object.entries(press)) element(id).addEventListener("click", act);
  element("copy").addEventListener("click", async () => {
    const copied = await copy(selected.map((row) => keys[row]).join("\n"));
    element("copy").textContent = copied ? "Copied" : "Not allowed here";
    say(copied ? "Copied" : "This browser lets no page copy; save the words instead");
    setTimeout(() => { element("copy").textContent = "Copy words"; }, 2500);
  });
  element("colour").addEventListener("change", (event) => {
    state.coloring = event.target.value;
    colourPoints();
  });
  wear(state.theme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => wear(event.matches ? "dark" : "light"));
  element("legend").open = !matchMedia("(max-width: 760px)").matches; // where it would hide a third of the picture
  resize(); // the observer's first call comes with a frame, and a word of the address may be shown before
  new ResizeObserver(resize).observe(element("stage"));
  addEventListener("popstate", goToHash);
  // `autofocus` waits for a frame to be drawn, and what is typed before is lost. A page inside another leaves its keys alone.
  if (window === window.parent) element("search").focus();
  element("loading").textContent = "Reading vectors …";
}

/** Neighbours, analogies, axes, norms. */
function arrive() {
  openSpace(matrix());
  neighborsOf(0); // so that the browser has compiled it before the first click
  element("loading").textContent = "";
  document.documentElement.dataset.ready = "";
  colourPoints();
  if (state.chosen >= 0) choose(state.chosen, { remembered: false, led: false });
  else goToHash();
}

begin();
document.addEventListener("DOMContentLoaded", () => setTimeout(arrive));
