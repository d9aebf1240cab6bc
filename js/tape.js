// Listens from the first moment on. Until the sensor is there, what happens is kept on a tape, with what a field
// held when it was changed; the sensor plays the tape and then takes each event as it comes.

import { denied, namesOf, watchSecrets } from "./deny.js";
import { BRIEF, TAPED } from "./depth.js";
import { marked } from "./marks.js";
import { isShadowRoot } from "./nodes.js";
import { Roots } from "./roots.js";
import { written } from "./written.js";

/**
 * What a field held at a moment. Of a denied field nothing is read but whether there is something.
 * @typedef {object} Held
 * @property {string[]} names every text that names the field
 * @property {boolean} denied
 * @property {string} value
 * @property {boolean} filled
 * @property {boolean} checked
 * @property {boolean[] | undefined} selected of a select's options
 */

/**
 * Where a change began, and what rules held there. What began in another place, or under stricter rules, than it is told
 * in must not be told as if it had not.
 * @typedef {object} Began
 * @property {EventTarget[]} place the field and what was around it, up to the document's root
 * @property {import("./rules.js").Hits} hits
 */

/**
 * An event and what has to be known of its moment.
 * @typedef {object} Sensed
 * @property {any} e the event; undefined when there was none, as for what a script changes
 * @property {number} at the page's clock
 * @property {EventTarget} target the innermost target, also within open shadow roots
 * @property {EventTarget[]} [path] of a taped event: its composed path, which an event forgets when it is over
 * @property {import("./marks.js").Marked} [marked] of a taped event: what the page had marked then, around the target
 * @property {Began} [began] of a change that is told later than it began: where and how that was
 * @property {boolean} [unseen] whether something that the field holds was put there while nothing was recorded
 * @property {Held} [held] of a field that changed: what it held then
 * @property {string} [cause] of a change, where the event does not tell it
 * @property {string} [url] of a taped navigation within the page
 */

/** What may wait for the sensor: some minutes of a busy person. */
const MAX_TAPE = 4000;

const TYPES = ["change", "click", "auxclick", "submit", "reset", "copy", "cut", "paste", "beforeprint"];

/** Of these, what does not leave a shadow root. */
const WITHIN = ["change", "submit", "reset"];

const clock = performance;
let { timeOrigin } = clock; // asking costs as much as the time itself

/** What the Navigation API tells: where the page is now, and what it begins to go to, or to download. */
const OF_NAVIGATION = ["currententrychange", "navigate"];

/** The page's clock: milliseconds since 1970, and it never goes back. */
export const now = () => timeOrigin + clock.now();

/** Sets the page's clock forward: it stood still while the machine slept. @param {number} ms */
export const advance = (ms) => {
  timeOrigin += ms;
};

/** @param {Element} el @param {number} depth @returns {Held} */
export function held(el, depth) {
  try {
    return read(el, depth);
  } catch {
    return { names: [], denied: true, value: "", filled: false, checked: false, selected: undefined }; // the page has made it unreadable
  }
}

/** @param {Element} el @param {number} depth @returns {Held} */
function read(el, depth) {
  const names = namesOf(el, depth > BRIEF);
  const isDenied = denied(el, names);
  const field = /** @type {HTMLInputElement} */ (el);
  const options = depth === TAPED && !isDenied && /** @type {HTMLSelectElement} */ (el).options;
  return {
    names,
    denied: isDenied,
    value: isDenied || depth === BRIEF ? "" : valueOf(field),
    filled: "value" in field ? field.value !== "" : Boolean(el.textContent),
    checked: field.checked,
    selected: options ? Array.from(options, (o) => o.selected) : undefined,
  };
}

/** @param {HTMLInputElement} el */
function valueOf(el) {
  if (el.type === "file") return Array.from(el.files || [], (f) => "*" + (/\.\w{1,8}$/.exec(f.name) || [""])[0].toLowerCase()).join(", ");
  return "value" in el ? String(el.value) : written(el);
}

/** The innermost target. @param {Event} e */
export function targetOf(e) {
  const target = /** @type {Element} */ (e.target);
  return target.shadowRoot ? e.composedPath()[0] : target;
}

const NEVER = () => false;

export class Tape {
  /** @type {Sensed[]} */
  events = [];
  lost = 0;
  roots = new Roots();
  /** Where events go once the sensor is there. @type {((e: Event) => void) | undefined} */
  sink = undefined;
  /** Whether an input event says no more than the one before, which most do; the sensor knows. @type {(e: Event) => boolean} */
  goesOn = NEVER;
  /** @type {AbortController | undefined} */
  #listening = undefined;
  /** Leaving a field; the sensor asks for it only while it means something. */
  #leaving = new AbortController();

  /** Listens before anybody else, and disturbs nobody. */
  listen() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    this.#leaving = new AbortController();
    const navigation = /** @type {any} */ (window).navigation;
    if (navigation) for (const type of OF_NAVIGATION) navigation.addEventListener(type, this.#sense, this.#options(this.#listening));
    this.roots.watch((root) => this.#listenTo(root));
    this.roots.enter(document);
  }

  /** @param {AbortController} until */
  #options(until) {
    return { capture: true, passive: true, signal: until.signal };
  }

  /** @param {import("./roots.js").Root} root */
  #listenTo(root) {
    watchSecrets(root);
    const options = this.#options(/** @type {AbortController} */ (this.#listening));
    if (isShadowRoot(root)) {
      for (const type of WITHIN) root.addEventListener(type, this.#senseWithin, options);
      return;
    }
    const view = /** @type {Window} */ (root.defaultView);
    if (root === document) for (const type of ["DOMContentLoaded", "load"]) view.addEventListener(type, this.#search, { once: true, signal: options.signal });
    view.addEventListener("input", this.#senseInput, options);
    for (const type of TYPES) view.addEventListener(type, this.#sense, options);
    if (!this.#leaving.signal.aborted) view.addEventListener("focusout", this.#sense, this.#options(this.#leaving));
  }

  /** Looks for what the parser has added since. */
  #search = () => this.roots.searchAll();

  /** @param {Event} e */
  #sense = (e) => {
    try {
      const target = /** @type {Element} */ (e.target);
      if (target.shadowRoot) this.roots.crossed(e);
      if (this.sink) this.sink(e);
      else this.#keep(e);
    } catch {
      this.lost++;
    }
  };

  /** @param {Event} e */
  #senseInput = (e) => {
    try {
      if (this.goesOn(e)) return;
    } catch {
      return void this.lost++;
    }
    this.#sense(e);
  };

  /** Of a shadow root: what comes to the window is sensed there, and what only passes through belongs to another root. @param {Event} e */
  #senseWithin = (e) => {
    const target = /** @type {Element} */ (e.target);
    const path = e.composedPath();
    if (path[path.length - 1] !== target.ownerDocument.defaultView && target.getRootNode() === e.currentTarget) this.#sense(e);
  };

  /** @param {Event} e */
  #keep(e) {
    const target = targetOf(e);
    const last = this.events[this.events.length - 1];
    const goesOn = e.type === "input" && last && last.e.type === "input" && last.target === target;
    if (goesOn) this.events.pop();
    if (this.events.length >= MAX_TAPE) return void this.lost++;
    const at = Math.round(now());
    const path = e.composedPath();
    this.events.push({ e, at, target, path, marked: (goesOn && last.marked) || marked(path), url: location.href, held: e.type === "change" ? held(/** @type {Element} */ (target), TAPED) : undefined });
  }

  /** The sensor takes over: each event goes to it. @param {(e: Event) => void} sink @param {(e: Event) => boolean} goesOn */
  handOver(sink, goesOn) {
    this.#leaving.abort();
    this.sink = sink;
    this.goesOn = goesOn;
  }

  stop() {
    this.#leaving.abort();
    if (this.#listening) this.#listening.abort();
    this.roots.end();
    this.#listening = this.sink = undefined;
    this.goesOn = NEVER;
    this.events = [];
  }
}
