// Who this page is to the relay: session, secret, tab and stream. They live in the tab's sessionStorage, so that
// the tab's next page goes on with the session. What is kept there is masked or random, never a page's raw text.

const KEY = "cotrail";

/** How long a tail waits for the next page, in milliseconds: after an hour nobody comes back to finish a form. */
const TAIL_AGE = 3600_000;

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
 * @property {string} session
 * @property {string} secret
 * @property {string} key   names masked fields; random
 * @property {string} tab
 * @property {boolean} left whether the tab's last page has been left; if not, this page is a copy of an open one
 * @property {number} since when the last page was reached
 * @property {string} tail  masked events that the relay has not acknowledged
 * @property {number} tailAt
 * @property {Stub[]} stubs
 * @property {number} lost  how many found no room among the stubs
 */

/** @param {number} bytes */
export function random(bytes) {
  const all = crypto.getRandomValues(new Uint8Array(bytes));
  return Array.from(all, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** @returns {Partial<Kept>} */
function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) || "{}") || {};
  } catch {
    return {}; // storage is forbidden here, or not ours: this page stands alone
  }
}

/** @returns {Identity} */
export function identify() {
  const kept = read();
  const known = Boolean(kept.session && kept.secret);
  const copied = known && !kept.left; // a duplicated tab, or one opened from a recorded one
  return new Identity(kept, known, copied);
}

export class Identity {
  /** @param {Partial<Kept>} kept @param {boolean} known @param {boolean} copied */
  constructor(kept, known, copied) {
    /** The tab this one was opened from, or copied of. */
    this.opener = copied ? kept.tab || "" : "";
    /** Whether the tab is new in its session. */
    this.newTab = !known || copied;
    this.previousSince = copied ? 0 : kept.since || 0;
    const waits = known && !copied && Date.now() - (kept.tailAt || 0) < TAIL_AGE;
    this.tail = waits ? kept.tail || "" : "";
    this.stubs = waits ? kept.stubs || [] : [];
    this.lost = waits ? kept.lost || 0 : 0;
    this.stream = random(8);
    /** @type {Kept} */
    this.kept = {
      session: kept.session || random(16),
      secret: kept.secret || random(16),
      key: kept.key || random(16),
      tab: this.newTab ? random(8) : kept.tab || random(8),
      left: false,
      since: Date.now(),
      tail: this.tail,
      tailAt: kept.tailAt || 0,
      stubs: [],
      lost: 0,
    };
    this.write();
  }

  write() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.kept));
    } catch {
      // Full or forbidden: the session ends with this page, nothing else is lost.
    }
  }

  /** @param {string} tail */
  keep(tail) {
    this.kept.tail = tail;
    this.kept.tailAt = Date.now();
    this.write();
  }
}
