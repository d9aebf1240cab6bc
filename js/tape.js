// Listens from the first moment on. Until the sensor is there, what happens is kept on a tape, with what a field
// held when it was changed; the sensor plays the tape and then takes each event as it comes.

import { denied, namesOf, watchTypes } from "./deny.js";

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
 * @typedef {object} Sensed
 * @property {string} type
 * @property {any} e the event
 * @property {number} at the page's clock
 * @property {EventTarget[]} path the composed path, which an event forgets when it is over
 * @property {Held} [held] of a field that changed, where it had to be read at once
 * @property {string} [url] of a navigation within the page
 * @property {boolean} [taped]
 */

/** What may wait for the sensor: some minutes of a busy person. */
const MAX_TAPE = 4000;

const TYPES = ["input", "change", "focusin", "focusout", "pointerdown", "keydown", "click", "auxclick", "submit"];

/** The page's clock: milliseconds since 1970, and it never goes back. */
export const now = () => performance.timeOrigin + performance.now();

/** @param {Element} el @returns {Held} */
export function held(el) {
  watchTypes(el.getRootNode());
  const names = namesOf(el);
  const isDenied = denied(el, names);
  const field = /** @type {HTMLInputElement} */ (el);
  const options = /** @type {HTMLSelectElement} */ (el).options;
  return {
    names,
    denied: isDenied,
    value: isDenied ? "" : valueOf(field),
    filled: "value" in field ? field.value !== "" : Boolean(el.textContent),
    checked: field.checked,
    selected: options && !isDenied ? Array.from(options, (o) => o.selected) : undefined,
  };
}

/** @param {HTMLInputElement} el */
function valueOf(el) {
  if (el.type === "file") return Array.from(el.files || [], (f) => "*" + (/\.\w{1,8}$/.exec(f.name) || [""])[0].toLowerCase()).join(", ");
  return "value" in el ? String(el.value) : /** @type {Element} */ (el).textContent || "";
}

export class Tape {
  /** @type {Sensed[]} */
  events = [];
  lost = 0;
  /** Where events go once the sensor is there. @type {((s: Sensed) => void) | undefined} */
  sink = undefined;
  /** @type {AbortController | undefined} */
  #listening = undefined;

  /** Listens before anybody else, and disturbs nobody. */
  listen() {
    if (this.#listening) return;
    const { signal } = (this.#listening = new AbortController());
    const options = { capture: true, passive: true, signal };
    watchTypes(document);
    /** @param {Event} e */
    const sense = (e) => {
      try {
        this.#sense(e);
      } catch {
        this.lost++;
      }
    };
    for (const type of TYPES) window.addEventListener(type, sense, options);
    const navigation = /** @type {any} */ (window).navigation;
    if (navigation) navigation.addEventListener("currententrychange", sense, options);
  }

  /** @param {Event} e */
  #sense(e) {
    /** @type {Sensed} */
    const s = { type: e.type, e, at: Math.round(now()), path: e.composedPath(), url: location.href };
    if (this.sink) return this.sink(s);
    if (e.type === "keydown" && /** @type {KeyboardEvent} */ (e).key !== "Enter") return;
    const last = this.events[this.events.length - 1];
    if (last && last.type === "input" && e.type === "input" && last.path[0] === s.path[0]) this.events.pop();
    if (this.events.length >= MAX_TAPE) return void this.lost++;
    if (e.type === "change") s.held = held(/** @type {Element} */ (s.path[0]));
    s.taped = true;
    this.events.push(s);
  }

  stop() {
    if (this.#listening) this.#listening.abort();
    this.#listening = this.sink = undefined;
    this.events = [];
  }
}
