// What an element is called: its accessible name, narrowly, and every text by which it could be known as a secret.

import { hasRuled, hides } from "./rules.js";

/** A name longer than this is no name but a text of the page. */
const MAX_NAME = 200;

const CONTROLS = "input,select,textarea,[contenteditable]";
const SILENT = "script,style,noscript,template,option,datalist,input,select,textarea,[contenteditable]";

/** @param {string} text */
const tidy = (text) => text.replace(/\s+/g, " ").trim().slice(0, MAX_NAME);

/** The element's text without form values and without what a rule hides. @param {Element} el @returns {string} */
export function textOf(el) {
  if (hides(el)) return "";
  if (!el.firstElementChild) return tidy(el.textContent || "");
  if (!hasRuled(el) && !el.querySelector(SILENT + ",img,svg")) return tidy(el.textContent || "");
  let out = "";
  for (const node of el.childNodes) {
    if (node instanceof Text) out += node.data;
    else if (node instanceof HTMLImageElement) out += hides(node) ? "" : " " + node.alt + " ";
    else if (node instanceof Element && !node.matches(SILENT)) out += " " + textOf(node) + " ";
  }
  return tidy(out);
}

/** @param {Element} el @param {string} attribute a list of ids */
function referred(el, attribute) {
  const ids = el.getAttribute(attribute);
  if (!ids) return "";
  const root = /** @type {Document | ShadowRoot} */ (el.getRootNode());
  if (!root.getElementById) return "";
  const named = ids.split(/\s+/).map((id) => root.getElementById(id));
  return tidy(named.map((n) => (n ? textOf(n) : "")).join(" "));
}

/** @param {Element} el @returns {HTMLLabelElement[]} */
const labelsOf = (el) => Array.from(/** @type {HTMLInputElement} */ (el).labels || []);

/** The accessible name, without form values. @param {Element} el */
export function nameOf(el) {
  return (
    referred(el, "aria-labelledby") ||
    tidy(el.getAttribute("aria-label") || "") ||
    tidy(labelsOf(el).map(textOf).join(" ")) ||
    buttonValue(el) ||
    (el.matches(CONTROLS) ? "" : textOf(el)) ||
    tidy(el.getAttribute("alt") || el.getAttribute("title") || "")
  );
}

/** The value of a button is its name. @param {Element} el */
function buttonValue(el) {
  if (!(el instanceof HTMLInputElement) || !/^(submit|button|reset|image)$/.test(el.type)) return "";
  return tidy(el.value || el.alt || el.type);
}

/** Every text that may tell what kind of field it is. They are looked at and never kept. @param {Element} el */
export function namesOf(el) {
  const out = labelsOf(el).map((l) => tidy(l.textContent || ""));
  for (const a of ["aria-label", "placeholder", "title"]) out.push(el.getAttribute(a) || "");
  out.push(referred(el, "aria-labelledby"));
  return out.filter(Boolean);
}
