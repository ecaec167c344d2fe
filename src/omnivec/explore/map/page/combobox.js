/* A field that completes words: a listbox below it, arrows and Enter as in every such field. */

/** `chosen(row)` is called with a word taken from the list, or typed whole and entered. */
function combobox(field, chosen) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${field.id}-list`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Words");
  field.parentElement.append(list);
  const properties = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false" };
  for (const [name, value] of Object.entries(properties)) field.setAttribute(name, value);
  let rows = [], at = -1;

  function show() {
    rows = complete(field.value);
    at = -1;
    list.replaceChildren(...rows.map((row, place) => {
      const item = document.createElement("li");
      Object.assign(item, { id: `${list.id}-${place}` });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.append(wordElement("span", row));
      if (counts) item.append(cell("small", grouped(counts[row])));
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => take(row));
      return item;
    }));
    if (field.value && !rows.length) {
      const item = cell("li", "no such word here");
      item.className = "none";
      list.append(item);
    }
    open(list.children.length > 0);
    field.setAttribute("aria-activedescendant", "");
  }
  function open(is) {
    list.hidden = !is;
    field.setAttribute("aria-expanded", String(is));
  }
  function mark(place) {
    at = (place + rows.length) % rows.length;
    [...list.children].forEach((item, other) => item.setAttribute("aria-selected", String(other === at)));
    field.setAttribute("aria-activedescendant", list.children[at].id);
    list.children[at].scrollIntoView({ block: "nearest" });
  }
  function take(row) {
    field.value = keys[row];
    open(false);
    chosen(row);
  }
  field.addEventListener("input", show);
  field.addEventListener("blur", () => open(false));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // Enter ends a Hangul syllable first
    const { key } = event;
    if ((key === "ArrowDown" || key === "ArrowUp") && !list.hidden && rows.length) mark(at + (key === "ArrowDown" ? 1 : at < 0 ? 0 : -1));
    else if (key === "ArrowDown" && field.id === "search") element("nearest").querySelector("button")?.focus();
    else if (key === "Enter") {
      const row = at >= 0 ? rows[at] : rowOf(field.value) ?? (list.hidden ? undefined : rows[0]);
      if (row !== undefined && row >= 0) take(row);
      else if (field.value) say(`${field.value} is not among these words`);
      else return;
    } else if (key === "Escape" && !list.hidden) {
      open(false);
      event.stopPropagation();
    } else return;
    event.preventDefault();
  });
}
