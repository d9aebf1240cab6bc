// Rows wait here between the sensor and the recorder: from the page's first moment until the module is up, and
// later until the page is idle, so that many cross at once.

/** The rows that wait for the module at most: some minutes of a busy person. */
const MAX_ROWS = 4000;

/** How long a row may wait for an idle moment, in milliseconds. */
const MAX_WAIT = 150;

/**
 * One thing that happened: `t` says what, `at` when, the rest is by kind (wasm/capture reads the names).
 * @typedef {Record<string, string | number | boolean | undefined>} Row
 */

/** The separators of wasm/capture/row.go; what is read of a page may not hold them. */
const ROW = "\x1e";
const FIELD = "\x1f";
export const ITEM = "\x1d";
export const PART = "\x1c";
const SEPARATORS = /[\x1c-\x1f]/g;

/** @param {string} text */
export const plain = (text) => text.replace(SEPARATORS, " ");

/** The page's clock: milliseconds since 1970, and it never goes back. */
export const now = () => performance.timeOrigin + performance.now();

/** @param {Row} row */
export function encode(row) {
  let out = "";
  for (const name in row) {
    const value = row[name];
    if (value === undefined) continue;
    out += (out && FIELD) + name + "=" + (value === true ? "1" : value === false ? "0" : value);
  }
  return out;
}

export class Queue {
  /** @param {() => void} wanted called once when rows begin to wait */
  constructor(wanted) {
    this.wanted = wanted;
    /** @type {{row: Row, finish?: (row: Row) => void}[]} */
    this.rows = [];
    this.dropped = { count: 0, first: 0, last: 0 };
  }

  /**
   * @param {Row} row
   * @param {(row: Row) => void} [finish] adds what needs the policy, once it is known
   */
  push(row, finish) {
    if (row.at === undefined) row.at = Math.round(now());
    if (this.rows.length >= MAX_ROWS) {
      const d = this.dropped;
      if (!d.count++) d.first = Number(row.at);
      d.last = Number(row.at);
      return;
    }
    this.rows.push({ row, finish });
    if (this.rows.length === 1) this.wanted();
  }

  /** Gives what waits as the text that the recorder reads. */
  take() {
    const rows = this.rows.splice(0);
    const out = rows.map(({ row, finish }) => {
      if (finish) finish(row);
      return encode(row);
    });
    if (this.dropped.count) {
      out.push(encode({ t: "overflow", at: this.dropped.last, ...this.dropped }));
      this.dropped = { count: 0, first: 0, last: 0 };
    }
    return out.join(ROW);
  }
}

/** @param {() => void} run in an idle moment, soon */
export function soon(run) {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: MAX_WAIT });
  else setTimeout(run, MAX_WAIT);
}
