// What the tab keeps for its next page, in its sessionStorage. It is masked or random, never a page's raw text.

import { isElement } from "./nodes.js";

/** A frame of another origin shares its storage with the tab's pages of its origin, and is not one of them. */
const KEY = window === top || window.frameElement ? "cotrail" : "cotrail-frame";

/** The stubs that may wait. */
const MAX_STUBS = 200;

/**
 * @typedef {object} Stub What is kept of something that happened before the recorder could judge it.
 * @property {string} type
 * @property {number} time
 * @property {string} node_name
 * @property {true} is_masked
 * @property {"not_ready"} rule
 */

/**
 * @typedef {object} Kept
 * @property {string} site whose session it is: a page of another one stands in the same tab, and starts its own
 * @property {string} session
 * @property {boolean} named whether a token has said who is at it
 * @property {string} secret empty in a frame that has joined the page around it
 * @property {string} key   names masked fields; random
 * @property {string} tab
 * @property {string} active the tab that was looked at last, as far as this one knows
 * @property {boolean} left whether the tab's last page has been left; if not, this page may be a copy of an open one
 * @property {number} paused since when sharing of the tab is paused, 0 when it is not
 * @property {number} leftAt when the last page was left
 * @property {boolean} told whether the last page told that it was being left, and for where
 * @property {boolean} user whether a person's act led away from it
 * @property {string} cause what was done there that leads away: link, form, or nothing known
 * @property {number} since when the last page was reached
 * @property {string} tail  masked events that the relay has not acknowledged
 * @property {number} tailAt
 * @property {Stub[]} stubs
 * @property {number} lost  how many found no room among the stubs
 */

/** @returns {Partial<Kept>} */
export function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || "{}") || {};
  } catch {
    return {}; // storage is forbidden here, or not ours: this page stands alone
  }
}

/** @param {Partial<Kept>} kept */
export function write(kept) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Full or forbidden: the session ends with this page, nothing else is lost.
  }
}

/** @type {Record<string, string>} */
const STUBS = { change: "input_change", click: "click", auxclick: "click", submit: "submit" };

/**
 * The page is left before the recorder was up: of what is on the tape, which is emptied, only this may be kept. That
 * the page was reached, and where it went by itself, is counted: no address may be told without a policy.
 * @param {import("./tape.js").Tape} tape
 */
export function abandon(tape) {
  const kept = read();
  const stubs = (kept.stubs = kept.stubs || []);
  let lost = tape.lost + Number(KEY === "cotrail");
  tape.lost = 0;
  /** @param {import("./tape.js").Sensed} s @param {string} type */
  const keep = ({ at, target }, type) => {
    if (!isElement(target)) return;
    if (stubs.length < MAX_STUBS) stubs.push({ type, time: at, node_name: target.localName, is_masked: true, rule: "not_ready" });
    else lost++;
  };
  /** What was typed and not committed, by field. @type {Map<EventTarget, import("./tape.js").Sensed>} */
  const typed = new Map();
  for (const s of tape.events.splice(0)) {
    const { type } = s.e;
    if (type === "input") typed.set(s.target, s);
    if (type === "change") typed.delete(s.target);
    if (type === "currententrychange") lost++;
    if (STUBS[type]) keep(s, STUBS[type]);
  }
  for (const s of typed.values()) keep(s, "input_change");
  kept.lost = (kept.lost || 0) + lost;
  kept.tailAt = kept.tailAt || Date.now();
  Object.assign(kept, { since: 0, leftAt: 0, told: false }); // those of the page before
  write(kept); // left stays: whether the storage is this tab's own or a copy was not found out
}

/** The tail as a text, for the storage takes no other. @param {Uint8Array} tail */
export const encodeTail = (tail) => btoa(Array.from(tail, (b) => String.fromCharCode(b)).join(""));

/** @param {string} base64 */
export const decodeTail = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
