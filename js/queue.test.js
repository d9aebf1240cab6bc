import assert from "node:assert/strict";
import test from "node:test";
import { encode, plain, Queue, text } from "./queue.js";

/** @type {any} */ (globalThis).window = {};

test("a row leaves out what is not known and writes flags as digits", () => {
  assert.equal(encode({ t: "input", at: 5, trusted: true, filled: false, label: undefined, value: "" }), "t=input\x1fat=5\x1ftrusted=1\x1ffilled=0\x1fvalue=");
});

test("what parts rows cannot come from a page", () => {
  assert.equal(encode({ t: "input", value: "1\x1fdenied=0\x1et=click", trusted: true }), "t=input\x1fvalue=1 denied=0 t=click\x1ftrusted=1");
  assert.equal(plain("a\x1cb\x1dc\x1ed\x1fe"), "a b c d e");
  assert.equal(text(null), undefined);
  assert.equal(text(""), undefined);
  assert.equal(text(12), "12");
});

test("rows are delivered together, finished at the end, and none twice", () => {
  /** @type {string[]} */
  const delivered = [];
  const queue = new Queue((rows) => delivered.push(rows));
  queue.push({ t: "a" });
  queue.push({ t: "b" }, (row) => (row.x = 1));
  queue.drain();
  queue.drain();
  assert.deepEqual(delivered, ["t=a\x1et=b\x1fx=1"]);
});
