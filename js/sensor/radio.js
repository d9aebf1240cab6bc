// Groups of radio buttons: of what is chosen in one, the button that is checked tells, and not those that are not any
// more. Where none is checked any more, the one that was tells so.

/** The buttons of a radio button's group, itself too. Of another field there are none. @param {Element} el @returns {HTMLInputElement[]} */
export function groupOf(el) {
  const { type, name } = /** @type {HTMLInputElement} */ (el);
  if (type !== "radio" || !name) return [];
  const { form } = /** @type {HTMLInputElement} */ (el);
  const root = /** @type {ParentNode} */ (el.getRootNode());
  const all = /** @type {NodeListOf<HTMLInputElement>} */ (root.querySelectorAll("input[type=radio i]"));
  return Array.from(all).filter((other) => other.name === name && other.form === form);
}

/** Whether a radio button is not checked because another one is. @param {HTMLInputElement} el */
export const speaksAnother = (el) => el.type === "radio" && !el.checked && groupOf(el).some((other) => other.checked);
