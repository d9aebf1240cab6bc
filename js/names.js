// What an element is called: its accessible name, narrowly, made without form values and without what is hidden.

import { BUTTONS, isCustomField } from "./facts.js";
import { isElement, matchesOf, shadowOf } from "./nodes.js";
import { chain, hasRuled, hides } from "./rules.js";

/** A name longer than this is no name but a text of the page. */
const MAX_NAME = 200;

/** Roles whose name or state is what a form value would tell. */
const VALUE_ROLES = "option radio checkbox switch menuitemradio menuitemcheckbox slider spinbutton textbox searchbox combobox listbox".split(" ");

/** Such a role, first or in reserve: a page may give several, and write them in any case. */
export const VALUE_ROLE = new RegExp(`(^|\\s)(${VALUE_ROLES.join("|")})(\\s|$)`, "i");

/** What has no text that could name it: the text is a form value, or nothing to read. */
const MUTE = "script,style,noscript,template,option,datalist,input,select,textarea,output,[contenteditable]";

/** What lends no text to the names of others. */
const SILENT = [MUTE, ...VALUE_ROLES.map((role) => `[role~=${role} i]`)].join();

/** What is there and not shown, as far as it says so itself: the styles of a page the browser might have to compute. */
const UNSEEN = "[hidden],[aria-hidden=true i],[style*='display:none' i],[style*='display: none' i]";

/** What cannot be read with all the rest. */
const APART = [SILENT, UNSEEN, "img,svg,slot"].join();

/** @param {Element} el */
const isSilent = (el) => matchesOf(el, SILENT) || isCustomField(el);

/** @param {string} text */
const tidy = (text) => (text ? text.replace(/\s+/g, " ").trim().slice(0, MAX_NAME) : "");

/** @param {Element} el @param {(node: Node) => boolean} counts whether a node's text is told @returns {string} */
export function textOf(el, counts) {
  if (hides(el)) return "";
  if (isPlain(el)) return counts(el) ? tidy(el.textContent || "") : "";
  let out = "";
  for (const node of contentOf(el)) {
    if (node.nodeType === Node.TEXT_NODE) out += counts(node) ? node.nodeValue : "";
    else if (!isElement(node) || matchesOf(node, UNSEEN)) continue;
    else if (node.localName === "img") out += hides(node) || !counts(node) ? "" : " " + /** @type {HTMLImageElement} */ (node).alt + " ";
    else if (!isSilent(node)) out += " " + ((!hides(node) && counts(node) && node.getAttribute("aria-label")) || textOf(node, counts)) + " ";
  }
  return tidy(out);
}

/** The text that names an element. What the components within it show in their shadow roots does not: it may be what was chosen there. @param {Element} el */
function ownText(el) {
  /** @type {Set<Node> | undefined} */
  let trees;
  return textOf(el, (node) => node === el || (trees ||= treesOf(el)).has(node.getRootNode()));
}

/** The trees that an element lies in, and its own. @param {Element} el */
function treesOf(el) {
  const trees = new Set(Array.from(chain(el), (at) => at.getRootNode()));
  const shadow = shadowOf(el);
  return shadow ? trees.add(shadow) : trees;
}

/** Whether all text within the element is its own: the browser gathers it at once. @param {Element} el */
function isPlain(el) {
  if (el.localName === "slot" || shadowOf(el)) return false;
  if (!el.firstElementChild) return true;
  return !hasRuled(el) && !el.querySelector(APART) && !Array.from(el.querySelectorAll("*")).some((at) => shadowOf(at) || isCustomField(at));
}

/** What is shown in an element: its shadow root, and in a slot what the host was given for it, else its own content. @param {Element} el */
function contentOf(el) {
  const assigned = el.localName === "slot" ? /** @type {HTMLSlotElement} */ (el).assignedNodes() : [];
  return assigned.length ? assigned : (shadowOf(el) || el).childNodes;
}

/** The text of the elements that aria-labelledby names. @param {Element} el */
function labelledBy(el) {
  const ids = el.getAttribute("aria-labelledby");
  const root = /** @type {Document} */ (el.getRootNode());
  return ids && root.getElementById ? texts(el, ids.split(/\s+/).map((id) => root.getElementById(id))) : "";
}

/** What other elements say of one. @param {Element} el @param {Iterable<Element | null>} elements */
const texts = (el, elements) => tidy(Array.from(elements, (e) => (e && lends(e, el) ? ownText(e) : "")).join(" "));

/**
 * Whether an element's text may name another: not where it stands in something that a rule hides or in a form value,
 * unless the other stands in it too.
 * @param {Element} by @param {Element} el
 */
function lends(by, el) {
  const around = chain(el);
  for (const at of chain(by)) if (!around.has(at) && (hides(at) || isSilent(at))) return false;
  return true;
}

/** The accessible name. @param {Element} el */
export function nameOf(el) {
  return (
    labelledBy(el) ||
    tidy(el.getAttribute("aria-label") || "") ||
    ownName(el) ||
    texts(el, /** @type {HTMLInputElement} */ (el).labels || []) || // last, for the browser has to look for them
    tidy(el.getAttribute("alt") || el.getAttribute("title") || "")
  );
}

/** The name that an element's own content gives: never a form value. @param {Element} el */
function ownName(el) {
  if (el.localName === "input") return buttonValue(/** @type {HTMLInputElement} */ (el));
  if (el.localName === "option") return tidy(el.textContent || "");
  return el.matches(MUTE) ? "" : ownText(el);
}

/** The value of a button is its name. @param {HTMLInputElement} el */
function buttonValue(el) {
  if (!BUTTONS.has(el.type)) return "";
  return tidy(el.value || el.alt || el.type);
}
