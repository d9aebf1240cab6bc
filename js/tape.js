// Listens from the first moment on. Until the sensor is there, what happens is kept on a tape, with what a field
// held when it was changed; the sensor plays the tape and then takes each event as it comes.

import { denied, namesOf, watchTypes } from "./deny.js";
import { BRIEF, TAPED } from "./depth.js";

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
 * An event and what has to be known of its moment.
 * @typedef {object} Sensed
 * @property {any} e the event
 * @property {number} at the page's clock
 * @property {EventTarget} target the innermost target, also within open shadow roots
 * @property {EventTarget[]} [path] of a taped event: its composed path, which an event forgets when it is over
 * @property {Held} [held] of a field that changed: what it held then
 * @property {string} [url] of a taped navigation within the page
 */

/** What may wait for the sensor: some minutes of a busy person. */
const MAX_TAPE = 4000;

const TYPES = ["input", "change", "click", "auxclick", "submit"];

const { timeOrigin } = performance; // asking costs as much as the time itself

/** The page's clock: milliseconds since 1970, and it never goes back. */
export const now = () => timeOrigin + performance.now();

/** @param {Element} el @param {number} depth @returns {Held} */
export function held(el, depth) {
  const root = el.getRootNode();
  if (root !== document) watchTypes(root);
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
  return "value" in el ? String(el.value) : /** @type {Element} */ (el).textContent || "";
}

/** The innermost target. @param {Event} e */
export function targetOf(e) {
  const target = /** @type {Element} */ (e.target);
  return target.shadowRoot ? e.composedPath()[0] : target;
}

export class Tape {
  /** @type {Sensed[]} */
  events = [];
  lost = 0;
  /** Where events go once the sensor is there. @type {((e: Event) => void) | undefined} */
  sink = undefined;
  /** @type {AbortController | undefined} */
  #listening = undefined;
  /** Leaving a field; the sensor asks for it only while it means something. */
  #leaving = new AbortController();

  /** Listens before anybody else, and disturbs nobody. */
  listen() {
    if (this.#listening) return;
    const { signal } = (this.#listening = new AbortController());
    this.#leaving = new AbortController();
    const options = { capture: true, passive: true, signal };
    watchTypes(document);
    /** @param {Event} e */
    const sense = (e) => {
      try {
        if (this.sink) this.sink(e);
        else this.#keep(e);
      } catch {
        this.lost++;
      }
    };
    for (const type of TYPES) window.addEventListener(type, sense, options);
    window.addEventListener("focusout", sense, { ...options, signal: this.#leaving.signal });
    const navigation = /** @type {any} */ (window).navigation;
    if (navigation) navigation.addEventListener("currententrychange", sense, options);
  }

  /** @param {Event} e */
  #keep(e) {
    const target = targetOf(e);
    const last = this.events[this.events.length - 1];
    if (e.type === "input" && last && last.e.type === "input" && last.target === target) this.events.pop();
    if (this.events.length >= MAX_TAPE) return void this.lost++;
    const at = Math.round(now());
    this.events.push({ e, at, target, path: e.composedPath(), url: location.href, held: e.type === "change" ? held(/** @type {Element} */ (target), TAPED) : undefined });
  }

  /** The sensor takes over: each event goes to it. @param {(e: Event) => void} sink */
  handOver(sink) {
    this.#leaving.abort();
    this.sink = sink;
  }

  stop() {
    this.#leaving.abort();
    if (this.#listening) this.#listening.abort();
    this.#listening = this.sink = undefined;
    this.events = [];
  }
}
