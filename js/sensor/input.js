// Changes of fields. A keystroke only notes its field; the facts are read once, when the change is committed: by
// the browser's change event, by leaving an editor, by an act elsewhere, by a pause, or when the page goes.

import { editorOf, isFormValue, label, shown, subject } from "../facts.js";
import { text } from "../queue.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../tape.js").Held} Held */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** A pause of once to twice this commits what was typed, in milliseconds: long enough to look something up, short enough for a live log. */
const PAUSE = 4000;

/** Fields of which one thing is chosen at a time. */
const CHOSEN = new Set(["select-one", "select-multiple", "checkbox", "radio", "file"]);

/** Fields whose browser tells of a change at every key or notch: such a change is committed as typing is. */
const LINGERS = new Set(["date", "datetime-local", "month", "week", "time", "number", "range", "color"]);

const CAPTURE = { capture: true, passive: true };

export class Inputs {
  /** Fields with an uncommitted change, and the last event of it. @type {Map<Element, Sensed>} */
  dirty = new Map();
  /** Fields whose change is committed already: the change event to come says nothing new. @type {WeakSet<Element>} */
  told = new WeakSet();
  /** What was selected in a multiple select at last; before that, what its markup selects. @type {WeakMap<Element, boolean[]>} */
  selected = new WeakMap();
  timer = 0;
  watching = false;
  /** How often something was typed since the timer began, and into what. */
  strokes = 0;
  /** @type {EventTarget | null} */
  last = null;

  /**
   * @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => Held} held
   * @param {() => number} now @param {(e: Event) => void} sense takes the event of leaving a field that has no change event
   */
  constructor(queue, held, now, sense) {
    this.queue = queue;
    this.held = held;
    this.now = now;
    this.sense = sense;
  }

  end() {
    clearTimeout(this.timer);
    this.watch(false);
  }

  /** @param {boolean} on whether leaving a field is to be noticed */
  watch(on) {
    if (on === this.watching) return;
    this.watching = on;
    if (on) window.addEventListener("focusout", this.sense, CAPTURE);
    else window.removeEventListener("focusout", this.sense, CAPTURE);
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
    this.strokes++;
    return e.target === this.last && e.isTrusted;
  }

  /** @param {Sensed} s */
  input(s) {
    const el = fieldOf(s);
    if (!el || (s.e.isTrusted && CHOSEN.has(/** @type {HTMLInputElement} */ (el).type))) return; // its change event comes at once
    this.away(el);
    if (!s.e.isTrusted || !("form" in el)) this.watch(true);
    this.dirty.set(el, s);
    this.told.delete(el);
    this.last = s.e.isTrusted ? s.target : null;
    if (!this.timer) this.wait();
  }

  wait() {
    this.strokes = 0;
    this.timer = setTimeout(() => this.paused(), PAUSE);
  }

  /** Commits what is typed when nothing has been typed for a while. */
  paused() {
    this.timer = 0;
    if (!this.strokes) this.commitAll();
    else if (this.dirty.size) this.wait();
  }

  /** @param {Sensed} s */
  change(s) {
    const el = fieldOf(s);
    if (!el || (this.told.delete(el) && !this.dirty.has(el))) return;
    if (s.e.isTrusted && LINGERS.has(/** @type {HTMLInputElement} */ (el).type) && document.activeElement === el) this.input(s);
    else this.commit(el, s);
  }

  /** @param {Sensed} s */
  focusout(s) {
    const el = fieldOf(s);
    if (el && this.dirty.has(el)) this.early(el, s.at); // WebKit tells of the change after it
  }

  /**
   * Something is done with another element: what was typed came before it, also where the browser will tell of no
   * change, because a script has changed the field as well.
   * @param {EventTarget | null} target @param {number} [at]
   */
  away(target, at) {
    for (const el of this.dirty.keys()) if (!el.contains(/** @type {Node} */ (target))) this.early(el, at);
  }

  /** Commits what is typed and not committed. @param {number} [at] */
  commitAll(at) {
    for (const el of this.dirty.keys()) this.early(el, at);
  }

  /** Commits before the browser tells of the change. @param {Element} el @param {number} [at] now, if not given */
  early(el, at = Math.round(this.now())) {
    this.told.add(el);
    this.commit(el, { .../** @type {Sensed} */ (this.dirty.get(el)), at });
  }

  /** @param {Element} el @param {Sensed} s */
  commit(el, s) {
    this.dirty.delete(el);
    if (!this.dirty.size) this.watch(false);
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
    const row = { t: "input", at: s.at, trusted: s.e.isTrusted };
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
      row.value = part instanceof HTMLOptionElement ? part.value : content.value;
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
  const name = el.localName;
  if (name === "input" || name === "select" || name === "textarea") return isFormValue(el) ? el : null;
  return editorOf(el) || (isFormValue(el) ? el : null);
}
