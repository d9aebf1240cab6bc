// Clicks, also by keyboard and with the other buttons. What one act makes several clicks of is one click here: a
// label's click that the browser repeats on its control, and Enter in a field that it turns into a click on the
// form's button.

import { controlOf, isFormValue, label, shown, subject } from "../facts.js";
import { textOf } from "../names.js";
import { text } from "../queue.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** What a person means to click when they click on something within it. */
const ACTIONABLE = "button,a[href],area[href],input,select,textarea,option,label,summary,[role],[onclick],[tabindex],[contenteditable]";

/** Buttons named this shortly, this many together, are a keypad. */
const KEY_NAME = 2;
const KEYS = 5;
const KEY = "button,input[type=button],[role=button],a";

export class Clicks {
  /** The control on which the browser repeats a label's click, and the time of that click. @type {[Element, number] | undefined} */
  repeated = undefined;
  /** The field in which Enter was pressed, and when. @type {[Element, number] | undefined} */
  entered = undefined;

  /** @param {import("../queue.js").Queue} queue @param {(el: Element) => import("../tape.js").Held} held */
  constructor(queue, held) {
    this.queue = queue;
    this.held = held;
  }

  /** @param {Sensed} s */
  keydown(s) {
    const el = s.path[0];
    if (s.e.key === "Enter" && (el instanceof HTMLInputElement || el instanceof HTMLSelectElement)) this.entered = [el, s.at];
  }

  /** @param {Sensed} s */
  click(s) {
    const target = s.path[0];
    if (!(target instanceof Element)) return;
    if (this.isEcho(target, s)) return;
    const outer = target.closest("label");
    if (outer && outer.control && !outer.control.contains(target)) this.repeated = [outer.control, s.e.timeStamp];
    this.push(s, target.closest(ACTIONABLE) || target);
  }

  /** Whether the browser made this click of the act before it. @param {Element} target @param {Sensed} s */
  isEcho(target, s) {
    const { repeated, entered } = this;
    this.repeated = this.entered = undefined;
    if (repeated && repeated[0] === target && repeated[1] === s.e.timeStamp) return true;
    return Boolean(entered && entered[0] !== target && s.e.detail === 0 && s.at - entered[1] < SAME_ACT && target.matches("button,input"));
  }

  /** @param {Sensed} s @param {Element} el */
  push(s, el) {
    const { e } = s;
    /** @type {Row} */
    const row = { t: "click", at: s.at, trusted: e.isTrusted, button: e.button, via: via(e) };
    const control = controlOf(el);
    subject(row, el, control, isFormValue(control) ? this.held(control) : undefined, s);
    shown(row, el);
    row.role = text(roleOf(el));
    const link = el.closest("a[href],area[href]");
    if (link) row.href = text(/** @type {HTMLAnchorElement} */ (link).href);
    if (row.via === "pointer" && !s.taped) {
      const box = el.getBoundingClientRect();
      row.x = fraction(e.clientX - box.left, box.width);
      row.y = fraction(e.clientY - box.top, box.height);
    }
    row.keypad = isKey(el);
    if (row.role) label(row, el);
    this.queue.push(row);
  }
}

/** How long after Enter the browser's click on the form's button comes at most, in milliseconds. */
const SAME_ACT = 50;

/** @param {number} at @param {number} size */
const fraction = (at, size) => (size ? Math.round(Math.min(1, Math.max(0, at / size)) * 100) / 100 : undefined);

/** @param {PointerEvent} e */
function via(e) {
  if (!e.isTrusted) return "script";
  return e.detail === 0 && !e.pointerType ? "keyboard" : "pointer";
}

/** Roles of elements that have one without saying so (HTML-AAM), as far as they can be clicked. @type {Record<string, string>} */
const ROLES = { button: "button", summary: "button", a: "link", area: "link", select: "combobox", option: "option", textarea: "textbox", label: "label" };

/** @type {Record<string, string>} */
const INPUT_ROLES = { checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox", button: "button", submit: "button", reset: "button", image: "button" };

/** @param {Element} el */
function roleOf(el) {
  const said = (el.getAttribute("role") || "").trim().split(/\s+/)[0];
  if (said) return said;
  return el instanceof HTMLInputElement ? INPUT_ROLES[el.type] || "textbox" : ROLES[el.localName] || "";
}

/** Whether the element is a key of an on-screen keypad: which one was pressed tells what was typed. @param {Element} el */
function isKey(el) {
  if (!el.matches(KEY) || !isShort(el)) return false;
  let group = el.parentElement;
  for (let up = 0; up < 3 && group; up++, group = group.parentElement) {
    if (Array.from(group.querySelectorAll(KEY)).filter(isShort).length >= KEYS) return true;
  }
  return false;
}

/** @param {Element} el */
function isShort(el) {
  const name = el instanceof HTMLInputElement ? el.value : textOf(el);
  return name.length > 0 && name.length <= KEY_NAME;
}
