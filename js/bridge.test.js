// What the recorder hears of its requests.

import assert from "node:assert/strict";
import test from "node:test";

const native = new Proxy({}, { getOwnPropertyDescriptor: () => ({ get() {}, configurable: true }) });
Object.assign(globalThis, { Element: { prototype: native }, Node: { prototype: native } });
const { Bridge } = await import("./bridge.js");

/** A bridge, what its recorder was told, and functions that answer its requests in turn. */
function bridge() {
  /** @type {[string, unknown][]} */
  const told = [];
  /** @type {((text: string) => Promise<void>)[]} */
  const answers = [];
  globalThis.fetch = () =>
    new Promise((done) => {
      answers.push(async (text) => {
        done(new Response(text));
        await new Promise((later) => setTimeout(later));
      });
    });
  const host = { tell: (/** @type {string} */ what, /** @type {Uint8Array} */ bytes) => told.push([what, new TextDecoder().decode(bytes)]) };
  return { bridge: new Bridge("https://relay.example", /** @type {any} */ (host)), told, answers };
}

test("the answer of a request that was given up is not heard", async () => {
  const { bridge: b, told, answers } = bridge();
  b.request(new Uint8Array(1), false);
  b.close();
  b.request(new Uint8Array(1), false);
  await answers[0]("old");
  assert.deepEqual(told, []);
  await answers[1]("new");
  assert.deepEqual(told, [["posted", "new"]]);
});

test("the answer of a page's last request is not heard, and the others' are", async () => {
  const { bridge: b, told, answers } = bridge();
  b.request(new Uint8Array(1), false);
  b.request(new Uint8Array(1), true);
  await answers[1]("last");
  await answers[0]("other");
  assert.deepEqual(told, [["posted", "other"]]);
});
