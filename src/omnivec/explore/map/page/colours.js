/* Colours that can be told apart by everyone, and from the ground: 3 to 1 at least, in light and dark. */

const OKABE_ITO = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#7f7f7f"];
const VIRIDIS = ["#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const SHAPES = ["circle", "square", "diamond", "triangle"];
const GROUND = { light: "#fbfbfc", dark: "#121317" };

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Relative luminance, as WCAG 2 has it. */
function luminance(rgb) {
  const [r, g, b] = rgb.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** A colour, darker or lighter until it stands out from the ground. */
function readable(colour, theme) {
  const ground = channels(GROUND[theme]);
  const towards = theme === "light" ? 0 : 255;
  let rgb = channels(colour);
  while (contrast(rgb, ground) < 3) rgb = rgb.map((value) => value + (towards - value) * 0.04);
  return rgb.map(Math.round);
}

const between = (one, other, share) => one.map((value, at) => Math.round(value + (other[at] - value) * share));

/** Viridis at a share from 0 to 1: the part of it that stands out from the ground, frequent words brightest in the dark. */
function sequence(theme) {
  const ground = channels(GROUND[theme]);
  const stops = VIRIDIS.map(channels);
  const fine = Array.from({ length: 181 }, (_, at) => {
    const place = at / 20;
    const low = Math.min(Math.floor(place), 8);
    return between(stops[low], stops[low + 1], place - low);
  }).filter((rgb) => contrast(rgb, ground) >= 3);
  if (theme === "light") fine.reverse();
  return (share) => fine[Math.round(Math.min(Math.max(share, 0), 1) * (fine.length - 1))];
}

/** Colour and shape of a category: 8 colours, then the same with another shape. */
function category(number, theme) {
  return {
    rgb: readable(OKABE_ITO[number % 8], theme),
    shape: (number + Math.floor(number / 8)) % SHAPES.length,
  };
}

/** What points can be coloured by: {name, title, value(row)} for numbers, {name, title, of, names} for kinds. */
function colourings() {
  const found = [];
  const kinds = (name, title, of, names) => {
    const sizes = new Array(names.length).fill(0);
    for (const one of of) if (one < names.length) sizes[one]++;
    found.push({ name, title, of, names, sizes });
  };
  if (groups) kinds("group", "Group", groups, about.groups);
  if (clusters) kinds("cluster", "Cluster", clusters, about.clusters);
  if (counts) found.push({ name: "frequency", title: "Frequency", value: (row) => counts[row], log: true });
  else found.push({ name: "frequency", title: "Rank", value: (row) => row + 1, log: true, falling: true });
  if (space.lengths) found.push({ name: "norm", title: "Norm", value: (row) => space.lengths[row] });
  found.push({ name: "hubness", title: "Hubness", value: (row) => hubs[row], log: true });
  return found;
}

/** Lowest and highest value of a coloring, and a row's share between them. */
function scaleOf(coloring) {
  let low = Infinity, high = -Infinity;
  for (let row = 0; row < about.rows; row++) {
    const value = coloring.value(row);
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const bent = coloring.log ? (value) => Math.log1p(value) : (value) => value;
  const [from, to] = [bent(low), bent(high)];
  const share = (row) => {
    const part = to > from ? (bent(coloring.value(row)) - from) / (to - from) : 1;
    return coloring.falling ? 1 - part : part;
  };
  return { low, high, share };
}
