// Changes of fields. A keystroke only notes its field; the facts are read once, when the change is committed: by
// the browser's change event, by leaving the field, by a pause, or when the page goes.

import { isFormValue, label, shown, subject } from "../facts.js";
import { plain, text } from "../queue.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../tape.js").Held} Held */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** A pause this long commits what was typed, in milliseconds: long enough to look something up, short enough for a live log. */
const PAUSE = 5000;

/** Fields whose browser tells of a change at every key or notch: such a change is committed as typing is. */
const LINGERS = /^(date|datetime-local|month|week|time|number|range|color)$/;

export class Inputs {
  /** Fields with an uncommitted change, and the last event of it. @type {Map<Element, Sensed>} */
  dirty = new Map();
  /** Fields whose change is committed already: the change event to come says nothing new. @type {WeakSet<Element>} */
  told = new WeakSet();
  /** What was selected when a multiple select was last looked at. @type {WeakMap<Element, boolean[]>} */
  selected = new WeakMap();
  timer = 0;

  /** @param {import("../queue.js").Queue} queue @param {(el: Element) => Held} held */
  constructor(queue, held) {
    this.queue = queue;
    this.held = held;
  }

  /** @param {Sensed} s */
  input(s) {
    const el = fieldOf(s);
    if (!el) return;
    this.dirty.set(el, s);
    this.told.delete(el);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.commitAll(), PAUSE);
  }

  /** @param {Sensed} s */
  change(s) {
    const el = fieldOf(s);
    if (!el || (this.told.delete(el) && !this.dirty.has(el))) return;
    if (s.e.isTrusted && document.activeElement === el && LINGERS.test(/** @type {HTMLInputElement} */ (el).type)) this.input(s);
    else this.commit(el, s);
  }

  /** @param {Sensed} s */
  focusout(s) {
    const el = fieldOf(s);
    const last = el && this.dirty.get(el);
    if (!el || !last) return;
    this.told.add(el); // WebKit tells of the change after it
    this.commit(el, { ...last, at: s.at });
  }

  /** A multiple select is looked at before it changes. @param {Sensed} s */
  look(s) {
    const el = s.path[0];
    if (el instanceof HTMLSelectElement && el.multiple && !this.selected.has(el)) {
      this.selected.set(el, Array.from(el.options, (o) => o.selected));
    }
  }

  /** Commits what is typed and not committed. */
  commitAll() {
    clearTimeout(this.timer);
    for (const [el, s] of [...this.dirty]) {
      this.told.add(el);
      this.commit(el, { ...s, at: 0 });
    }
  }

  /** @param {Element} el @param {Sensed} s */
  commit(el, s) {
    this.dirty.delete(el);
    const held = s.held || this.held(el);
    /** @type {Row} */
    const row = { t: "input", at: s.at || undefined, trusted: s.e.isTrusted };
    if (el instanceof HTMLSelectElement) {
      for (const option of this.changed(el, held)) this.push({ ...row, selected: option.selected }, el, option, held, s, option.value);
    } else {
      const box = /^(checkbox|radio)$/.test(/** @type {HTMLInputElement} */ (el).type);
      if (box) row.checked = held.checked;
      else row.filled = held.filled;
      this.push(row, el, el, held, s, held.value);
    }
  }

  /**
   * @param {Row} row @param {Element} el the field @param {Element} part what changed of it: itself, or an option
   * @param {Held} held @param {Sensed} s @param {string} value
   */
  push(row, el, part, held, s, value) {
    subject(row, part, el, held, s);
    shown(row, part);
    row.node = part.localName;
    row.id = row.shown_id;
    row.name = row.shown_name;
    row.class = row.shown_class;
    const form = /** @type {HTMLInputElement} */ (el).form || el.closest("form");
    if (form) {
      row.in_form = true;
      row.form_id = text(form.getAttribute("id"));
      row.form_name = text(form.getAttribute("name"));
      row.form_class = text(form.getAttribute("class"));
    }
    if (!held.denied) row.value = plain(value);
    label(row, el);
    this.queue.push(row);
  }

  /** The option now selected; of a multiple select each option that changed. @param {HTMLSelectElement} el @param {Held} held */
  changed(el, held) {
    const options = Array.from(el.options);
    const now = held.selected || options.map((o) => o.selected);
    if (!el.multiple) return options.filter((_, i) => now[i]).slice(0, 1);
    const before = this.selected.get(el) || options.map((o) => o.defaultSelected);
    this.selected.set(el, now);
    return options.filter((_, i) => now[i] !== before[i]);
  }
}

/** The field that an event is about. @param {Sensed} s @returns {Element | null} */
function fieldOf(s) {
  if (!(s.path[0] instanceof Element)) return null;
  let el = /** @type {Element} */ (s.path[0]);
  while (el instanceof HTMLElement && el.isContentEditable && el.parentElement && el.parentElement.isContentEditable) el = el.parentElement;
  return isFormValue(el) ? el : null;
}
