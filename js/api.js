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

/** @param {any} person @returns {Row} */
export function identifyRow(person) {
  const { username, email, user_id, role } = person || {};
  return { t: "identify", username: text(username), email: text(email), user_id: text(user_id), role: text(role) };
}
