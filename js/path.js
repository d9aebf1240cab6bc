// The steps from the root to an element, in the form that wasm/xpath reads:
//   root ( ">" root )*    root = [ "#" id "\x1d" ] [ step ( "/" step )* ]    step = [ "~" ] name [ "@" index ]

import { hostOf } from "./nodes.js";
import { showsIDs } from "./rules.js";

const HTML = "http://www.w3.org/1999/xhtml";

/**
 * An id that may be data, which the recorder then leaves out: only then, or without an id, are the steps needed.
 * Kept wider than masking.LooksLikeData.
 */
const DOUBTFUL = /\d{4}|[@%\x1c-\x1f"']|.{16}/s;

/** @param {Element} el */
export function steps(el) {
  const roots = [];
  for (let at = /** @type {Element | null} */ (el); at; ) {
    const root = at.getRootNode();
    const id = uniqueID(at, root);
    roots.unshift((id && "#" + id + "\x1d") + (id && showsIDs() && !DOUBTFUL.test(id) ? "" : within(at)));
    at = hostOf(root);
  }
  return roots.join(">");
}

/** @param {Element} el */
function within(el) {
  let out = "";
  for (let at = /** @type {Element | null} */ (el); at; at = at.parentElement) {
    out = step(at) + (out && "/" + out);
  }
  return out;
}

/** @param {Element} el */
function step(el) {
  const name = el.namespaceURI !== HTML ? "~" + el.nodeName : el.localName.includes(":") ? "~" + el.localName : el.localName;
  let index = 1;
  for (let s = el.previousElementSibling; s; s = s.previousElementSibling) {
    if (s.nodeName === el.nodeName && s.namespaceURI === el.namespaceURI) index++;
  }
  return index > 1 ? name + "@" + index : name;
}

/** @param {Element} el @param {Node} root */
function uniqueID(el, root) {
  const id = el.getAttribute("id"); // a form's own property could be one of its fields
  if (!id || /[\x1c-\x1f]| >> /.test(id) || !("querySelectorAll" in root)) return "";
  return /** @type {ParentNode} */ (root).querySelectorAll("#" + CSS.escape(id)).length === 1 ? id : "";
}
