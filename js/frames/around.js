// A frame's side of joining the session of the page around it, which is of another origin of the same site: the frame
// asks, and gets the session, the tab and a ticket. It asks only a page of the site, and believes only that page.

import { ofSite } from "../origins.js";
import { random } from "../random.js";
import { TICKET } from "./ticket.js";

/**
 * The waits between one question and the next, in milliseconds. The page's recorder may come up after the frame's, so
 * it is asked more than once; when the last wait is over nobody answers, and the frame records a session of its own.
 */
const WAITS = [100, 200, 400, 800, 1500];

/**
 * What lets a frame in.
 * @typedef {object} Pass
 * @property {string} session
 * @property {string} tab
 * @property {string} ticket
 * @property {boolean} paused whether the page around has paused sharing
 */

/** The origin of the page around, as far as the browser tells. */
function originAround() {
  const all = location.ancestorOrigins;
  if (all) return all[0];
  return document.referrer ? new URL(document.referrer).origin : "null";
}

/** Joins the session of the page around; undefined where that is not possible. @param {string} relay @param {string} site */
export async function join(relay, site) {
  const origin = originAround();
  if (origin === "null" || origin === location.origin || !(await ofSite(relay, site, origin))) return undefined;
  const around = new Around(site, origin);
  const pass = await around.ask();
  if (pass) around.pass = pass;
  else around.end();
  return pass && around;
}

export class Around {
  /** What this frame has got; a later one replaces it. @type {Pass} */
  pass = { session: "", tab: "", ticket: "", paused: false };
  /** Told when the page pauses and resumes sharing. @type {(paused: boolean) => void} */
  onPause = () => {};
  /** Gets another ticket now: the one there is may have expired while the page was frozen. @type {() => void} */
  renew = () => {};
  /** The questions that wait, by their nonces. @type {Map<string, (pass: Pass) => void>} */
  #asked = new Map();

  /** @param {string} site @param {string} origin of the page around */
  constructor(site, origin) {
    this.site = site;
    this.origin = origin;
    addEventListener("message", this.hear, true);
  }

  /**
   * Asks for a ticket: for this frame, or for one within it, whose origin is given then.
   * @param {string} [origin] @returns {Promise<Pass | undefined>}
   */
  async ask(origin) {
    const nonce = random(16);
    /** @type {Promise<Pass>} */
    const answered = new Promise((done) => this.#asked.set(nonce, done));
    try {
      for (const wait of WAITS) {
        parent.postMessage({ cotrail: "join", site: this.site, nonce, origin }, this.origin);
        const pass = await Promise.race([answered, new Promise((done) => setTimeout(done, wait))]);
        if (pass) return pass;
      }
    } finally {
      this.#asked.delete(nonce);
    }
  }

  /** @param {MessageEvent} e */
  hear = (e) => {
    const { data } = e;
    if (e.source !== parent || e.origin !== this.origin || !data) return;
    if (data.cotrail === "sharing") this.onPause((this.pass.paused = data.paused === true));
    else if (data.cotrail === "joined") this.#answered(data);
    else return;
    e.stopImmediatePropagation(); // nothing that listens later needs it
  };

  /** @param {any} data */
  #answered({ nonce, session, tab, ticket, paused }) {
    const done = this.#asked.get(nonce);
    if (done && /^[0-9a-f]{32}$/.test(session) && /^[0-9a-f]{16}$/.test(tab) && TICKET.test(ticket)) done({ session, tab, ticket, paused: paused === true });
  }

  end() {
    removeEventListener("message", this.hear, true);
  }
}
