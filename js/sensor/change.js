// How a change of a field is told, once it is committed: with what the field is called and holds, or, where that is
// hidden, with what the recorder is to withhold. Of what was changed while nothing was recorded it is only withheld.

import { label, shown, subject } from "../facts.js";
import { attributeOf } from "../nodes.js";
import { ITEM, text } from "../queue.js";
import { quietly } from "../quiet.js";
import { selected } from "./files.js";
import { secretsOf, withheld } from "./secrets.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../tape.js").Held} Held */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** Fields of which one thing is chosen at a time. */
export const CHOSEN = new Set(["select-one", "select-multiple", "checkbox", "radio", "file"]);

/** Fields of which it is told whether they are checked. */
const CHECKED = /^(checkbox|radio)$/;

export class Changes {
  /** What was selected in a multiple select at last; before that, what its markup selects. @type {WeakMap<Element, boolean[]>} */
  #selected = new WeakMap();
  /** Fields that were changed while nothing was recorded, and may hold something of that yet. @type {WeakSet<Element>} */
  #unseen = new WeakSet();
  /** Of these, and of such in which something was chosen, whose values are not withheld yet. @type {Set<Element>} */
  #overlooked = new Set();

  /**
   * @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => Held} held
   * @param {(el: Element) => import("../tape.js").Began | undefined} beganAt where a change began that is not committed yet
   */
  constructor(queue, held, beganAt) {
    this.queue = queue;
    this.held = held;
    this.beganAt = beganAt;
  }

  /** Takes what multiple selects have selected for known. */
  take() {
    for (const el of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("select[multiple]"))) {
      if (!this.#selected.has(el)) this.#selected.set(el, Array.from(el.options, (o) => o.selected));
    }
  }

  /** @param {Element} el @param {Sensed} s */
  tell(el, s) {
    if (el.localName === "select") {
      for (const [option, selected] of this.#changed(/** @type {HTMLSelectElement} */ (el), s.held)) this.#push(el, option, s, selected);
      return;
    }
    this.#push(el, el, s);
    if (isFile(el)) selected(this.queue, el, /** @type {HTMLInputElement} */ (el).files, s, this.held);
  }

  /** @param {Element} el the field @param {Element} part what changed of it: itself, or an option @param {Sensed} s @param {boolean} [selected] of an option */
  #push(el, part, s, selected) {
    const trusted = Boolean(s.e && s.e.isTrusted && s.cause !== "script");
    /** @type {Row} */
    const row = { t: "input", at: s.at, trusted, cause: s.cause || (trusted ? (isAutofilled(el) ? "autofill" : "user") : "script") };
    const { hidden, content } = subject(row, part, el, this.isUnseen(el) ? { ...s, unseen: true } : s, this.held);
    if (content && !content.filled) this.#unseen.delete(el);
    row.node = part.localName;
    if (selected !== undefined) row.selected = selected;
    else if (content && CHECKED.test(/** @type {HTMLInputElement} */ (el).type)) row.checked = content.checked;
    else if (content) row.filled = content.filled;
    if (!hidden && content) {
      shown(row, part);
      row.id = row.shown_id;
      row.name = row.shown_name;
      row.class = row.shown_class;
      row.value = part.localName === "option" ? /** @type {HTMLOptionElement} */ (part).value : content.value;
      formOf(row, el);
      label(row, el);
    }
    if (content && (hidden || isFile(el))) row.raw = withheld(secretsOf(part)).join(ITEM) || undefined;
    this.queue.push(row);
  }

  /**
   * The option now selected; of a multiple select each option that changed.
   * @param {HTMLSelectElement} el @param {Held | undefined} held
   * @returns {[HTMLOptionElement, boolean][]} with whether it is selected
   */
  #changed(el, held) {
    const taped = held && held.selected;
    if (!el.multiple) {
      const option = el.options[taped ? taped.indexOf(true) : el.selectedIndex];
      return option ? [[option, true]] : [];
    }
    const options = Array.from(el.options);
    const now = taped || options.map((o) => o.selected);
    const before = this.#selected.get(el) || options.map((o) => o.defaultSelected);
    this.#selected.set(el, now);
    return options.map((o, i) => /** @type {[HTMLOptionElement, boolean]} */ ([o, now[i]])).filter((_, i) => now[i] !== before[i]);
  }

  /** What fields hold, for the recorder to withhold it elsewhere where it is hidden. @param {Iterable<Element>[]} fields whose changes are not committed yet */
  holding(...fields) {
    /** @type {Row[]} */
    const rows = [];
    for (const some of [...fields, this.#overlooked]) for (const el of some) quietly(() => rows.push(this.#held(el)));
    return rows;
  }

  /** @param {Element} el @returns {Row} */
  #held(el) {
    /** @type {Row} */
    const row = { t: "held" };
    const { hidden, content } = subject(row, el, el, { e: undefined, at: 0, target: el, began: this.beganAt(el), unseen: this.isUnseen(el) }, this.held);
    if (hidden || isFile(el)) row.raw = withheld(secretsOf(el)).join(ITEM) || undefined;
    else if (content) Object.assign(row, { value: content.value, checked: content.checked });
    return row;
  }

  /** Has the recorder know what a field holds now, which the page may take away and tell elsewhere. @param {Element} el */
  announce(el) {
    quietly(() => this.queue.push(this.#held(el)));
  }

  /** Whether a field was changed while nothing was recorded, and has not been empty since. @param {Element} el */
  isUnseen(el) {
    return this.#unseen.has(el);
  }

  /** A field is changed while nothing is recorded. What it holds is not told until it has been empty, here or elsewhere. @param {Element} el @param {string} type of the event */
  overlook(el, type) {
    if (!CHOSEN.has(/** @type {HTMLInputElement} */ (el).type)) this.#unseen.add(el);
    this.#overlooked.add(el);
    if (type === "change") this.withhold(el);
  }

  /** Has the recorder withhold what was given to a field that it was told nothing of. @param {Element} el */
  withhold(el) {
    if (this.#overlooked.delete(el)) this.announce(el);
  }

  /** Whether there are such fields. */
  overlooks() {
    return this.#overlooked.size > 0;
  }

  /** The same of all such fields. */
  withholdAll() {
    for (const el of this.#overlooked) this.withhold(el);
  }

  /** Recording goes on: what was changed meanwhile is not told. */
  resume() {
    this.withholdAll();
    this.#selected = new WeakMap();
    this.take();
  }
}

/** Whether a field holds files: their names are withheld always. @param {Element} el */
const isFile = (el) => /** @type {HTMLInputElement} */ (el).type === "file";

/** @param {Row} row @param {Element} el */
function formOf(row, el) {
  const form = /** @type {HTMLInputElement} */ (el).form || el.closest("form");
  if (!form) return;
  row.in_form = true;
  row.form_id = text(attributeOf(form, "id"));
  row.form_name = text(attributeOf(form, "name"));
  row.form_class = text(attributeOf(form, "class"));
}

/** Whether the browser has filled the field. Engines that do not know the word refuse the selector. @param {Element} el */
function isAutofilled(el) {
  try {
    return el.matches(":autofill");
  } catch {
    return false;
  }
}
