// Forms that are sent.

import { BRIEF, FULL } from "../depth.js";
import { beginning, clicked, identityOf, isFormValue, shown, subject, typeOf } from "../facts.js";
import { nameOf } from "../names.js";
import { attributeOf, documentOf, isElement, localNameOf, matchesOf } from "../nodes.js";
import { ITEM, PART, plain, text } from "../queue.js";
import { chain, judge, surelyHidden } from "../rules.js";
import { isKey } from "./click.js";
import { secretsOf, withheld } from "./secrets.js";
import { ALL, NOTHING, tellable, USE } from "./tellable.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../tape.js").Held} Held */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** More fields than any form that a person fills. */
const MAX_FIELDS = 100;

/** Values that are too short to be withheld. */
const SHORT = 3;

/** A field named "elements" would hide the form's own property. */
const elements = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements"));

/** @param {HTMLFormElement} form @returns {HTMLInputElement[]} */
export const elementsOf = (form) => Array.from(/** @type {() => HTMLInputElement[]} */ (elements.get).call(form));

export class Submits {
  /** Told of each form that is sent, and how much may be told of where it goes. @type {(form: HTMLFormElement, by: Element | null, e: Event | undefined, at: number, told: number) => void} */
  sent = () => {};
  /**
   * The button that was clicked just now, and its form, as they were before the page heard of the click.
   * @type {{by: Element, told: number, form: Element, began: import("../tape.js").Began | undefined} | undefined}
   */
  #clicked = undefined;
  /** The form of the requestSubmit() that is under way. @type {Element | null} */
  requested = null;

  /**
   * @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => Held} held
   * @param {import("./click.js").Clicks} clicks tells whose click is under way
   * @param {() => number} now @param {(at: number) => void} before what was typed is committed before the form is told
   */
  constructor(queue, held, clicks, now, before) {
    this.clicks = clicks;
    this.queue = queue;
    this.held = held;
    this.now = now;
    this.before = before;
  }

  /** form.submit() fires no event; requestSubmit() fires one like a person's. @param {import("../hooks.js").Hooks} hooks @param {any} view */
  hook(hooks, view) {
    hooks.add(view.HTMLFormElement.prototype, "submit", {
      before: (form) => this.push({ e: undefined, at: Math.round(this.now()), target: form }, form, "submit", null),
    });
    hooks.add(view.HTMLFormElement.prototype, "requestSubmit", {
      before: (form) => {
        this.requested = form;
        queueMicrotask(() => (this.requested = null)); // the event is over by then, or there was none
      },
    });
  }

  /** A click may send a form. @param {Sensed} s @param {HTMLButtonElement | null} by the button that was clicked */
  clicked({ began }, by) {
    if (!by || (by.type !== "submit" && /** @type {string} */ (by.type) !== "image") || !isElement(by.form)) return;
    this.#clicked = { by, told: began ? Math.min(tellable(by, began.hits), ofSubmitter(by)) : ofSubmitter(by), form: by.form, began: beginning(by.form) };
    setTimeout(() => (this.#clicked = undefined)); // the form is sent within the click
  }

  /** @param {Sensed} s */
  submit(s) {
    if (!isElement(s.target) || localNameOf(s.target) !== "form") return;
    const via = this.requested === s.target ? "request_submit" : s.e.isTrusted ? "user" : "submit";
    this.push(s, /** @type {HTMLFormElement} */ (s.target), via, s.e.submitter);
  }

  /** @param {Sensed} s @param {HTMLFormElement} form @param {string} via @param {Element | null} by */
  push(s, form, via, by) {
    this.before(s.at);
    const byPerson = (via === "user" && !this.clicks.scripted) || (via === "request_submit" && this.clicks.acting()); // as by a button that is a component
    /** @type {Row} */
    const row = { t: "submit", at: s.at, trusted: byPerson, cause: byPerson ? "user" : "script", via, valid: matchesOf(form, ":valid") };
    const before = this.#clicked && this.#clicked.form === form ? this.#clicked : undefined;
    const told = by ? Math.min(ofSubmitter(by), before && before.by === by ? before.told : ALL) : NOTHING;
    this.sent(form, by, s.e, s.at, Math.min(tellable(form), before && before.began ? tellable(form, before.began.hits) : ALL, by ? told : ALL));
    subject(row, form, form, before ? { ...s, began: s.began || before.began } : s, this.held);
    shown(row, form);
    row.id = row.shown_id;
    row.name = row.shown_name;
    row.class = row.shown_class;
    const open = told === ALL ? by : null; // a button that is hidden does not say where it sends the form
    row.method = methodOf(form, open);
    row.action = actionOf(form, open);
    row.fields = fieldsOf(form).map((el) => fieldItem(el, this.held)).join(ITEM);
    if (by && told !== NOTHING) row.submitter_node = by.localName;
    if (open) {
      row.submitter_id = text(attribute(open, "id"));
      row.submitter_name = text(attribute(open, "name"));
      row.submitter_class = text(attribute(open, "class"));
      if (!row.moved) row.submitter_label = text(nameOf(open));
    }
    this.queue.push(row);
  }
}

/** How much is told of the button that sends a form: which one was used tells a value where it lies in one, and what was typed where it is a key. @param {Element} by */
function ofSubmitter(by) {
  const told = tellable(by);
  return told === ALL && (clicked(by, Array.from(chain(by))).by !== by || isKey(by)) ? USE : told;
}

/** Attributes are read as such: a field named "action" would hide the form's property. @param {Element | null} el @param {string} name */
const attribute = (el, name) => (el && attributeOf(el, name)) || "";

/** @param {HTMLFormElement} form @param {Element | null} by */
export const methodOf = (form, by) => (attribute(by, "formmethod") || attribute(form, "method")).toLowerCase() || "get";

/** @param {HTMLFormElement} form @param {Element | null} by */
export function actionOf(form, by) {
  const { URL: url, baseURI } = documentOf(form); // the form's own could be one of its fields
  try {
    return new URL(attribute(by, "formaction") || attribute(form, "action") || url, baseURI).href;
  } catch {
    return "";
  }
}

/** The form's fields, a radio group once. @param {HTMLFormElement} form @returns {HTMLInputElement[]} */
function fieldsOf(form) {
  const groups = new Set();
  const fields = elementsOf(form).filter((el) => {
    if (!isFormValue(el)) return false;
    if (el.type !== "radio" || !el.name) return true;
    const first = !groups.has(el.name);
    groups.add(el.name);
    return first;
  });
  return fields.slice(0, MAX_FIELDS);
}

/**
 * The parts stand in the order of wasm/capture/submit.go: at the end is what the field holds, which is withheld
 * elsewhere where it is hidden.
 * @param {HTMLInputElement} el @param {(el: Element, depth: number) => Held} held
 */
function fieldItem(el, held) {
  const hits = judge(el);
  const hidden = surelyHidden(hits);
  const content = held(el, hidden ? BRIEF : FULL);
  const secrets = content.denied ? [] : secretsOf(chosenOf(el)).filter((s) => s.length > SHORT);
  const filled = /^(checkbox|radio|select-one|select-multiple)$/.test(el.type) ? "" : Number(content.filled);
  return [
    el.localName, typeOf(el), attribute(el, "name"), attribute(el, "id"), attribute(el, "autocomplete"), content.names.join(" "),
    Number(content.denied), hits.block, hits.mask, hits.allow, filled, identityOf(el), ...(hidden ? withheld(secrets) : secrets),
  ].map((p) => plain(String(p))).join(PART);
}

/** Of a radio group, for which its first stands, the one that is checked. @param {HTMLInputElement} el */
function chosenOf(el) {
  if (el.type !== "radio" || !el.name || !el.form) return el;
  return elementsOf(el.form).find((other) => other.type === "radio" && other.name === el.name && other.checked) || el;
}
