// Clicks, also by keyboard and with the other buttons. What one act makes several clicks of is one click here: a
// label's click that the browser repeats on its control, and Enter in a field that it turns into a click on the
// form's button.

import { controlOf, label, shown, subject } from "../facts.js";
import { textOf } from "../names.js";
import { plain } from "../queue.js";

/** @typedef {import("../queue.js").Row} Row */

/** What a person means to click when they click on something within it. */
const ACTIONABLE = "button,a[href],area[href],input,select,textarea,option,label,summary,[role],[onclick],[tabindex],[contenteditable]";

/** Buttons named this shortly, this many together, are a keypad. */
const KEY_NAME = 2;
const KEYS = 5;

/**
 * @param {import("../queue.js").Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 */
export function senseClick(queue, listen) {
  /** The control whose click the browser makes of a label's. @type {Element | null} */
  let repeated = null;
  /** The field in which Enter was pressed. @type {Element | null} */
  let entered = null;

  listen(window, "keydown", (e) => {
    if (e.key !== "Enter" || !e.isTrusted) return;
    const el = e.composedPath()[0];
    entered = el instanceof HTMLInputElement || el instanceof HTMLSelectElement ? el : null;
    if (entered) setTimeout(() => (entered = null));
  });

  for (const type of ["click", "auxclick"]) {
    listen(window, type, (/** @type {MouseEvent} */ e) => {
      const target = e.composedPath()[0];
      if (!(target instanceof Element)) return;
      if (repeated && repeated === target) {
        repeated = null;
        return;
      }
      if (entered && entered !== target && e.detail === 0 && target.matches("button,input")) return;
      const el = target.closest(ACTIONABLE) || target;
      const outer = target.closest("label");
      if (outer && outer.control && !outer.control.contains(target)) {
        repeated = outer.control;
        setTimeout(() => (repeated = null));
      }
      push(queue, e, el);
    });
  }
}

/** @param {import("../queue.js").Queue} queue @param {MouseEvent} e @param {Element} el */
function push(queue, e, el) {
  /** @type {Row} */
  const row = { t: "click", trusted: e.isTrusted, button: e.button, via: via(e) };
  const judge = subject(row, el, controlOf(el));
  shown(row, el);
  row.role = roleOf(el) || undefined;
  const link = el.closest("a[href],area[href]");
  if (link) row.href = plain(String(/** @type {HTMLAnchorElement} */ (link).href));
  if (row.via === "pointer") {
    const box = el.getBoundingClientRect();
    if (box.width && box.height) {
      row.x = fraction(e.clientX - box.left, box.width);
      row.y = fraction(e.clientY - box.top, box.height);
    }
  }
  row.keypad = isKey(el);
  queue.push(row, (row) => {
    judge(row);
    if (row.role && !row.denied && !row.moved) label(row, el);
  });
}

/** @param {number} at @param {number} size */
const fraction = (at, size) => Math.round(Math.min(1, Math.max(0, at / size)) * 100) / 100;

/** @param {MouseEvent} e */
function via(e) {
  if (!e.isTrusted) return "script";
  return e.detail === 0 && !(e instanceof PointerEvent && e.pointerType) ? "keyboard" : "pointer";
}

/** Roles of elements that have one without saying so (HTML-AAM), as far as they can be clicked. @type {Record<string, string>} */
const ROLES = { button: "button", summary: "button", a: "link", area: "link", select: "combobox", option: "option", textarea: "textbox", label: "label" };

/** @type {Record<string, string>} */
const INPUT_ROLES = { checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox", button: "button", submit: "button", reset: "button", image: "button" };

/** @param {Element} el */
function roleOf(el) {
  const said = el.getAttribute("role");
  if (said) return said.trim().split(/\s+/)[0];
  if (el instanceof HTMLInputElement) return INPUT_ROLES[el.type] || "textbox";
  return ROLES[el.localName] || "";
}

/** Whether the element is a key of an on-screen keypad: which one was pressed tells what was typed. @param {Element} el */
function isKey(el) {
  if (!el.matches("button,input[type=button],[role=button],a") || textOf(el).length > KEY_NAME) return false;
  let group = el.parentElement;
  for (let up = 0; up < 3 && group; up++, group = group.parentElement) {
    const keys = Array.from(group.querySelectorAll("button,input[type=button],[role=button],a"));
    if (keys.filter((k) => short(k)).length >= KEYS) return true;
  }
  return false;
}

/** @param {Element} el */
function short(el) {
  const name = el instanceof HTMLInputElement ? el.value : (el.textContent || "").trim();
  return name.length > 0 && name.length <= KEY_NAME;
}
