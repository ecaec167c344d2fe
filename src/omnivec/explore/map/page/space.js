/* Neighbours and analogies in the original space, as the library answers them: every row is looked at. */

const space = { matrix: null, lengths: null };

/** Take the vectors over; lengths of rows, 1 for a row of zeros, so that its cosine is 0. */
function openSpace(vectors) {
  const { rows, dim } = about;
  const lengths = new Float32Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let total = 0;
    for (let end = at + dim; at < end; at++) total += vectors[at] * vectors[at];
    lengths[row] = Math.sqrt(total) || 1;
  }
  space.matrix = vectors;
  space.lengths = lengths;
}

/** A row, of length one when asked. */
function vectorOf(row, unit) {
  const found = space.matrix.slice(row * about.dim, (row + 1) * about.dim);
  if (unit) for (let at = 0; at < found.length; at++) found[at] /= space.lengths[row];
  return found;
}

/** A vector of length one; zeros stay zeros. */
function direction(vector) {
  let total = 0;
  for (const value of vector) total += value * value;
  const length = Math.sqrt(total) || 1;
  return Float32Array.from(vector, (value) => value / length);
}

/** The cosine of every row with a direction, (rows,) float64. */
function cosines(query) {
  const { matrix, lengths } = space;
  const { rows, dim } = about;
  const found = new Float64Array(rows);
  const whole = dim - (dim % 4);
  for (let row = 0, start = 0; row < rows; row++, start += dim) {
    let a = 0, b = 0, c = 0, d = 0;
    let at = 0;
    for (; at < whole; at += 4) {
      a += query[at] * matrix[start + at];
      b += query[at + 1] * matrix[start + at + 1];
      c += query[at + 2] * matrix[start + at + 2];
      d += query[at + 3] * matrix[start + at + 3];
    }
    for (; at < dim; at++) a += query[at] * matrix[start + at];
    found[row] = (a + b + c + d) / lengths[row];
  }
  return found;
}

/** The rows of the largest scores, equal ones by row: [{row, score}], without the excluded. */
function best(scores, topn, excluded) {
  const found = [];
  let bound = -Infinity;
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row];
    if (!(score > bound) || excluded.includes(row)) continue;
    let place = found.length;
    while (place > 0 && found[place - 1].score < score) place--;
    found.splice(place, 0, { row, score });
    if (found.length > topn) found.pop();
    if (found.length === topn) bound = found[topn - 1].score;
  }
  return found;
}

const neighborsOf = (row, topn = 10) => best(cosines(direction(vectorOf(row, false))), topn, [row]);

/** The nearest to b - a + c, of rows of length one, without the three. */
function analogyOf(a, b, c, topn = 10) {
  const [one, two, three] = [a, b, c].map((row) => vectorOf(row, true));
  const sum = two.map((value, at) => Math.fround(value - one[at]) + three[at]);
  return best(cosines(direction(sum)), topn, [a, b, c]);
}

/** The cosine of every row with the direction from one row to another. */
function alongAxis(from, to) {
  const start = vectorOf(from, true);
  return cosines(direction(vectorOf(to, true).map((value, at) => value - start[at])));
}
