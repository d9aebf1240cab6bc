// Rows wait here for an idle moment, so that many cross to the recorder at once.

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

/** @param {unknown} value what a page gave */
export const text = (value) => (value === undefined || value === null ? undefined : plain(String(value)) || undefined);

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
  /** @param {(rows: string) => void} deliver */
  constructor(deliver) {
    this.deliver = deliver;
    /** @type {string[]} */
    this.rows = [];
  }

  /** @param {Row} row */
  push(row) {
    this.rows.push(encode(row));
    if (this.rows.length > 1) return;
    if ("requestIdleCallback" in window) requestIdleCallback(() => this.drain(), { timeout: MAX_WAIT });
    else setTimeout(() => this.drain(), MAX_WAIT);
  }

  drain() {
    if (this.rows.length) this.deliver(this.rows.splice(0).join(ROW));
  }
}
