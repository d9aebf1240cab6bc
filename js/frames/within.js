// The page's side of letting frames of other origins into its session. Only a frame that stands directly in one of the
// page's windows is answered, only if its origin is one of the site's, and only to that origin: what it gets is good for
// that origin alone. A frame that has joined itself passes its frames' questions on to the page around it.

import { ofSite } from "../origins.js";
import { ticket } from "./ticket.js";

/** More frames than are told of a pause, in any page that a person can use. */
const MAX_FRAMES = 100;

export class Within {
  /** The frames that have got a ticket, and their origins. @type {Map<any, string>} */
  #frames = new Map();
  #ended = false;

  /** @param {import("../loader.js").Loader} loader @param {import("../identity.js").Identity} identity @param {boolean} paused whether sharing is paused */
  constructor(loader, identity, paused) {
    this.loader = loader;
    this.identity = identity;
    this.paused = paused;
  }

  /** A message to one of the page's windows. @param {any} e */
  hear = (e) => {
    const { data, source, currentTarget: view } = e;
    if (!data || data.cotrail !== "join" || data.site !== this.loader.site || !source || source === view || source.parent !== view) return;
    e.stopImmediatePropagation(); // nothing that listens later needs it
    this.#answer(source, e.origin, data.nonce, typeof data.origin === "string" ? data.origin : e.origin).catch(() => {}); // the frame has gone
  };

  /** @param {any} frame @param {string} origin of the frame @param {unknown} nonce @param {string} asker the origin that the ticket is for */
  async #answer(frame, origin, nonce, asker) {
    const { relay, site } = this.loader;
    if (!(await ofSite(relay, site, origin)) || !(await ofSite(relay, site, asker))) return;
    const pass = await this.#pass(asker);
    if (!pass || this.#ended) return;
    if (this.#frames.size >= MAX_FRAMES) this.#frames.clear(); // those still there ask again, and are told then
    this.#frames.set(frame, origin);
    frame.postMessage({ cotrail: "joined", nonce, ...pass, paused: this.paused }, origin);
  }

  /** @param {string} origin @returns {Promise<import("./around.js").Pass | undefined>} */
  async #pass(origin) {
    const { around, kept } = this.identity;
    if (around) return around.ask(origin);
    const made = await ticket(kept.secret, kept.session, origin, this.loader.now());
    return made ? { session: kept.session, tab: kept.tab, ticket: made, paused: this.paused } : undefined;
  }

  /** The page pauses sharing, or resumes: so do its frames. @param {boolean} paused */
  pause(paused) {
    this.paused = paused;
    for (const [frame, origin] of this.#frames) {
      if (frame.closed) this.#frames.delete(frame);
      else frame.postMessage({ cotrail: "sharing", paused }, origin);
    }
  }

  /** The page's recording ends: its frames tell nothing until it starts again and they have asked. */
  end() {
    this.pause(true);
    this.#ended = true;
  }
}
