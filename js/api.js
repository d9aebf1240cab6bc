// What the page says through window.cotrail, as rows.

import { text } from "./queue.js";

/** @typedef {import("./queue.js").Row} Row */

/** @param {unknown} data @returns {string | undefined} */
function json(data) {
  try {
    return text(JSON.stringify(data));
  } catch {
    return undefined; // circular: the message stands without it
  }
}

/** @param {any} message a sentence, or an object with a `message` and whatever else @param {any} options @returns {Row} */
export function logRow(message, options) {
  const level = text(options && options.level);
  if (message === null || typeof message !== "object") return { t: "log", message: String(message), level };
  return { t: "log", message: text(message.message) || "", level, data: json(message) };
}

/** @param {unknown} type @param {unknown} details @param {string} by page or extension @returns {Row} */
export const eventRow = (type, details, by) => ({ t: "said", type: String(type), data: json(details === undefined ? {} : details), by });

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const LEVELS = [undefined, "debug", "info", "warn", "error"];

/**
 * What a browser extension says, which is one of the two and nothing else: {log: {message, level?, ...more}} or
 * {event: type, details?}. Undefined when it is not.
 * @param {string} detail JSON @returns {Row | undefined}
 */
export function extensionRow(detail) {
  let said;
  try {
    said = JSON.parse(detail);
  } catch {
    return undefined;
  }
  if (!isObject(said)) return undefined;
  const { log, event, details, ...other } = said;
  if (Object.keys(other).length) return undefined;
  if (isObject(log) && event === undefined && details === undefined) {
    const { message, level, ...more } = log;
    if (typeof message !== "string" || !LEVELS.includes(level)) return undefined;
    return { t: "log", message, level, data: Object.keys(more).length ? json(more) : undefined, by: "extension" };
  }
  if (typeof event !== "string" || !event || log !== undefined || (details !== undefined && !isObject(details))) return undefined;
  return eventRow(event, details, "extension");
}

/** Said once of an extension that says anything else. @type {Row} */
export const notUnderstood = { t: "log", message: "A browser extension said what Cotrail does not understand", level: "warn", by: "extension" };

/** @param {any} person @returns {Row} */
export function identifyRow(person) {
  const { username, email, user_id, role } = person || {};
  return { t: "identify", username: text(username), email: text(email), user_id: text(user_id), role: text(role) };
}
