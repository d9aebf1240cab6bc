// What hidden fields hold. It leaves memory nowhere: the recorder withholds it wherever else it turns up.

import { hide } from "../path.js";
import { plain } from "../queue.js";
import { written } from "../written.js";

/** Values of check boxes that say no more than that they are checked. */
const SAYS_NOTHING = /^(on|true)$/i;

/** Each is a text that would tell what the field holds. @param {Element} el the field, or an option of it @returns {string[]} */
export function secretsOf(el) {
  const field = /** @type {HTMLInputElement} */ (el);
  if (el.localName === "option") return [/** @type {HTMLOptionElement} */ (el).label, /** @type {HTMLOptionElement} */ (el).text, field.value];
  if (el.localName === "select") return Array.from(/** @type {any} */ (el).selectedOptions, secretsOf).flat();
  switch (field.type) {
    case "file":
      return Array.from(field.files || [], (f) => f.name);
    case "checkbox":
    case "radio":
      return field.checked && !SAYS_NOTHING.test(field.value) ? [field.value] : [];
  }
  return "value" in el ? [String(field.value)] : [written(el), el.textContent || ""]; // a page may join its lines
}

/** The secrets of a field that is surely hidden, for a row. No path may show them either. @param {string[]} secrets */
export function withheld(secrets) {
  secrets.forEach(hide);
  return secrets.map(plain);
}
