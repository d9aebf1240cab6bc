// Reads the facts of an element in one pass, at the moment of the event: the page may change or remove it next.

import { nameOf, VALUE_ROLE } from "./names.js";
import { steps } from "./path.js";
import { BRIEF, FULL } from "./depth.js";
import { attributeOf, closestOf, documentOf, hostOf, isConnected, isElement, localNameOf, matchesOf, parentNodeOf } from "./nodes.js";
import { ITEM, plain, text } from "./queue.js";
import { chain, judge, remembered, surelyHidden } from "./rules.js";

/** @typedef {import("./queue.js").Row} Row */
/** @typedef {import("./tape.js").Held} Held */
/** @typedef {import("./tape.js").Sensed} Sensed */

/** Inputs that only say what they do. */
export const BUTTONS = new Set(["button", "submit", "reset", "image"]);

/** Whether the element's content is a form value. @param {Element} el */
export const isFormValue = (el) => isField(el) || editorOf(el) !== null;

/** Whether it is one by itself, and not by what it lies in. @param {Element} el */
function isField(el) {
  const name = localNameOf(el);
  if (name === "input") return !BUTTONS.has(/** @type {HTMLInputElement} */ (el).type);
  if (name === "select" || name === "textarea" || name === "option") return true;
  const role = attributeOf(el, "role");
  return (role !== null && VALUE_ROLE.test(role)) || isCustomField(el);
}

const EDITABLE = "[contenteditable]:not([contenteditable=false i])";

/** What may make a field of what lies in it, besides custom elements. */
const AROUND = "label,select,[role],[contenteditable]";

/** What has an action of its own: clicked within a label, it does not pass the click on to the label's control. */
const INTERACTIVE = "a[href],area[href],button,input,select,textarea,summary,iframe";

/**
 * What a click on an element is a click on: the field that the element is, lies in, or lies in the label of, through
 * slots and shadow roots. Else the element itself, or what it speaks for. Gives also what makes it so: that field or label.
 * @param {Element} el @param {EventTarget[]} path the composed path of the click @returns {{control: Element, by: Element}}
 */
export function clicked(el, path) {
  const own = controlOf(el);
  const from = isField(own) ? path.length : Math.max(0, path.indexOf(el));
  for (let i = from; i < path.length; i++) {
    const at = path[i];
    if (!isElement(at) || !(matchesOf(at, AROUND) || isCustomField(at))) continue;
    const control = controlOf(at);
    if (control !== at && path.slice(from, i).some((acts) => isElement(acts) && matchesOf(acts, INTERACTIVE))) continue;
    if (isField(control) || matchesOf(control, EDITABLE)) return { control, by: at };
  }
  const frame = from < path.length && hostOf(el.ownerDocument); // where the path of a click in a frame ends
  if (frame) {
    const around = clicked(frame, [...chain(frame)]);
    if (around.by !== frame) return around;
  }
  return { control: own, by: el };
}

/** Whether a custom element takes part in forms as a field does. @param {Element} el */
export const isCustomField = (el) => localNameOf(el).includes("-") && /** @type {any} */ (el.constructor).formAssociated === true && !BUTTONS.has(/** @type {HTMLInputElement} */ (el).type);

/**
 * The element that makes this one editable, null when nothing does. The attribute is asked, for isContentEditable
 * would make the browser compute styles. @param {Element} el @returns {Element | null}
 */
export function editorOf(el) {
  const editor = closestOf(el, "[contenteditable]");
  if (!editor) return el.ownerDocument.designMode === "on" ? el.ownerDocument.body : null;
  if (editor.getAttribute("contenteditable") === "false") return null;
  return (editor.parentElement && editorOf(editor.parentElement)) || editor;
}

/** Elements with a type of their own. */
const TYPED = new Set(["input", "button", "select", "textarea"]);

/** @param {Element} el */
export function typeOf(el) {
  return TYPED.has(localNameOf(el)) ? /** @type {HTMLInputElement} */ (el).type : "";
}

/** The parts of a select: each may be opened by itself. */
const OPTIONS = /^opt(ion|group)$/;

/** The control that an element speaks for: a label's, an option's select, else itself. @param {Element} el */
export function controlOf(el) {
  const name = localNameOf(el);
  if (name === "label") return /** @type {HTMLLabelElement} */ (el).control || el;
  if (OPTIONS.test(name)) return el.closest("select") || el;
  return el;
}

/**
 * What the policy decides on: the control's facts, and the rules that match it or the element. Gives what the
 * control holds when it is a field, and whether it will surely be hidden.
 * @param {Row} row @param {Element} el @param {Element} control @param {Sensed} s
 * @param {(el: Element, depth: number) => Held} held
 * @param {EventTarget[]} path of the event as it is under way
 */
export function subject(row, el, control, s, held, path = s.path || !s.e ? [] : s.e.composedPath()) {
  const hits = judge(el, path);
  if (control !== el && !OPTIONS.test(localNameOf(el))) stricter(hits, judge(control));
  if (s.began) stricter(hits, control === el ? s.began.hits : { ...s.began.hits, allow: hits.allow }); // an option may be opened by itself
  row.node = localNameOf(control);
  row.block = hits.block;
  row.mask = hits.mask;
  row.allow = hits.allow;
  row.form_value = isFormValue(control);
  row.moved = s.unseen || hasMoved(el, s.path || (s.began && s.began.place)) || undefined;
  if (!row.form_value) return { hidden: false };
  const content = s.held || held(control, surelyHidden(hits) ? BRIEF : FULL);
  row.denied = content.denied;
  row.type = typeOf(control) || undefined;
  row.identity = identityOf(control);
  if (row.denied || row.moved || surelyHidden(hits)) return { hidden: true, content };
  row.name = text(attributeOf(control, "name"));
  row.id = text(attributeOf(control, "id"));
  row.autocomplete = text(attributeOf(control, "autocomplete"));
  row.names = content.names.map(plain).join(ITEM) || undefined;
  return { hidden: false, content };
}

/** Of two elements the hiding rules of either count, and the opening ones of both. @param {import("./rules.js").Hits} hits @param {import("./rules.js").Hits} other */
export function stricter(hits, other) {
  if (hits.block < 0) hits.block = other.block;
  if (hits.mask < 0) hits.mask = other.mask;
  if (other.allow < 0) hits.allow = -1;
}

/**
 * Where a change of a field begins that will be told later. Nowhere, if the field is in no page.
 * @param {Element} el @param {EventTarget[]} [path] of the event that tells so
 * @returns {import("./tape.js").Began | undefined}
 */
export function beginning(el, path) {
  if (!isConnected(el)) return undefined;
  return { place: path || within(chain(el), el), hits: judge(el, path) };
}

/** The same for a taped event, with what was marked then around its target. @param {Sensed} s @param {import("./marks.js").Marked} marked */
export function beginningAs({ target, path = [target] }, marked) {
  const hits = judge(/** @type {Element} */ (target), path);
  stricter(hits, remembered(marked));
  return { place: path, hits };
}

/**
 * Whether an element has left the place where it was touched before: then the rules that held there are not known,
 * and it is hidden.
 * @param {Element} el @param {EventTarget[]} [place] that it was touched in, if that was not just now
 */
function hasMoved(el, place) {
  if (!isConnected(el) || !documentOf(el).defaultView) return true;
  if (!place || stands(place)) return false;
  const before = place.filter(isElement);
  const now = chain(before[0]);
  return within(now, el).length !== before.length || !before.every((p) => now.has(p));
}

/** Whether each is in the next one still, as it is on most pages, and as it can be seen at once. @param {EventTarget[]} place */
const stands = (place) => place.every((at, i) => i === place.length - 1 || parentNodeOf(/** @type {Node} */ (at)) === place[i + 1] || !isElement(at));

/** Of a chain what is in the document of an element, as the path of an event ends at its window. @param {Set<Element>} all @param {Element} el */
const within = (all, el) => Array.from(all).filter((at) => documentOf(at) === documentOf(el));

/** @type {WeakMap<Element, string>} */
const identities = new WeakMap();

/** The page, of which a field is the same field. Asking the browser for each field would take its time. */
let page = "";

/** @param {string} url the page is at from now on */
export function atPage(url) {
  page = url.split(/[?#]/)[0];
}

/** What makes a field the same field; the recorder hashes it. @param {Element} el */
export function identityOf(el) {
  let identity = identities.get(el);
  if (identity === undefined) {
    const form = /** @type {HTMLInputElement} */ (el).form;
    const within = isElement(form) ? attributeOf(form, "name") || attributeOf(form, "id") : "";
    const name = attributeOf(el, "name") || attributeOf(el, "id") || steps(el);
    identity = [page, within, localNameOf(el), typeOf(el), name].join("\n");
    identities.set(el, identity);
  }
  return identity;
}

/** What is shown of an element when nothing hides it. @param {Row} row @param {Element} el */
export function shown(row, el) {
  row.shown_node = localNameOf(el);
  row.shown_id = text(attributeOf(el, "id"));
  row.shown_name = text(attributeOf(el, "name"));
  row.shown_class = text(attributeOf(el, "class"));
  row.path = steps(el);
}

/** Its accessible name. @param {Row} row @param {Element} el */
export function label(row, el) {
  if (!row.moved) row.label = text(nameOf(el));
}
