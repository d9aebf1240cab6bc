// Editors that the page writes itself. Many prevent what the browser would do at a key, and change their content some
// time later, as when the page has rendered; of a message that is sent at Enter the editor, or the text area, is emptied
// when the server has answered. Of neither the browser tells.

import { BRIEF, FULL } from "../depth.js";
import { later } from "../quiet.js";

/** @typedef {import("../tape.js").Held} Held */

/** Input that Enter itself makes. */
const BREAK = /^insert(Paragraph|LineBreak)$/;

export class Editors {
  /** @type {WeakSet<Element>} */
  #watched = new WeakSet();
  /** Editors in which Enter was pressed, with what they held then, and how much that was. @type {WeakMap<Element, {held: Held, length: number, at: number}>} */
  #entered = new WeakMap();

  /** @param {import("./input.js").Inputs} inputs @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen */
  constructor(inputs, listen) {
    this.inputs = inputs;
    this.listen = listen;
  }

  /** What somebody means to write into an editor counts as written, if that changes anything. @param {Element} el */
  watch(el) {
    if (this.#watched.has(el) || !el.hasAttribute("contenteditable")) return;
    this.#watched.add(el);
    this.listen(el, "beforeinput", (e) => this.inputs.meant(el, e));
  }

  /** Enter is pressed in an editor, and the page may take away what was written. @param {Element} el @param {number} at */
  entered(el, at) {
    const { inputs } = this;
    inputs.last = null; // what is typed next is looked at
    inputs.changes.announce(el);
    this.#entered.set(el, { held: inputs.held(el, FULL), length: lengthOf(el), at });
    later(() => this.before(el) && inputs.early(el, at)); // most pages do so at once
  }

  /** What an editor held at Enter, if it has been emptied since. @param {Element} el @returns {{held: Held} | undefined} */
  before(el) {
    const entered = this.#entered.get(el);
    return entered && entered.held.filled && !this.inputs.held(el, BRIEF).filled ? { held: entered.held } : undefined;
  }

  /** Somebody goes on writing: what the editor held at Enter was a change of its own if less is left of it. @param {Element} el @param {InputEvent} e */
  typed(el, e) {
    const entered = this.#entered.get(el);
    if (!entered || !this.inputs.dirty.has(el) || BREAK.test(e.inputType)) return;
    if (entered.held.filled && lengthOf(el) < entered.length) this.inputs.early(el, entered.at, entered.held);
    this.#entered.delete(el);
  }

  /** Whether it is not known yet what became of what an editor held at Enter. @param {Element} el */
  isOpen(el) {
    return this.#entered.has(el);
  }

  /** @param {Element} el whose change is told */
  committed(el) {
    this.#entered.delete(el);
  }
}

/** @param {Element} el */
const lengthOf = (el) => String("value" in el ? el.value : el.textContent).length;
