// Tells the relay, in the frames of masking/event, why nothing is recorded.

import { random } from "./random.js";

/** @type {Record<string, string>} */
const REASONS = {
  csp: "the page's Content Security Policy forbids WebAssembly (script-src needs 'wasm-unsafe-eval')",
  unsupported: "this browser cannot run the recorder's WebAssembly",
  module: "the recorder could not be fetched from the relay",
  crash: "the recorder ended unexpectedly",
};

const VERSION = 1;
const KIND_HELLO = 1;
const KIND_FAILURE = 6;

/** @param {number} kind @param {Record<string, string | number>} lines */
function frame(kind, lines) {
  const all = Object.entries(lines).map(([key, value]) => key + " " + value + "\n");
  return new Uint8Array([VERSION, kind, ...new TextEncoder().encode(all.join(""))]);
}

/** One part of a POST body: its length as a uvarint, then the frame. @param {Uint8Array} part */
function part(part) {
  const length = [];
  let n = part.length;
  for (; n > 127; n >>= 7) length.push((n & 127) | 128);
  return [...length, n, ...part];
}

/** @param {string} what @param {string} site @param {import("./identity.js").Identity} identity @param {import("./bridge.js").Bridge} bridge */
export function report(what, site, identity, bridge) {
  console.warn("Cotrail: nothing is recorded on this page: " + (REASONS[what] || what) + ".");
  const time = Date.now();
  const { session, secret, tab } = identity.kept;
  const stream = random(8); // the failure stands in a stream of its own: the page's may have events already
  /** @type {Record<string, string>} */
  const credential = identity.around ? { ticket: identity.around.pass.ticket } : { secret };
  if (identity.token) credential.token = identity.token;
  const hello = frame(KIND_HELLO, { site, session, ...credential, stream, tab, time });
  bridge.request(new Uint8Array([...part(hello), ...part(frame(KIND_FAILURE, { what, time }))]), true);
}
