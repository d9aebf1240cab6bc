// Changes of fields. A keystroke only notes its field; the facts are read once, when the change is committed: by
// the browser's change event, by leaving the field, by a pause, or when the page goes.

import { isFormValue, judgement, label, shown, subject } from "../facts.js";
import { plain } from "../queue.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../queue.js").Queue} Queue */

/** A pause this long commits what was typed, in milliseconds: long enough to look something up, short enough for a live log. */
const PAUSE = 5000;

/** Fields whose value is chosen, not typed. */
const CHOSEN = /^(checkbox|radio|file|color|date|datetime-local|month|time|week|range)$/;

/**
 * @param {Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 * @returns {() => void} commits what is not committed yet
 */
export function senseInput(queue, listen) {
  /** Fields with an uncommitted change, and whether a person made it. @type {Map<Element, boolean>} */
  const dirty = new Map();
  /** Fields whose change a pause has committed: the change event to come says nothing new. @type {WeakSet<Element>} */
  const paused = new WeakSet();
  /** What was selected when a select was last looked at. @type {WeakMap<HTMLSelectElement, boolean[]>} */
  const selected = new WeakMap();
  let timer = 0;

  /** @param {Element} el @param {boolean} trusted */
  function commit(el, trusted) {
    dirty.delete(el);
    if (el instanceof HTMLSelectElement) commitSelect(queue, el, trusted, selected);
    else commitField(queue, el, trusted);
  }

  function commitAll() {
    clearTimeout(timer);
    for (const [el, trusted] of [...dirty]) commit(el, trusted);
  }

  function commitPaused() {
    for (const el of dirty.keys()) paused.add(el);
    commitAll();
  }

  listen(window, "input", (e) => {
    const el = fieldOf(e);
    if (!el) return;
    dirty.set(el, e.isTrusted);
    paused.delete(el);
    clearTimeout(timer);
    timer = setTimeout(commitPaused, PAUSE);
  });
  listen(window, "change", (e) => {
    const el = fieldOf(e);
    if (!el) return;
    if (paused.delete(el) && !dirty.has(el)) return;
    const trusted = dirty.get(el) ?? e.isTrusted;
    commit(el, trusted);
  });
  listen(window, "focusout", (e) => {
    const el = fieldOf(e);
    if (el && dirty.has(el)) {
      paused.add(el); // WebKit tells of the change after it
      commit(el, dirty.get(el) || false);
    }
  });
  for (const type of ["focusin", "pointerdown", "keydown"]) {
    listen(window, type, (e) => {
      const el = e.composedPath()[0];
      if (el instanceof HTMLSelectElement && el.multiple) remember(selected, el);
    });
  }
  return commitAll;
}

/** The field that an event is about. @param {Event} e @returns {Element | null} */
function fieldOf(e) {
  const el = e.composedPath()[0];
  if (!(el instanceof Element)) return null;
  if (el instanceof HTMLElement && el.isContentEditable) {
    let host = el;
    while (host.parentElement && host.parentElement.isContentEditable) host = host.parentElement;
    return host;
  }
  return isFormValue(el) ? el : null;
}

/** @param {Queue} queue @param {Element} el @param {boolean} trusted */
function commitField(queue, el, trusted) {
  /** @type {Row} */
  const row = { t: "input", trusted };
  const judge = subject(row, el, el);
  own(row, el);
  const input = el instanceof HTMLInputElement ? el : null;
  if (input && (input.type === "checkbox" || input.type === "radio")) {
    row.checked = input.checked;
    if (!row.denied) row.value = plain(input.value);
  } else {
    const value = row.denied ? "" : valueOf(el);
    row.filled = row.denied ? isFilled(el) : value !== "";
    row.value = plain(value);
  }
  queue.push(row, (row) => {
    judge(row);
    if (!row.denied && !row.moved) label(row, el);
  });
}

/** The value of a field that is not denied. @param {Element} el */
function valueOf(el) {
  if (el instanceof HTMLInputElement) {
    if (el.type === "file") return Array.from(el.files || [], (f) => "*" + extension(f.name)).join(", ");
    return el.value;
  }
  if (el instanceof HTMLTextAreaElement) return el.value;
  if (el instanceof HTMLElement && el.isContentEditable) return el.textContent || "";
  return el.getAttribute("aria-valuenow") || "";
}

/** @param {string} name of a file */
const extension = (name) => (/\.[A-Za-z0-9]{1,8}$/.exec(name) || [""])[0].toLowerCase();

/** Whether a denied field holds anything; what it holds is not looked at. @param {Element} el */
function isFilled(el) {
  return "value" in el ? el.value !== "" : el.firstChild !== null;
}

/** @param {Row} row @param {Element} el */
function own(row, el) {
  shown(row, el);
  row.class = row.shown_class;
  const form = /** @type {HTMLInputElement} */ (el).form || el.closest("form");
  if (!form) return;
  row.in_form = true;
  row.form_id = plain(form.getAttribute("id") || "") || undefined;
  row.form_name = plain(form.getAttribute("name") || "") || undefined;
  row.form_class = plain(form.getAttribute("class") || "") || undefined;
}

/** @param {WeakMap<HTMLSelectElement, boolean[]>} selected @param {HTMLSelectElement} el */
function remember(selected, el) {
  if (!selected.has(el)) selected.set(el, Array.from(el.options, (o) => o.selected));
}

/**
 * One entry for the option now selected; of a multiple select one for each option that changed.
 * @param {Queue} queue @param {HTMLSelectElement} el @param {boolean} trusted @param {WeakMap<HTMLSelectElement, boolean[]>} selected
 */
function commitSelect(queue, el, trusted, selected) {
  const options = Array.from(el.options);
  if (!el.multiple) {
    const option = options[el.selectedIndex];
    if (option) commitOption(queue, el, option, trusted);
    return;
  }
  const before = selected.get(el) || options.map((o) => o.defaultSelected);
  for (const [i, option] of options.entries()) {
    if (option.selected !== Boolean(before[i])) commitOption(queue, el, option, trusted);
  }
  selected.set(el, options.map((o) => o.selected));
}

/** @param {Queue} queue @param {HTMLSelectElement} el @param {HTMLOptionElement} option @param {boolean} trusted */
function commitOption(queue, el, option, trusted) {
  /** @type {Row} */
  const row = { t: "input", trusted };
  subject(row, option, el);
  const judge = judgement(option, el);
  own(row, option);
  row.in_form = el.form !== null;
  row.node = "option";
  row.type = undefined;
  row.id = row.shown_id;
  row.name = row.shown_name;
  row.selected = option.selected;
  if (!row.denied) row.value = plain(option.value);
  queue.push(row, (row) => {
    judge(row);
    if (!row.denied && !row.moved) label(row, el);
  });
}
