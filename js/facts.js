// Reads the facts of an element in one pass, at the moment of the event: the page may change or remove it next.

import { nameOf } from "./names.js";
import { steps } from "./path.js";
import { ITEM, plain, text } from "./queue.js";
import { chain, judge } from "./rules.js";

/** @typedef {import("./queue.js").Row} Row */
/** @typedef {import("./tape.js").Held} Held */
/** @typedef {import("./tape.js").Sensed} Sensed */

/** Roles whose name or state is what a form value would tell. */
const VALUE_ROLES = /^(option|radio|checkbox|switch|menuitemradio|menuitemcheckbox|slider|spinbutton|textbox|searchbox|combobox|listbox)$/;

/** Whether the element's content is a form value. @param {Element} el */
export function isFormValue(el) {
  if (el instanceof HTMLInputElement) return !/^(button|submit|reset|image)$/.test(el.type);
  if (el instanceof HTMLSelectElement || el instanceof HTMLTextAreaElement || el instanceof HTMLOptionElement) return true;
  return (el instanceof HTMLElement && el.isContentEditable) || VALUE_ROLES.test(el.getAttribute("role") || "");
}

/** @param {Element} el */
export function typeOf(el) {
  return /^(input|button|select|textarea)$/.test(el.localName) ? /** @type {HTMLInputElement} */ (el).type : "";
}

/** The control that an element speaks for: a label's, an option's select, else itself. @param {Element} el */
export function controlOf(el) {
  if (el instanceof HTMLLabelElement) return el.control || el;
  if (el instanceof HTMLOptionElement || el instanceof HTMLOptGroupElement) return el.closest("select") || el;
  return el;
}

/**
 * What the policy decides on: the control's facts, and the rules that match it or the element.
 * @param {Row} row @param {Element} el @param {Element} control @param {Held | undefined} held when the control is a field @param {Sensed} [s]
 */
export function subject(row, el, control, held, s) {
  row.node = control.localName;
  row.type = typeOf(control) || undefined;
  row.name = text(control.getAttribute("name"));
  row.id = text(control.getAttribute("id"));
  row.autocomplete = text(control.getAttribute("autocomplete"));
  row.names = held ? held.names.map(plain).join(ITEM) || undefined : undefined;
  row.form_value = isFormValue(control);
  row.denied = Boolean(held && held.denied);
  row.identity = identityOf(control);
  row.moved = s && s.taped && hasMoved(el, s.path);
  Object.assign(row, rules(el, control));
}

/** @param {Element} el @param {Element} control */
export const rules = (el, control = el) => judge(el === control ? chain(el) : [...chain(el), ...chain(control)]);

/**
 * Whether an element from the tape has left the place where it was touched: then the rules that held there are
 * not known, and it is hidden.
 * @param {Element} el @param {EventTarget[]} path
 */
function hasMoved(el, path) {
  const before = path.filter((p) => p instanceof Element);
  const within = chain(/** @type {Element} */ (before[0]));
  return !el.isConnected || within.length !== before.length || !before.every((p) => within.includes(/** @type {Element} */ (p)));
}

/** What makes a field the same field; the recorder hashes it. @param {Element} el */
export function identityOf(el) {
  const form = /** @type {HTMLInputElement} */ (el).form;
  const within = form instanceof Element ? form.getAttribute("name") || form.getAttribute("id") : "";
  const name = el.getAttribute("name") || el.getAttribute("id") || steps(el);
  return plain([location.origin, location.pathname, within, el.localName, typeOf(el), name].join("\n"));
}

/** What is shown of an element when nothing hides it. @param {Row} row @param {Element} el */
export function shown(row, el) {
  row.shown_node = el.localName;
  row.shown_id = text(el.getAttribute("id"));
  row.shown_name = text(el.getAttribute("name"));
  row.shown_class = text(el.getAttribute("class"));
  row.path = steps(el);
}

/** Its accessible name. @param {Row} row @param {Element} el */
export function label(row, el) {
  if (!row.denied && !row.moved) row.label = text(nameOf(el));
}
