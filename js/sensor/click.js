// Clicks, also by keyboard and with the other buttons. What one act makes several clicks of is one click here: a
// label's click that the browser repeats on its control, and Enter in a field that it turns into a click on the
// form's button.

import { clicked, identityOf, label, shown, subject } from "../facts.js";
import { nameOf, textOf } from "../names.js";
import { allOf, focusedBeside, hostOf, isElement, isShadowRoot, localNameOf, matchesOf, nodeTypeOf, parentNodeOf, rootOf } from "../nodes.js";
import { text } from "../queue.js";
import { later } from "../quiet.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** Roles of what has a name of its own: buttons and links of all kinds, and fields, where the policy shows them. Of others the name would be a text of the page. */
const NAMED = ["button", "link", "checkbox", "radio", "switch", "slider", "spinbutton", "textbox", "searchbox", "combobox", "option", "tab", "menuitem", "menuitemcheckbox", "menuitemradio"];

/** Roles of what one acts on. */
const WIDGETS = [...NAMED, "treeitem", "gridcell"];

/** What a person means to click when they click on something within it. */
const ACTIONABLE = "button,a[href],area[href],input,select,textarea,option,label,summary,[onclick],[tabindex]:not([tabindex^='-']),[contenteditable]," + WIDGETS.map((role) => `[role~=${role} i]`);

/** Of those, what needs no further look, and of these, what a click goes no further up from: to no label, to no link. */
const PLAIN = new Set(["button", "input", "select", "textarea", "option", "label", "summary"]);
const CONTROLS = new Set(["button", "input", "select", "textarea", "option"]);

/** Buttons named this shortly, this many together, are a keypad. */
const KEY_NAME = 2;
const KEYS = 5;
const KEY = "button,input[type=button i],input[type=submit i],input[type=reset i],input[type=image i],[role~=button i],a";

/** What a key shows though it has a longer name: one sign to type, and no picture such as a cross. */
const SIGN = /^[\p{L}\p{N}]$/u;

/** What may have another name than the text that it shows. */
const NAMED_APART = "[aria-label],[aria-labelledby],[title]";

/** How far around a key the others are. */
const AROUND = 3;

export class Clicks {
  /** The control on which the browser repeats a label's click, and the time of that click. @type {[Element, number] | undefined} */
  repeated = undefined;
  /** The click that a person made last. @type {Event | undefined} */
  made = undefined;
  /** Whether a script is clicking just now, and no person. */
  scripted = false;

  /**
   * @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => import("../tape.js").Held} held
   * @param {(at: number) => void} followed told of a click on a link
   * @param {(el: Element) => boolean} picking tells whether something is being chosen in a field's own window
   */
  constructor(queue, held, followed, picking) {
    this.queue = queue;
    this.held = held;
    this.followed = followed;
    this.picking = picking;
  }

  /** @param {Sensed} s */
  click(s) {
    const target = s.target;
    if (!isElement(target)) return;
    if (this.isEcho(target, s)) return;
    const name = target.localName;
    const outer = CONTROLS.has(name) ? null : target.closest("label");
    if (outer && outer.control && !outer.control.contains(target)) this.repeated = [outer.control, s.e.timeStamp];
    const el = PLAIN.has(name) ? target : meant(s, target);
    if (isImplicit(target, s.e)) this.push(s, el, (row) => later(() => s.e.defaultPrevented && this.queue.push(row)));
    else this.push(s, el, (row, finish) => this.queue.push(row, finish));
  }

  /** Whether the browser made this click of the act before it. @param {Element} target @param {Sensed} s */
  isEcho(target, s) {
    const { repeated } = this;
    this.repeated = undefined;
    if (s.e.isTrusted) this.made = s.e;
    else if (!this.acting()) this.byScript();
    else if (sends(target) || /** @type {Event} */ (this.made).composedPath().includes(target) || !isSeen(target)) return true;
    if (repeated && repeated[0] === target && repeated[1] === s.e.timeStamp) return true;
    return s.e.detail === 0 && s.e.isTrusted && (target.localName === "select" || this.picking(target)); // something was chosen by keyboard in what opens
  }

  byScript() {
    this.scripted = true;
    queueMicrotask(() => (this.scripted = false)); // what the click does is done within the call
  }

  /** Whether the page is hearing of a person's click just now: what scripts do meanwhile comes of it. */
  acting() {
    return Boolean(this.made && this.made.eventPhase);
  }

  /** @param {Sensed} s @param {Element} el @param {(row: Row, finish?: (row: Row) => void) => void} give */
  push(s, el, give) {
    const { e } = s;
    /** @type {Row} */
    const row = { t: "click", at: s.at, trusted: e.isTrusted, button: e.button, via: via(e) };
    const path = s.path || e.composedPath();
    const { control, by } = clicked(el, path);
    const { hidden } = subject(row, el, control, s, this.held, s.path ? [] : path);
    row.shown_node = localNameOf(hidden ? by : el);
    if (hidden) return give(row);
    shown(row, el);
    row.role = text(roleOf(el));
    const link = CONTROLS.has(el.localName) ? null : el.closest("a[href],area[href]");
    if (link) {
      row.href = text(hrefOf(link));
      this.followed(s.at);
    }
    if (isNamed(el, String(row.role), control)) label(row, el);
    const acts = localNameOf(el) === "label" ? control : el;
    if ((!row.form_value || by !== el) && isKey(acts, String(row.label || ""))) row.keypad = true;
    if (row.keypad || Number(row.mask) >= 0) row.identity = identityOf(el); // it is masked: only then it is needed
    give(row, row.via === "pointer" && !s.path ? (row) => position(row, el, e) : undefined);
  }
}

/**
 * Whether it is Enter in a field that clicks: of the form's button, while the focus stays in the field. The form tells
 * that it is sent, unless the button's click is prevented.
 * @param {Element} target @param {MouseEvent} e
 */
function isImplicit(target, e) {
  if (e.detail !== 0 || !e.isTrusted) return false;
  const focused = /** @type {HTMLInputElement | null} */ (focusedBeside(target));
  const form = /** @type {HTMLButtonElement} */ (target).form;
  return Boolean(form && focused && focused !== target && focused.localName === "input" && focused.form === form);
}

/** What was meant: the innermost thing around the target that one acts on, also of the shadow roots that its slots lie in. @param {Sensed} s @param {Element} target @returns {Element} */
function meant(s, target) {
  const path = s.path || s.e.composedPath();
  const host = target.localName === "slot" && hostOf(target.getRootNode()); // a slot is nothing that one sees
  return path.find((/** @type {any} */ at) => isElement(at) && matchesOf(at, ACTIONABLE)) || host || target;
}

/** Whether its click only sends a form, which is told for itself. @param {Element} el */
const sends = (el) => /** @type {HTMLButtonElement} */ (el).type === "submit" && Boolean(/** @type {HTMLButtonElement} */ (el).form);

/** Whether an element that a script clicks is there for anybody to see: not clipped away, nor without size. @param {Element} el */
function isSeen(el) {
  const box = el.getBoundingClientRect();
  const hit = /** @type {Document} */ (el.getRootNode()).elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return box.width > 0 && (!hit || el.contains(hit)); // there is no hit beyond the window's edge
}

/** Where a link leads. @param {Element} link */
function hrefOf(link) {
  const { href } = /** @type {any} */ (link);
  return typeof href === "string" ? href : new URL(href.baseVal, link.baseURI).href; // of a drawing
}

/** Where in the element it was clicked; asking at once could force a layout. @param {Row} row @param {Element} el @param {MouseEvent} e */
function position(row, el, e) {
  const box = el.getBoundingClientRect();
  row.x = fraction(e.pageX - scrollX - box.left, box.width);
  row.y = fraction(e.pageY - scrollY - box.top, box.height);
}

/** In hundredths. @param {number} at @param {number} size */
const fraction = (at, size) => (size ? Math.round(Math.min(1, Math.max(0, at / size)) * 100) : undefined);

/** @param {PointerEvent} e */
function via(e) {
  if (!e.isTrusted) return "script";
  return e.detail === 0 && !e.pointerType ? "keyboard" : "pointer";
}

/** Roles of elements that have one without saying so (HTML-AAM), as far as they can be clicked. @type {Record<string, string>} */
const ROLES = { button: "button", summary: "button", a: "link", area: "link", select: "combobox", option: "option", textarea: "textbox", label: "label" };

/** @type {Record<string, string>} */
const INPUT_ROLES = { checkbox: "checkbox", radio: "radio", range: "slider", number: "spinbutton", search: "searchbox", button: "button", submit: "button", reset: "button", image: "button" };

/** Whether its name is that of something to act on: a label's is that of its control. @param {Element} el @param {string} role @param {Element} control */
function isNamed(el, role, control) {
  return el.localName === "label" ? control !== el : el.localName in ROLES || NAMED.includes(role);
}

/** @param {Element} el */
function roleOf(el) {
  const said = (el.getAttribute("role") || "").trim().split(/\s+/)[0].toLowerCase();
  if (said) return said;
  return el.localName === "input" ? INPUT_ROLES[/** @type {HTMLInputElement} */ (el).type] || "textbox" : ROLES[el.localName] || "";
}

/** Whether the element is a key of an on-screen keypad: which one was pressed tells what was typed. @param {Element} el @param {string} [name] where it is known */
export const isKey = (el, name) => matchesOf(el, KEY) && isShort(el, name || undefined) && isAmongKeys(el, KEY);

/**
 * Whether there are enough as short around an element. Of what is in a shadow root, the hosts can be the keys.
 * @param {Element} el @param {string} keys a selector
 * @returns {boolean}
 */
function isAmongKeys(el, keys) {
  let group = /** @type {Node} */ (el);
  for (let up = 0; up < AROUND; up++) {
    const parent = parentNodeOf(group);
    if (!parent || nodeTypeOf(parent) === Node.DOCUMENT_NODE) break;
    group = parent;
  }
  let short = 0;
  for (const key of allOf(group, keys)) if (isShort(key) && ++short === KEYS) return true;
  const root = rootOf(el);
  return isShadowRoot(root) && isAmongKeys(root.host, KEY + "," + CSS.escape(root.host.localName));
}

/** Whether it is named as shortly as a key, or shows no more than one. @param {Element} el */
function isShort(el, name = nameOf(el)) {
  if (name && (name.length <= KEY_NAME || !matchesOf(el, NAMED_APART))) return name.length <= KEY_NAME;
  const shown = el.localName === "input" ? /** @type {HTMLInputElement} */ (el).value : el.textContent;
  return SIGN.test((shown || "").trim()) || SIGN.test(textOf(el, () => true));
}
