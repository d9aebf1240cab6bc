// What an element is called: its accessible name, narrowly, made without form values and without what is hidden.

import { hasRuled, hides } from "./rules.js";

/** A name longer than this is no name but a text of the page. */
const MAX_NAME = 200;

const SILENT = "script,style,noscript,template,option,datalist,input,select,textarea,[contenteditable]";

/** @param {string} text */
const tidy = (text) => text.replace(/\s+/g, " ").trim().slice(0, MAX_NAME);

/** @param {Element} el @returns {string} */
export function textOf(el) {
  if (hides(el)) return "";
  if (!el.firstElementChild || (!hasRuled(el) && !el.querySelector(SILENT + ",img,svg"))) return tidy(el.textContent || "");
  let out = "";
  for (const node of el.childNodes) {
    if (node instanceof Text) out += node.data;
    else if (node instanceof HTMLImageElement) out += hides(node) ? "" : " " + node.alt + " ";
    else if (node instanceof Element && !node.matches(SILENT)) out += " " + textOf(node) + " ";
  }
  return tidy(out);
}

/** The elements that an attribute names by their ids. @param {Element} el */
function labelledBy(el) {
  const root = /** @type {Document} */ (el.getRootNode());
  const ids = (el.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean);
  return root.getElementById ? ids.map((id) => root.getElementById(id)) : [];
}

/** @param {(Element | null)[]} elements */
const texts = (elements) => tidy(elements.map((e) => (e ? textOf(e) : "")).join(" "));

/** The accessible name. @param {Element} el */
export function nameOf(el) {
  return (
    texts(labelledBy(el)) ||
    tidy(el.getAttribute("aria-label") || "") ||
    texts(Array.from(/** @type {HTMLInputElement} */ (el).labels || [])) ||
    buttonValue(el) ||
    (el.matches("option") ? tidy(el.textContent || "") : el.matches(SILENT) ? "" : textOf(el)) ||
    tidy(el.getAttribute("alt") || el.getAttribute("title") || "")
  );
}

/** The value of a button is its name. @param {Element} el */
function buttonValue(el) {
  if (!(el instanceof HTMLInputElement) || !/^(submit|button|reset|image)$/.test(el.type)) return "";
  return tidy(el.value || el.alt || el.type);
}
