// Says once why nothing is recorded: in the console, and to the relay in the frames of masking/event.

/** @type {Record<string, string>} */
const REASONS = {
  csp: "the page's Content Security Policy forbids WebAssembly (script-src needs 'wasm-unsafe-eval')",
  unsupported: "this browser cannot run the recorder's WebAssembly",
  module: "the recorder's module could not be fetched from the relay",
  crash: "the recorder ended unexpectedly",
};

const VERSION = 1;
const KIND_HELLO = 1;
const KIND_FAILURE = 6;

/** @param {number} kind @param {Record<string, string | number>} lines */
function frame(kind, lines) {
  const text = Object.entries(lines).map(([key, value]) => key + " " + value + "\n").join("");
  return new Uint8Array([VERSION, kind, ...new TextEncoder().encode(text)]);
}

/** @param {number} n */
function uvarint(n) {
  const out = [];
  for (; n > 127; n = Math.floor(n / 128)) out.push((n % 128) | 128);
  return [...out, n];
}

/** @param {string} what @param {string} relay @param {string} site @param {import("./identity.js").Identity} identity */
export function report(what, relay, site, identity) {
  console.warn("Cotrail: nothing is recorded on this page: " + (REASONS[what] || what) + ".");
  const time = Date.now();
  const { session, secret, tab } = identity.kept;
  const parts = [frame(KIND_HELLO, { site, session, secret, stream: identity.stream, tab, time }), frame(KIND_FAILURE, { what, time })];
  const body = new Uint8Array(parts.flatMap((p) => [...uvarint(p.length), ...p]));
  fetch(relay + "/v1/record", { method: "POST", body, keepalive: true, mode: "cors", credentials: "omit", headers: { "Content-Type": "text/plain" } }).catch(() => {});
}
