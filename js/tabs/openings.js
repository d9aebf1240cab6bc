// What this tab has opened in new tabs: it lets them into its session when they ask.

import { ofNewTabs, openChannel } from "./channel.js";
import { sealed } from "./seal.js";

/** How long after the act a new tab may ask, in milliseconds. */
const OPENED_WITHIN = 10_000;

/** More than anybody opens in that time. */
const MAX_OPENINGS = 20;

/**
 * @typedef {object} Opening
 * @property {string} url
 * @property {string} how link or window_open
 * @property {number} at
 */

export class Openings {
  /** @type {Opening[]} */
  #openings = [];
  /** Which opening was offered, by the question's nonce. @type {Map<string, Opening>} */
  #offered = new Map();

  /**
   * @param {string} site @param {import("../identity.js").Identity} identity @param {() => number} now
   * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
   */
  constructor(site, identity, now, listen) {
    this.identity = identity;
    this.now = now;
    this.channel = openChannel(ofNewTabs(site), listen, (data) => {
      if (data.ask) this.#answer(data);
      else if (data.taken && data.tab === identity.kept.tab) this.#taken(data.taken);
    });
  }

  /** Something is opened in a new tab that gets nothing of this one's storage. @param {string} url @param {string} by link or script @param {number} at */
  opened(url, by, at) {
    if (!url.startsWith(location.origin + "/")) return; // no tab of another origin hears this one
    this.#openings = [...this.#fresh(), { url, how: by === "link" ? "link" : "window_open", at }].slice(-MAX_OPENINGS);
  }

  #fresh() {
    const since = this.now() - OPENED_WITHIN;
    return this.#openings.filter(({ at }) => at > since);
  }

  /** @param {{ask: string, url: string, redirected: boolean}} question */
  async #answer({ ask, url, redirected }) {
    const openings = this.#fresh();
    if (openings.length) this.channel.post({ heard: ask });
    for (const opening of url ? openings : []) {
      if ((await sealed(ask, opening.url)) === url) return this.#offer(ask, opening, true, 1);
    }
    if (redirected && openings.length) this.#offer(ask, openings[0], false, openings.length);
    else if (openings.length) this.channel.post({ answer: ask, candidates: 0 });
  }

  /** @param {string} ask @param {Opening} opening @param {boolean} exact @param {number} candidates */
  #offer(ask, opening, exact, candidates) {
    const { session, secret, key, tab, paused } = this.identity.kept;
    const pass = candidates === 1 ? { session, secret, key, tab, how: opening.how, paused: paused > 0 } : {};
    this.#offered.set(ask, opening);
    this.channel.post({ answer: ask, exact, candidates, ...pass });
  }

  /** The tab that asked has joined: what was opened is there. @param {string} ask */
  #taken(ask) {
    const opening = this.#offered.get(ask);
    this.#offered.clear(); // whoever else waits has what it was told
    this.#openings = this.#openings.filter((other) => other !== opening);
  }

  end() {
    this.channel.end();
  }
}
