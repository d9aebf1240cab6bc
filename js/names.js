// What an element is called: its accessible name, narrowly, made without form values and without what is hidden.

import { BUTTONS } from "./facts.js";
import { closestOf, isElement } from "./nodes.js";
import { hasRuled, hides, hidesWithin } from "./rules.js";

/** A name longer than this is no name but a text of the page. */
const MAX_NAME = 200;

/** What has no part in a name: what is not shown, and form values. */
const SILENT = "script,style,noscript,template,option,datalist,input,select,textarea,output,[contenteditable],[hidden],[aria-hidden=true i]";

/** @param {string} text */
const tidy = (text) => (text ? text.replace(/\s+/g, " ").trim().slice(0, MAX_NAME) : "");

/** @param {Element} el @returns {string} */
export function textOf(el) {
  if (hides(el)) return "";
  if (el.localName !== "slot" && (!el.firstElementChild || (!hasRuled(el) && !el.querySelector(SILENT + ",img,svg,slot")))) return tidy(el.textContent || "");
  let out = "";
  for (const node of el.localName === "slot" ? contentOf(/** @type {HTMLSlotElement} */ (el)) : el.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) out += node.nodeValue;
    else if (!isElement(node)) continue;
    else if (node.localName === "img") out += hides(node) ? "" : " " + /** @type {HTMLImageElement} */ (node).alt + " ";
    else if (!node.matches(SILENT)) out += " " + ((!hides(node) && node.getAttribute("aria-label")) || textOf(node)) + " ";
  }
  return tidy(out);
}

/** What is shown in a slot: what the host was given for it, else its own content. @param {HTMLSlotElement} slot */
function contentOf(slot) {
  const assigned = slot.assignedNodes();
  return assigned.length ? assigned : slot.childNodes;
}

/** The text of the elements that aria-labelledby names. @param {Element} el */
function labelledBy(el) {
  const ids = el.getAttribute("aria-labelledby");
  const root = /** @type {Document} */ (el.getRootNode());
  return ids && root.getElementById ? texts(ids.split(/\s+/).map((id) => root.getElementById(id))) : "";
}

/** The texts of elements that stand elsewhere, where other rules may hold. @param {Iterable<Element | null>} elements */
const texts = (elements) => tidy(Array.from(elements, (e) => (e && !closestOf(e, SILENT) && !hidesWithin(e) ? textOf(e) : "")).join(" "));

/** The accessible name. @param {Element} el */
export function nameOf(el) {
  return (
    labelledBy(el) ||
    tidy(el.getAttribute("aria-label") || "") ||
    ownName(el) ||
    texts(/** @type {HTMLInputElement} */ (el).labels || []) || // last, for the browser has to look for them
    tidy(el.getAttribute("alt") || el.getAttribute("title") || "")
  );
}

/** The name that an element's own content gives: never a form value. @param {Element} el */
function ownName(el) {
  if (el.localName === "input") return buttonValue(/** @type {HTMLInputElement} */ (el));
  if (el.localName === "option") return tidy(el.textContent || "");
  return el.matches(SILENT) ? "" : textOf(el);
}

/** The value of a button is its name. @param {HTMLInputElement} el */
function buttonValue(el) {
  if (!BUTTONS.has(el.type)) return "";
  return tidy(el.value || el.alt || el.type);
}
