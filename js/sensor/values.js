// What fields held when the log last knew them. It tells a change that no event tells of from the value that a page
// gave its field, and from one that is told already.

import { editorOf, isCustomField } from "../facts.js";
import { isShadowRoot } from "../nodes.js";
import { quietly } from "../quiet.js";
import { judge } from "../rules.js";

/** Fields that a person could have filled: the values of hidden ones and of buttons are the page's. */
const FIELDS = "input:not([type=hidden i],[type=submit i],[type=button i],[type=reset i],[type=image i]),select,textarea,[contenteditable]";

/** How often fields are looked at, for changes that nothing tells of, in milliseconds, and how many at most: asking sixty fields costs about a millisecond, and at acts and departures they are asked anyway. */
const INTERVAL = 5000;
const MAX_FIELDS = 2000;

/** What scripts change a field by, of each kind of element. @type {Record<string, {set?: string[], value?: string[]}>} */
const CHANGERS = {
  HTMLInputElement: { set: ["value", "defaultValue", "checked", "valueAsNumber", "valueAsDate"], value: ["setRangeText", "stepUp", "stepDown"] },
  HTMLTextAreaElement: { set: ["value", "defaultValue"], value: ["setRangeText"] },
  HTMLSelectElement: { set: ["value", "selectedIndex"] },
  HTMLOptionElement: { set: ["selected"] },
};

export class Values {
  /** @type {WeakMap<Element, string>} */
  #known = new WeakMap();
  /** The option of each list that the log knows for chosen. @type {WeakMap<Element, HTMLOptionElement | undefined>} */
  #chosen = new WeakMap();
  /** The rules that held for each editor then: nothing tells when a script changes one. @type {WeakMap<Element, import("../rules.js").Hits>} */
  #rules = new WeakMap();
  #timer = 0;

  /**
   * @param {import("../roots.js").Roots} roots
   * @param {(el: Element, rules?: import("../rules.js").Hits) => void} suspect told of a field that may have been changed by a script, and of rules that may have held then
   * @param {(el: Element) => void} edits told of each editor
   */
  constructor(roots, suspect, edits) {
    this.roots = roots;
    this.suspect = suspect;
    this.edits = edits;
  }

  /** Takes all fields as they are, and looks at them again and again from now on. */
  begin() {
    this.#each((el) => this.note(el));
    this.end();
    this.#wait();
  }

  /** The log knows what the field holds now, and with it any editor around it. @param {Element} el */
  note(el) {
    this.#known.set(el, safeStateOf(el));
    if (!("form" in el)) {
      this.#rules.set(el, judge(el));
      this.edits(el);
    }
    const around = "form" in el ? null : el.parentElement && el.parentElement.closest("[contenteditable]:not([contenteditable=false])");
    if (around && this.#known.has(around)) this.note(around);
    if (el.localName === "select") this.#chosen.set(el, optionOf(/** @type {HTMLSelectElement} */ (el)));
  }

  /** The same of the custom field that it lies in. @param {Element} el */
  noteAround(el) {
    const custom = this.outermost(el);
    if (custom !== el) this.note(custom);
  }

  /** The field that somebody put into the page: the custom field that this one lies in, else itself. @param {Element} el */
  outermost(el) {
    return customField(el.getRootNode()) || el;
  }

  /** Whether what a list shows is no choice of anybody's: it has other options now, of which the browser shows the first. @param {Element} el */
  isDefault(el) {
    const select = /** @type {HTMLSelectElement} */ (el);
    if (el.localName !== "select" || select.multiple || select.selectedIndex > 0) return false;
    const before = this.#chosen.get(el);
    return !before || !el.contains(before);
  }

  /** Whether the field holds what the log does not know; of one that is new, undefined. @param {Element} el */
  changed(el) {
    const known = this.#known.get(el);
    return known === undefined ? undefined : known !== safeStateOf(el);
  }

  /** Looks at all fields. One that is new was given its value by the page. */
  look() {
    this.#each((el) => {
      const changed = this.changed(el);
      if (changed === false) return;
      if (changed === undefined) this.note(el);
      else if (!isCustomField(el)) this.suspect(el, this.#rules.get(el)); // a custom field tells of itself
    });
  }

  /** @param {(el: Element) => void} f is called with each field */
  #each(f) {
    let left = MAX_FIELDS;
    for (const root of this.roots) {
      const custom = customField(root);
      for (const el of custom ? [custom] : root.querySelectorAll(FIELDS)) {
        if (--left < 0) return;
        try {
          if ("form" in el || editorOf(el) === el || el === custom) f(el);
        } catch {
          // The page has made it so; the others are looked at all the same.
        }
      }
    }
  }

  #wait() {
    const look = () => {
      quietly(() => this.look());
      this.#wait();
    };
    this.#timer = setTimeout(() => ("requestIdleCallback" in window ? requestIdleCallback(() => this.#timer && look(), { timeout: INTERVAL }) : look()), INTERVAL);
  }

  /**
   * Hooks what changes fields without an event.
   * @param {import("../hooks.js").Hooks} hooks @param {any} view the window whose elements they are
   * @param {(el: Element, value: any) => void} before a setter is called
   */
  hook(hooks, view, before) {
    const after = (/** @type {Element} */ self) => {
      const el = fieldOf(self);
      const changed = this.changed(el);
      if (changed) this.suspect(el);
      else if (changed === undefined && el.isConnected) this.note(el); // the value that a new field is given
    };
    for (const [type, { set = [], value = [] }] of Object.entries(CHANGERS)) {
      const owner = view[type] && view[type].prototype;
      for (const name of set) hooks.add(owner, name, { before: (self, [to]) => before(self, to), after }, "set");
      for (const name of value) hooks.add(owner, name, { after });
    }
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }
}

/** The custom element that is a field and has this tree in it: what scripts change within is its own affair. @param {Node} root @returns {Element | null} */
function customField(root) {
  let found = null;
  for (let at = root; isShadowRoot(at); at = at.host.getRootNode()) if (isCustomField(at.host)) found = at.host;
  return found; // the outermost, which is the one that somebody put there
}

/** The field that a script changes when it changes an element. @param {Element} el */
const fieldOf = (el) => customField(el.getRootNode()) || (el.localName === "option" && el.closest("select")) || el;

/** @param {HTMLSelectElement} select */
const optionOf = (select) => select.options[select.selectedIndex];

/** The page may have made properties of its own for a field, and they may throw. @param {Element} el */
function safeStateOf(el) {
  try {
    return stateOf(el);
  } catch {
    return "";
  }
}

/** @param {Element} el */
function stateOf(el) {
  const field = /** @type {any} */ (el);
  switch (el.localName) {
    case "input":
      return field.type === "checkbox" || field.type === "radio" ? String(field.checked) : field.value;
    case "select":
      return field.multiple ? Array.from(field.selectedOptions, (/** @type {HTMLOptionElement} */ o) => o.index).join() : field.selectedIndex + " " + field.value;
    case "textarea":
      return field.value;
  }
  return "value" in el ? field.value + " " + field.checked : el.textContent || "";
}
