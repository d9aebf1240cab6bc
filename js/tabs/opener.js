// What a new tab finds out before it says who it is: whether it is a copy of a tab that is still there, and which tab of
// the origin has opened it. The tape keeps what happens meanwhile.

import { random } from "../random.js";
import { ofNewTabs, ofSession } from "./channel.js";
import { sealed } from "./seal.js";

/** How long a sign of another tab is waited for, in milliseconds: its page may be busy. Nothing goes out meanwhile. */
const HEARD_WITHIN = 1000;

/** How long the answer is waited for of a tab that has heard the question, in milliseconds. */
const ANSWER_WITHIN = 4000;

/**
 * What a new tab gets from the tab that opened it.
 * @typedef {object} Opener
 * @property {string} session
 * @property {string} secret
 * @property {string} key
 * @property {string} tab
 * @property {string} how how the tab was opened: link or window_open
 * @property {boolean} paused whether sharing of the tab that opened it is paused
 */

/** Whether this is the first page of its tab, as far as the browser tells. */
function isFirst() {
  const entry = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);
  return window === top && history.length === 1 && Boolean(entry && entry.type === "navigate");
}

/**
 * Hears a channel until `take` gives something, or until the time is up, which begins anew with the milliseconds that
 * `take` gives.
 * @template {object} T @param {string} name @param {object} question @param {(data: any) => T | number | undefined} take @returns {Promise<T | undefined>}
 */
function ask(name, question, take) {
  const channel = new BroadcastChannel(name);
  return new Promise((done) => {
    let timer = setTimeout(done, HEARD_WITHIN, undefined);
    channel.onmessage = (e) => {
      const taken = take(e.data || {});
      if (!taken) return;
      clearTimeout(timer);
      if (typeof taken === "object") done(taken);
      else timer = setTimeout(done, taken, undefined);
    };
    channel.postMessage(question);
  }).finally(() => channel.close());
}

/**
 * Whether the tab that this one's storage is of is still there: then this one is a copy of it. Else it is that tab, come
 * back after a crash or with the browser.
 * @param {string} session @param {string} tab
 */
export async function isCopy(session, tab) {
  if (!("BroadcastChannel" in window) || (window.opener && isFirst())) return true;
  return Boolean(await ask(ofSession(session), { who: tab }, (data) => (data.here === tab ? data : undefined)));
}

/**
 * The tab that has opened this one without giving it its storage; undefined where this was opened by hand. A redirect
 * may have led elsewhere than the link did: then there must have been no other tab that could be meant.
 * @param {string} site @param {string} url @returns {Promise<Opener | undefined>}
 */
export async function findOpener(site, url) {
  const inside = document.referrer !== "" && new URL(document.referrer).origin === location.origin;
  if (!("BroadcastChannel" in window) || !isFirst() || (document.referrer && !inside)) return undefined;
  const nonce = random(16);
  let candidates = 0;
  /** @type {Opener | undefined} */
  let last;
  const name = ofNewTabs(site);
  const exact = await ask(name, { ask: nonce, url: await sealed(nonce, url), redirected: inside }, (data) => {
    if (data.heard === nonce) return ANSWER_WITHIN;
    if (data.answer !== nonce) return undefined;
    if (data.exact) return /** @type {Opener} */ (data);
    candidates += data.candidates;
    if (data.candidates) last = data;
    return HEARD_WITHIN; // another tab may have one as well
  });
  const opener = exact || (candidates === 1 ? last : undefined);
  if (!opener) return undefined;
  const channel = new BroadcastChannel(name);
  channel.postMessage({ taken: nonce, tab: opener.tab });
  channel.close();
  return opener;
}
