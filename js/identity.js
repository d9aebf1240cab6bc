// Who this page is to the relay: session, secret, tab and stream.

import { join } from "./frames/around.js";
import { read, write } from "./keep.js";
import { random, randomName } from "./random.js";
import { findOpener, isCopy } from "./tabs/opener.js";

/** @typedef {import("./keep.js").Kept} Kept */

/** How long a tail waits for the next page, in milliseconds: after an hour nobody comes back to finish a form. */
const TAIL_AGE = 3600_000;

/**
 * Finds out who this page is: a frame in the session of the page around it, the next page of its tab, a tab that
 * another one has opened, or somebody new.
 * @param {import("./loader.js").Loader} loader @param {boolean} again whether this page was recorded before
 */
export async function identify({ relay, site, url, token, session: joined }, again) {
  let kept = read();
  if (kept.site && kept.site !== site) kept = {};
  if (token) return participant(kept, { site, url, token, session: joined || sessionOf(token) }, again);
  if (kept.named) kept = { stubs: kept.stubs, lost: kept.lost, tailAt: kept.tailAt }; // that was a participant's; this is somebody new
  const around = window === top ? undefined : await join(relay, site);
  if (around) return new Identity({ ...(kept.left ? kept : {}), site, key: kept.key, ...around.pass, secret: "", paused: 0 }, { around });
  kept.site = site;
  const { session, secret, key, tab, stubs, lost, tailAt } = kept;
  const known = Boolean(session && secret && tab);
  if (known && (again || kept.left || !(await isCopy(String(session), String(tab))))) return new Identity(kept, {});
  if (known) return new Identity({ site, session, secret, key }, { opener: tab, how: window.opener ? "window_open" : "link", paused: Boolean(kept.paused) });
  const opener = again ? undefined : await findOpener(site, url);
  const left = { site, stubs, lost, tailAt }; // by a page of this tab that was left before it could find out
  if (!opener) return new Identity(left, {});
  return new Identity({ ...left, session: opener.session, secret: opener.secret, key: opener.key }, { ...opener, opener: opener.tab });
}

/** The session that a token is for; the relay reads it, too. @param {string} token */
function sessionOf(token) {
  try {
    return String(JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sid);
  } catch {
    return ""; // no token: the relay says so
  }
}

/**
 * Finds out the tab of a page whose token says who it is. The secret is for the tickets of its frames.
 * @param {Partial<Kept>} kept @param {{site: string, url: string, token: string, session: string}} page @param {boolean} again
 */
async function participant(kept, { site, url, token, session }, again) {
  const { secret, key, tab, stubs, lost, tailAt } = kept;
  const known = Boolean(tab && kept.named && kept.session === session);
  if (known && (again || kept.left || !(await isCopy(session, String(tab))))) return new Identity(kept, { token });
  if (known) return new Identity({ site, session, secret, key }, { token, opener: tab, how: window.opener ? "window_open" : "link", paused: Boolean(kept.paused) });
  const left = { site, session, stubs, lost, tailAt };
  const opener = again ? undefined : await findOpener(site, url);
  if (!opener || opener.session !== session) return new Identity(left, { token });
  return new Identity({ ...left, key: opener.key }, { ...opener, token, opener: opener.tab });
}

/** It is the tab's, for its next pages as well, once it is saved. */
export class Identity {
  /**
   * @param {Partial<Kept>} kept what goes on here; without a tab, this is a new one
   * @param {object} from
   * @param {string} [from.opener] the tab this one was opened from, or is a copy of
   * @param {string} [from.how] how it was opened
   * @param {boolean} [from.paused] whether sharing of that tab was paused: then it is not told where it was
   * @param {import("./frames/around.js").Around} [from.around] the page around, whose session this frame has joined
   * @param {string} [from.token] the participant's, which is not kept: it may say more than the log
   */
  constructor(kept, { opener = "", how = "initial", paused = false, around, token = "" }) {
    this.token = token;
    this.opener = opener;
    this.how = how;
    this.around = around;
    this.referrer = paused ? "" : document.referrer;
    /** Whether the tab is new in its session. */
    this.newTab = !kept.tab;
    this.previousSince = kept.since || 0;
    /** How the tab's page before this one was left; of a new tab there is none. */
    this.before = this.newTab || around ? undefined : { at: kept.leftAt || 0, told: Boolean(kept.told), user: Boolean(kept.user), cause: kept.cause || "" };
    const waits = Date.now() - (kept.tailAt || 0) < TAIL_AGE;
    this.tail = (waits && kept.tail) || "";
    this.stubs = (waits && kept.stubs) || [];
    this.lost = (waits && kept.lost) || 0;
    this.lostAt = kept.tailAt || 0;
    const tab = kept.tab || randomName();
    /** @type {Kept} */
    this.kept = {
      site: kept.site || "",
      session: kept.session || random(16),
      named: Boolean(token),
      secret: kept.secret || (around ? "" : random(16)),
      key: kept.key || random(16),
      tab,
      active: kept.active || opener || tab,
      left: false,
      paused: kept.paused || 0,
      leftAt: 0,
      told: false,
      user: false,
      cause: "",
      since: Date.now(),
      tail: this.tail,
      tailAt: kept.tailAt || 0,
      stubs: this.stubs,
      lost: this.lost,
    };
  }

  /** What the tab's pages before could not tell is this page's to tell from here on. */
  recovered() {
    this.kept.stubs = [];
    this.kept.lost = 0;
    this.save();
  }

  /** The page is shown again: what pages since have left is the tab's now. @returns {string} the tail that they could not deliver */
  returned() {
    const kept = read();
    Object.assign(this.kept, { left: false, paused: kept.paused || 0, tail: "" });
    this.before = { at: kept.leftAt || 0, told: Boolean(kept.told), user: Boolean(kept.user), cause: kept.cause || "" };
    this.save();
    return kept.tail || "";
  }

  save() {
    write(this.kept);
  }
}
