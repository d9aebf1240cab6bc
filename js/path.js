// The steps from the root to an element, in the form that wasm/xpath reads:
//   root ( ">" root )*    root = [ "#" id "\x1d" ] [ step ( "/" step )* ]    step = [ "~" ] name [ "@" index ]

import { attributeOf, hostOf, localNameOf, namespaceOf, nodeNameOf, parentOf, previousOf, rootOf } from "./nodes.js";
import { trustsIDs } from "./rules.js";

const HTML = "http://www.w3.org/1999/xhtml";

/**
 * An id that may be data, which the recorder then leaves out: only then, or without an id, are the steps needed.
 * Kept wider than masking.LooksLikeData; of numbers, than what the recorder withholds.
 */
const DOUBTFUL = /(\d\D*){4}|[@%\x1c-\x1f"']|[^\0-\x7f]|.{16}/s;

/** Words of values that are hidden: an id that has one may repeat the value. @type {Set<string>} */
const hiddenWords = new Set();

/** The values that masking/hidden.go remembers have some words each. */
const MAX_WORDS = 2000;

/** Values that are hidden since their words were needed last: most are hidden at a moment that has other things to do. @type {string[]} */
const hidden = [];

/** @param {string} text */
const wordsOf = (text) => text.toLowerCase().match(/[a-z0-9]+/g) || [];

/** A value is hidden from now on. @param {string} value */
export function hide(value) {
  hidden.push(value.slice(0, 512));
  if (hidden.length > MAX_WORDS) takeWords();
}

function takeWords() {
  for (const value of hidden.splice(0)) for (const word of wordsOf(value.normalize("NFKD"))) hiddenWords.add(word);
  for (const word of hiddenWords) {
    if (hiddenWords.size <= MAX_WORDS) break;
    hiddenWords.delete(word); // the oldest
  }
}

/** @param {string} id */
function isDoubtful(id) {
  takeWords();
  return DOUBTFUL.test(id) || (hiddenWords.size > 0 && wordsOf(id).some((word) => hiddenWords.has(word)));
}

/** @param {Element} el */
export function steps(el) {
  const roots = [];
  for (let at = /** @type {Element | null} */ (el); at; ) {
    const root = rootOf(at);
    const id = uniqueID(at, root);
    roots.unshift((id && "#" + id + "\x1d") + (id && trustsIDs() && !isDoubtful(id) ? "" : within(at)));
    at = hostOf(root);
  }
  return roots.join(">");
}

/** @param {Element} el */
function within(el) {
  let out = "";
  for (let at = /** @type {Element | null} */ (el); at; at = parentOf(at)) {
    out = step(at) + (out && "/" + out);
  }
  return out;
}

/** @param {Element} el */
function step(el) {
  const nodeName = nodeNameOf(el);
  const localName = localNameOf(el);
  const namespace = namespaceOf(el);
  const name = namespace !== HTML ? "~" + nodeName : localName.includes(":") ? "~" + localName : localName;
  let index = 1;
  for (let s = previousOf(el); s; s = previousOf(s)) {
    if (nodeNameOf(s) === nodeName && namespaceOf(s) === namespace) index++;
  }
  return index > 1 ? name + "@" + index : name;
}

const PLAIN = /^[a-z][\w-]*$/i;

/** @param {Element} el @param {Node} root */
function uniqueID(el, root) {
  const id = attributeOf(el, "id"); // a form's own property could be one of its fields
  if (!id) return "";
  const isPlain = PLAIN.test(id); // most need no escaping, and asking for it takes time
  if ((!isPlain && /[\x1c-\x1f]| >> /.test(id)) || (root !== document && !("querySelectorAll" in root))) return "";
  return /** @type {ParentNode} */ (root).querySelectorAll("#" + (isPlain ? id : CSS.escape(id))).length === 1 ? id : "";
}
