// Reads the facts of an element in one pass, at the moment of the event: the page may change or remove it next.

import { denied, watchTypes } from "./deny.js";
import { nameOf, namesOf } from "./names.js";
import { steps } from "./path.js";
import { ITEM, plain } from "./queue.js";
import { chain, judge, known } from "./rules.js";

/** @typedef {import("./queue.js").Row} Row */

const BUTTONS = /^(button|submit|reset|image)$/;

/** Roles whose name or state is what a form value would tell. */
const VALUE_ROLES = /^(option|radio|checkbox|switch|menuitemradio|menuitemcheckbox|slider|spinbutton|textbox|searchbox|combobox|listbox)$/;

/** Whether the element's content is a form value. @param {Element} el */
export function isFormValue(el) {
  if (el instanceof HTMLInputElement) return !BUTTONS.test(el.type);
  if (el instanceof HTMLSelectElement || el instanceof HTMLTextAreaElement || el instanceof HTMLOptionElement) return true;
  if (el instanceof HTMLElement && el.isContentEditable) return true;
  return VALUE_ROLES.test(el.getAttribute("role") || "");
}

/** @param {Element} el */
export const typeOf = (el) =>
  el instanceof HTMLInputElement || el instanceof HTMLButtonElement || el instanceof HTMLSelectElement || el instanceof HTMLTextAreaElement ? el.type : "";

/** The control that an element speaks for: a label's, an option's select, else itself. @param {Element} el */
export function controlOf(el) {
  if (el instanceof HTMLLabelElement) return el.control || el;
  if (el instanceof HTMLOptionElement || el instanceof HTMLOptGroupElement) return el.closest("select") || el;
  return el;
}

/**
 * What the policy decides on: the control's facts, and the rules that match it or the element.
 * @param {Row} row
 * @param {Element} el
 * @param {Element} control
 * @returns {(row: Row) => void} to be called once the policy's selectors are known
 */
export function subject(row, el, control) {
  const root = control.getRootNode();
  watchTypes(root);
  const names = isFormValue(control) ? namesOf(control) : [];
  row.node = control.localName;
  row.type = typeOf(control);
  row.name = plain(control.getAttribute("name") || "");
  row.id = plain(control.id);
  row.autocomplete = plain(control.getAttribute("autocomplete") || "") || undefined;
  row.names = plain(names.join("\n")).replaceAll("\n", ITEM) || undefined;
  row.form_value = isFormValue(control);
  row.denied = isFormValue(control) && denied(control, names);
  row.identity = identityOf(control);
  return judgement(el, control);
}

/**
 * Adds which rules match. Before the policy is known the elements' places are noted instead: an element that has
 * moved by then cannot be judged, and is hidden.
 * @param {Element} el @param {Element} control
 * @returns {(row: Row) => void}
 */
export function judgement(el, control) {
  const place = () => (el === control ? chain(el) : [...chain(el), ...chain(control)]);
  const before = place();
  const early = !known();
  return (row) => {
    if (early) {
      const after = place();
      row.moved = !el.isConnected || after.length !== before.length || after.some((e, i) => e !== before[i]);
    }
    Object.assign(row, judge(before));
  };
}

/** What makes a field the same field: hashed by the recorder. @param {Element} el */
export function identityOf(el) {
  const form = el instanceof HTMLElement ? /** @type {HTMLInputElement} */ (el).form : null;
  const name = el.getAttribute("name") || el.id || steps(el);
  const within = form ? form.getAttribute("name") || form.id : "";
  return plain([location.origin, location.pathname, within, el.localName, typeOf(el), name].join("\n"));
}

/** The facts that are shown of an element when nothing hides it. @param {Row} row @param {Element} el */
export function shown(row, el) {
  row.shown_node = el.localName;
  row.shown_id = plain(el.id) || undefined;
  row.shown_name = plain(el.getAttribute("name") || "") || undefined;
  row.shown_class = plain(el.getAttribute("class") || "") || undefined;
  row.path = steps(el);
}

/** @param {Row} row @param {Element} el */
export function label(row, el) {
  row.label = plain(nameOf(el)) || undefined;
}
