/* Completion: what begins like the text, as it is written, in another case, by letters of Hangul, by initials. */

const INITIALS = [..."ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"];
const VOWELS = "ㅏ ㅐ ㅑ ㅒ ㅓ ㅔ ㅕ ㅖ ㅗ ㅗㅏ ㅗㅐ ㅗㅣ ㅛ ㅜ ㅜㅓ ㅜㅔ ㅜㅣ ㅠ ㅡ ㅡㅣ ㅣ".split(" ");
const FINALS = " ㄱ ㄲ ㄱㅅ ㄴ ㄴㅈ ㄴㅎ ㄷ ㄹ ㄹㄱ ㄹㅁ ㄹㅂ ㄹㅅ ㄹㅌ ㄹㅍ ㄹㅎ ㅁ ㅂ ㅂㅅ ㅅ ㅆ ㅇ ㅈ ㅊ ㅋ ㅌ ㅍ ㅎ".split(" ");
const PAIRS = { ㅘ: "ㅗㅏ", ㅙ: "ㅗㅐ", ㅚ: "ㅗㅣ", ㅝ: "ㅜㅓ", ㅞ: "ㅜㅔ", ㅟ: "ㅜㅣ", ㅢ: "ㅡㅣ", ㄳ: "ㄱㅅ", ㄵ: "ㄴㅈ", ㄶ: "ㄴㅎ",
  ㄺ: "ㄹㄱ", ㄻ: "ㄹㅁ", ㄼ: "ㄹㅂ", ㄽ: "ㄹㅅ", ㄾ: "ㄹㅌ", ㄿ: "ㄹㅍ", ㅀ: "ㄹㅎ", ㅄ: "ㅂㅅ" };
const HANGUL = /[ㄱ-ㅣ가-힣]/;

/** Hangul as the letters that are typed: 서울 → ㅅㅓㅇㅜㄹ, 과 → ㄱㅗㅏ. */
function letters(text) {
  let found = "";
  for (const sign of text) {
    const code = sign.charCodeAt(0) - 0xac00;
    if (code < 0 || code >= 11172) found += PAIRS[sign] ?? sign;
    else found += INITIALS[Math.floor(code / 588)] + VOWELS[Math.floor((code % 588) / 28)] + FINALS[code % 28];
  }
  return found;
}

/** The first letter of each syllable: 서울 → ㅅㅇ. */
function initials(text) {
  let found = "";
  for (const sign of text) {
    const code = sign.charCodeAt(0) - 0xac00;
    found += code >= 0 && code < 11172 ? INITIALS[Math.floor(code / 588)] : sign;
  }
  return found;
}

/* Each is made when it is first asked for. */
const made = {};
function spelled(name, spell) {
  made[name] ??= keys.map(spell);
  return made[name];
}

const rowOfKey = new Map();
/** The row of a key, tried again in NFC; undefined when there is none. */
function rowOf(text) {
  if (!rowOfKey.size) keys.forEach((key, row) => rowOfKey.set(key, row));
  return rowOfKey.get(text) ?? rowOfKey.get(text.normalize("NFC"));
}

/** Up to `limit` rows of keys that begin with a text, the most frequent first; the key itself before all. */
function complete(typed, limit = 12) {
  const found = new Set();
  const text = typed.normalize("NFC");
  const composed = spelled("composed", (key) => key.normalize("NFC"));
  if (!text) return [];
  const exact = rowOf(typed);
  if (exact !== undefined) found.add(exact);
  const add = (spelling, start) => {
    for (let at = 0; at < frequent.length && found.size < limit; at++) {
      if (spelling[frequent[at]].startsWith(start)) found.add(frequent[at]);
    }
  };
  add(composed, text);
  if (found.size < limit) add(spelled("folded", (_, row) => composed[row].toLowerCase()), text.toLowerCase());
  if (found.size < limit && HANGUL.test(text)) {
    const hangul = (spell, other) => (_, row) => (HANGUL.test(composed[row]) ? spell(composed[row]) : other(composed[row]));
    add(spelled("letters", hangul(letters, (key) => key)), letters(text));
    if (/^[ㄱ-ㅎ]+$/.test(text)) add(spelled("initials", hangul(initials, () => "")), text);
  }
  return [...found];
}
