// Resets of forms: each field that holds something else afterwards has changed.

/** @typedef {import("../tape.js").Sensed} Sensed */

import { beginning } from "../facts.js";
import { isElement } from "../nodes.js";
import { later } from "../quiet.js";
import { speaksAnother } from "./radio.js";
import { elementsOf } from "./submit.js";

export class Resets {
  /** The form whose reset button was clicked just now. @type {Element | null} */
  #clicked = null;
  /** Tells of the forms that are being reset. @type {(() => void)[]} */
  #tells = [];

  /** @param {import("./input.js").Inputs} inputs */
  constructor(inputs) {
    this.inputs = inputs;
  }

  /** A click by a person is why the form is reset next, if it is on a reset button. @param {HTMLButtonElement | null} button */
  clicked(button) {
    this.#clicked = button && button.type === "reset" ? button.form : null;
    if (this.#clicked) later(() => (this.#clicked = null)); // the form is reset within the click, or was not
  }

  /** The fields of a form get the values that its markup gives them. @param {Sensed} s */
  reset(s) {
    if (!isElement(s.target) || s.target.localName !== "form") return;
    const { inputs } = this;
    const fields = elementsOf(/** @type {HTMLFormElement} */ (s.target));
    const e = this.#clicked === s.target ? s.e : undefined;
    this.#clicked = null;
    for (const el of fields) if (inputs.dirty.has(el)) inputs.early(el, s.at);
    const begun = fields.map((el) => beginning(el));
    this.#tells.push(() => {
      for (const [i, el] of fields.entries()) {
        if (!inputs.values.changed(el)) continue;
        const field = /** @type {HTMLInputElement} */ (el);
        if (speaksAnother(field)) inputs.values.note(el);
        else inputs.commit(el, { e, at: Math.round(inputs.now()), target: el, cause: e ? "user" : "script", began: begun[i] });
      }
    });
    later(() => this.settle()); // no handler has prevented it, and the fields have changed
  }

  settle() {
    for (const tell of this.#tells.splice(0)) tell();
  }
}
