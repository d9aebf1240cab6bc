// Changes of fields. A keystroke only notes its field; the facts are read once, when the change is committed: by
// the browser's change event, by leaving the field, by a pause, or when the page goes.

import { editorOf, isFormValue, label, shown, subject } from "../facts.js";
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
  /** What was selected in a multiple select at last; before that, what its markup selects. @type {WeakMap<Element, boolean[]>} */
  selected = new WeakMap();
  timer = 0;
  /** When something was typed last, and into what. */
  typed = 0;
  /** @type {EventTarget | null} */
  last = null;

  /** @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => Held} held */
  constructor(queue, held) {
    this.queue = queue;
    this.held = held;
  }

  /** Notes what multiple selects hold, once the tape has told what was changed before. */
  begin() {
    for (const el of /** @type {NodeListOf<HTMLSelectElement>} */ (document.querySelectorAll("select[multiple]"))) {
      if (!this.selected.has(el)) this.selected.set(el, Array.from(el.options, (o) => o.selected));
    }
  }

  /**
   * Whether an input event says no more than the one before: that its field is being typed into.
   * @param {Event} e
   */
  goesOn(e) {
    this.typed = e.timeStamp;
    return e.target === this.last && e.isTrusted;
  }

  /** @param {Sensed} s */
  input(s) {
    const el = fieldOf(s);
    if (!el) return;
    this.dirty.set(el, s);
    this.told.delete(el);
    this.typed = s.e.timeStamp;
    this.last = s.e.isTrusted ? s.target : null;
    if (!this.timer) this.timer = setTimeout(() => this.paused(), PAUSE);
  }

  /** Commits what is typed when nothing has been typed for a while. */
  paused() {
    this.timer = 0;
    const rest = PAUSE - (performance.now() - this.typed);
    if (rest <= 0) this.commitAll();
    else if (this.dirty.size) this.timer = setTimeout(() => this.paused(), rest);
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

  /** Commits what is typed and not committed. */
  commitAll() {
    for (const [el, s] of [...this.dirty]) {
      this.told.add(el);
      this.commit(el, { ...s, at: 0 });
    }
  }

  /** @param {Element} el @param {Sensed} s */
  commit(el, s) {
    this.dirty.delete(el);
    this.last = null;
    if (el instanceof HTMLSelectElement) {
      for (const [option, selected] of this.changed(el, s.held)) this.push(el, option, s, selected);
    } else {
      this.push(el, el, s);
    }
  }

  /** @param {Element} el the field @param {Element} part what changed of it: itself, or an option @param {Sensed} s @param {boolean} [selected] of an option */
  push(el, part, s, selected) {
    /** @type {Row} */
    const row = { t: "input", at: s.at || undefined, trusted: s.e.isTrusted };
    const { hidden, content } = subject(row, part, el, s, this.held);
    row.node = part.localName;
    if (selected !== undefined) row.selected = selected;
    else if (content && /^(checkbox|radio)$/.test(/** @type {HTMLInputElement} */ (el).type)) row.checked = content.checked;
    else if (content) row.filled = content.filled;
    if (!hidden && content) {
      shown(row, part);
      row.id = row.shown_id;
      row.name = row.shown_name;
      row.class = row.shown_class;
      row.value = plain(part instanceof HTMLOptionElement ? part.value : content.value);
      formOf(row, el);
      label(row, el);
    }
    this.queue.push(row);
  }

  /**
   * The option now selected; of a multiple select each option that changed.
   * @param {HTMLSelectElement} el @param {Held | undefined} held
   * @returns {[HTMLOptionElement, boolean][]} with whether it is selected
   */
  changed(el, held) {
    const taped = held && held.selected;
    if (!el.multiple) {
      const option = el.options[taped ? taped.indexOf(true) : el.selectedIndex];
      return option ? [[option, true]] : [];
    }
    const options = Array.from(el.options);
    const now = taped || options.map((o) => o.selected);
    const before = this.selected.get(el) || options.map((o) => o.defaultSelected);
    this.selected.set(el, now);
    return options.map((o, i) => /** @type {[HTMLOptionElement, boolean]} */ ([o, now[i]])).filter((_, i) => now[i] !== before[i]);
  }
}

/** @param {Row} row @param {Element} el */
function formOf(row, el) {
  const form = /** @type {HTMLInputElement} */ (el).form || el.closest("form");
  if (!form) return;
  row.in_form = true;
  row.form_id = text(form.getAttribute("id"));
  row.form_name = text(form.getAttribute("name"));
  row.form_class = text(form.getAttribute("class"));
}

/** The field that an event is about. @param {Sensed} s @returns {Element | null} */
function fieldOf(s) {
  const el = s.target;
  if (!(el instanceof Element)) return null;
  if (/^(input|select|textarea)$/.test(el.localName)) return isFormValue(el) ? el : null;
  return editorOf(el) || (isFormValue(el) ? el : null);
}
