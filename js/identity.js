// Who this page is to the relay: session, secret, tab and stream.

import { read, write } from "./keep.js";

/** How long a tail waits for the next page, in milliseconds: after an hour nobody comes back to finish a form. */
const TAIL_AGE = 3600_000;

/** @param {number} bytes */
export function random(bytes) {
  const all = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(all, (b) => b.toString(16).padStart(2, "0")).join("");
}

export class Identity {
  constructor() {
    const kept = read();
    const known = Boolean(kept.session && kept.secret);
    const copied = known && !kept.left; // a duplicated tab, or one opened from a recorded one
    const waits = !copied && Date.now() - (kept.tailAt || 0) < TAIL_AGE;
    /** The tab this one was opened from, or copied of. */
    this.opener = copied ? kept.tab || "" : "";
    /** Whether the tab is new in its session. */
    this.newTab = !known || copied;
    this.previousSince = copied ? 0 : kept.since || 0;
    /** How the tab's page before this one was left; of a new tab there is none. */
    this.before = this.newTab ? undefined : { at: kept.leftAt || 0, told: Boolean(kept.told), user: Boolean(kept.user), cause: kept.cause || "" };
    this.tail = (waits && kept.tail) || "";
    this.stubs = (waits && kept.stubs) || [];
    this.lost = (waits && kept.lost) || 0;
    /** @type {import("./keep.js").Kept} */
    this.kept = {
      session: kept.session || random(16),
      secret: kept.secret || random(16),
      key: kept.key || random(16),
      tab: this.newTab || !kept.tab ? random(8) : kept.tab,
      left: false,
      paused: copied ? 0 : kept.paused || 0,
      leftAt: 0,
      told: false,
      user: false,
      cause: "",
      since: Date.now(),
      tail: this.tail,
      tailAt: kept.tailAt || 0,
      stubs: [],
      lost: 0,
    };
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
