"use strict";
/* What the page carries: JSON as it is, arrays as base64 in pieces that a browser's strings can hold. */

const about = JSON.parse(document.getElementById("about").textContent);
const keys = JSON.parse(document.getElementById("keys").textContent);

/** The bytes of a block; its text is dropped, so that they are in memory once. */
function block(name) {
  const parts = [...document.querySelectorAll(`script[data-block="${name}"]`)].map((part) => {
    const text = part.textContent;
    part.remove();
    return bytesOf(text);
  });
  if (parts.length === 1) return parts[0].buffer;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
}

/** The rows as float32, whatever the model stores: exactly the numbers that the library computes with. */
function matrix() {
  const { dtype, rows, dim } = about;
  if (dtype === "float32") return new Float32Array(block("vectors"));
  const found = new Float32Array(rows * dim);
  if (dtype === "float16") {
    const table = halves();
    const stored = new Uint16Array(block("vectors"));
    for (let at = 0; at < found.length; at++) found[at] = table[stored[at]];
    return found;
  }
  const stored = new Int8Array(block("vectors"));
  const scales = new Float32Array(block("scales"));
  for (let row = 0, at = 0; row < rows; row++) {
    for (let end = at + dim; at < end; at++) found[at] = stored[at] * scales[row];
  }
  return found;
}

/** The 65,536 numbers that 16 bits stand for, IEEE 754. */
function halves() {
  const table = new Float32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction;
    table[bits] = bits & 32768 ? -size : size;
  }
  return table;
}

const points = new Float32Array(block("points"));
const counts = about.counts ? new Float64Array(block("counts")) : null;
const hubs = new Uint32Array(block("hubs"));
const clusters = about.clusters.length ? new Uint8Array(block("clusters")) : null;
const groups = about.groups.length ? new Uint16Array(block("groups")) : null;

/** Rows by falling frequency; rows without counts stand in that order as a rule. */
const frequent = Uint32Array.from(keys, (_, row) => row);
if (counts) frequent.sort((one, other) => counts[other] - counts[one] || one - other);

const THIN = "\u202f";
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, THIN);
const signed = (text) => text.replace("-", "−");
const element = (id) => document.getElementById(id);
