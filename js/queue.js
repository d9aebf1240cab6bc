// Rows wait here, so that many cross to the recorder at once, in an idle moment.

/** How long rows are gathered, and how long they then wait for an idle moment at most, in milliseconds. */
const GATHER = 1000;
const MAX_WAIT = 100;

/**
 * One thing that happened: `t` says what, `at` when, the rest is by kind (wasm/capture reads the names).
 * @typedef {Record<string, string | number | boolean | undefined>} Row
 */

/** The separators of wasm/capture/row.go. What is read of a page may not hold them: encode sees to those of rows, plain to all. */
const ROW = "\x1e";
const FIELD = "\x1f";
export const ITEM = "\x1d";
export const PART = "\x1c";
const SEPARATORS = /[\x1c-\x1f]/g;
const OF_ROWS = /[\x1e\x1f]/;

/** A text that becomes an item of a list. @param {string} text */
export const plain = (text) => text.replace(SEPARATORS, " ");

/** @param {unknown} value what a page gave */
export const text = (value) => (value === undefined || value === null ? undefined : String(value) || undefined);

/** The rows of a text. @param {string} rows */
export const split = (rows) => rows.split(ROW);

/** @param {Row} row @returns {string} */
export function encode(row) {
  let out = "";
  let raw = ""; // all texts: looking for separators once is enough
  for (const name in row) {
    const value = row[name];
    if (value === undefined) continue;
    if (typeof value === "string") raw += value;
    out += (out && FIELD) + name + "=" + (value === true ? "1" : value === false ? "0" : value);
  }
  return OF_ROWS.test(raw) ? encode(cleaned(row)) : out;
}

/** @param {Row} row */
function cleaned(row) {
  /** @type {Row} */
  const clean = {};
  for (const name in row) {
    const value = row[name];
    clean[name] = typeof value === "string" ? value.replaceAll(ROW, " ").replaceAll(FIELD, " ") : value;
  }
  return clean;
}

/** What is told while sharing is paused: of the recording itself, what the app says knowingly, and what must not be told. */
const UNPAUSED = new Set(["pause", "resume", "started", "stopped", "failed", "lost", "jumped", "log", "said", "identify", "tab", "held"]);

/** What the page around a frame tells, and not the frame. */
const OF_PAGES = new Set(["tab", "active", "navigate", "relocate", "pause", "resume"]);

export class Queue {
  paused = false;
  /** Whether this is a frame in the session of the page around it. */
  framed = false;
  /** The navigation that was not told while sharing was paused: where it goes on. @type {Row | undefined} */
  missed = undefined;
  /** Gives what the recorder has to know before it hears of anything else: whatever is told may repeat it. @type {() => Row[]} */
  knowing = () => [];

  /**
   * @param {(rows: string) => void} deliver
   * @param {() => number} [look] looks whether the page's clock stood still, and gives the milliseconds that a row is too early by
   */
  constructor(deliver, look = () => 0) {
    this.deliver = deliver;
    this.look = look;
    /** @type {{row: Row, finish: ((row: Row) => void) | undefined}[]} */
    this.rows = [];
  }

  /** @param {Row} row @param {(row: Row) => void} [finish] adds what can wait for an idle moment */
  push(row, finish) {
    if (this.framed && OF_PAGES.has(String(row.t))) return;
    if (this.paused && !UNPAUSED.has(String(row.t))) {
      if (row.t === "navigate") this.missed = this.missed && this.missed.kind === "restore" ? { ...row, kind: "restore" } : row;
      return;
    }
    const first = !this.rows.length;
    if (row.t !== "held") for (const row of this.knowing()) this.rows.push({ row, finish: undefined });
    this.rows.push({ row, finish });
    if (!first) return;
    const early = this.look();
    if (early) row.at = Math.round(Number(row.at) + early);
    const drain = () => this.drain();
    setTimeout("requestIdleCallback" in window ? () => requestIdleCallback(drain, { timeout: MAX_WAIT }) : drain, GATHER);
  }

  drain() {
    if (!this.rows.length) return;
    const rows = this.rows.splice(0).map(({ row, finish }) => {
      if (finish) finish(row);
      return encode(row);
    });
    this.deliver(rows.join(ROW));
  }
}
