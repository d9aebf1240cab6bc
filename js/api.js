// window.cotrail: what a page may say to the recorder. Nothing here throws into the page.

import { plain } from "./queue.js";
import { Recording } from "./recording.js";

/** @typedef {{username?: string, email?: string, user_id?: string, role?: string}} Person */


/** @param {unknown} data @returns {string | undefined} */
function json(data) {
  try {
    const text = JSON.stringify(data);
    return text === undefined ? undefined : plain(text);
  } catch {
    return undefined; // circular: the message stands without it
  }
}

/** @param {unknown} value */
const text = (value) => (value === undefined || value === null ? undefined : plain(String(value)) || undefined);

export class Cotrail {
  /** @type {Recording | undefined} */
  #recording;
  #status = "waiting";
  /** @type {Map<string, Set<Function>>} */
  #listeners = new Map();
  #relay;
  #site;

  /** @param {string} relay @param {string} site */
  constructor(relay, site) {
    this.#relay = relay;
    this.#site = site;
  }

  /** "waiting", "starting", "recording", "reconnecting", "stopped", "refused: why" or "failed: why". */
  get status() {
    return this.#status;
  }

  /** The session, null before anything is recorded. */
  get sessionId() {
    return this.#recording ? this.#recording.identity.kept.session : null;
  }

  /** The tab, null before anything is recorded. */
  get tabId() {
    return this.#recording ? this.#recording.identity.kept.tab : null;
  }

  /** Starts recording; the tag has done so already unless it says data-start="manual". */
  start() {
    this.begin("api");
  }

  /** @param {"auto" | "api"} by */
  begin(by) {
    if (this.#recording && !this.#recording.ended) return;
    this.#say("starting", "");
    this.#recording = new Recording({ relay: this.#relay, site: this.#site, by }, (status, code) => this.#say(status, code));
  }

  /** @param {string} [reason] */
  stop(reason) {
    if (this.#recording) this.#recording.stop(reason === undefined ? undefined : String(reason));
  }

  /**
   * Writes a line into the log.
   * @param {string | object} message a sentence, or an object with a `message` and whatever else
   * @param {{level?: string}} [options]
   */
  log(message, options) {
    if (message !== null && typeof message === "object") {
      this.#push({ t: "log", message: text(/** @type {any} */ (message).message) || "", level: text(options && options.level), data: json(message) });
    } else {
      this.#push({ t: "log", message: text(message) || "", level: text(options && options.level) });
    }
  }

  /** Says who is at this page, as far as the page knows. @param {Person} person */
  identify(person) {
    const { username, email, user_id, role } = person || {};
    this.#push({ t: "identify", username: text(username), email: text(email), user_id: text(user_id), role: text(role) });
  }

  /** Resolves when all so far is durable at the relay, or when there is no recording that it could become so. */
  flush() {
    return this.#recording ? this.#recording.flush() : Promise.resolve();
  }

  /** @param {string} name "status" @param {Function} handler @returns {() => void} takes the handler away */
  on(name, handler) {
    const all = this.#listeners.get(name) || new Set();
    this.#listeners.set(name, all.add(handler));
    return () => void all.delete(handler);
  }

  /** @param {import("./queue.js").Row} row */
  #push(row) {
    if (this.#recording && !this.#recording.ended) this.#recording.queue.push(row);
  }

  /** @param {string} status @param {string} code */
  #say(status, code) {
    this.#status = code ? status + ": " + code : status;
    for (const handler of this.#listeners.get("status") || []) {
      try {
        handler(this.#status);
      } catch {
        // The page's own trouble; the others are told all the same.
      }
    }
  }
}
