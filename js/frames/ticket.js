// Tickets, as masking/event/ticket.go tells them: what a frame of another origin gets instead of the session's secret.

import { hex } from "../random.js";

/** How long one is good, in milliseconds: the relay takes none that lasts longer. */
const LIFE = 600_000;

/** When a frame asks for the next one: twice before the last one ends, though a hidden page's timers be late. */
export const RENEW = LIFE / 3;

/** What a ticket looks like. */
export const TICKET = /^1\.\d{1,16}\.[0-9a-f]{64}$/;

/** Only secure contexts have it; elsewhere nobody gets a ticket. */
const subtle = /** @type {SubtleCrypto | undefined} */ (crypto.subtle);

/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text);

/**
 * A ticket for frames of an origin, undefined where the page cannot make one.
 * @param {string} secret @param {string} session @param {string} origin @param {number} now
 */
export const ticket = (secret, session, origin, now) => until(secret, session, origin, Math.round(now) + LIFE);

/** @param {string} secret @param {string} session @param {string} origin @param {number} expires */
export async function until(secret, session, origin, expires) {
  if (!subtle) return undefined;
  const key = await subtle.importKey("raw", await subtle.digest("SHA-256", bytes(secret)), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await subtle.sign("HMAC", key, bytes(`cotrail ticket 1\n${session}\n${origin}\n${expires}\n`));
  return `1.${expires}.${hex(new Uint8Array(mac))}`;
}
