// For authors of browser extensions: writes into the log of the page that a content script runs in. List this file
// before your own among the content scripts of the manifest; docs/extension.md tells the rest. Content scripts are no
// modules, so it gives one name, `cotrail`, to the scripts of your extension; the page does not see it.

/**
 * @typedef {object} CotrailForExtensions Nothing of it throws.
 * @property {(message: string | {message: string, [more: string]: unknown}, options?: {level?: "debug" | "info" | "warn" | "error"}) => void} log
 *   writes a client_log entry
 * @property {(type: string, details?: Record<string, unknown>) => void} event
 *   tells of an event of one of Cotrail's types, or of your own whose name begins with x_
 */

/** @type {CotrailForExtensions} */
const cotrail = (() => {
  /** What may wait for a recorder, which may never come: the page may have none. */
  const MAX_WAITING = 100;

  /** @type {string[]} */
  const waiting = [];

  /** Whether a recorder has taken it: it then prevents the event's default. @param {string} detail */
  const taken = (detail) => !document.dispatchEvent(new CustomEvent("cotrail-extension", { detail, cancelable: true }));

  /** @param {Record<string, unknown>} said */
  function say(said) {
    try {
      const detail = JSON.stringify(said);
      if (!taken(detail) && waiting.length < MAX_WAITING) waiting.push(detail);
    } catch {
      // It has no JSON form: circular, or a BigInt.
    }
  }

  document.addEventListener("cotrail-hears", () => waiting.splice(0).forEach(taken));

  return {
    log(message, options) {
      const line = typeof message === "string" ? { message } : message;
      say({ log: { ...line, ...options } });
    },
    event(type, details) {
      say({ event: type, details });
    },
  };
})();
