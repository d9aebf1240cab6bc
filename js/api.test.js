import assert from "node:assert/strict";
import test from "node:test";
import { extensionRow } from "./api.js";

test("what an extension says", () => {
  const said = (/** @type {unknown} */ what) => extensionRow(JSON.stringify(what));
  assert.deepEqual(said({ log: { message: "Hello" } }), { t: "log", message: "Hello", level: undefined, data: undefined, by: "extension" });
  assert.deepEqual(said({ log: { message: "Hello", level: "warn", n: 1 } }), { t: "log", message: "Hello", level: "warn", data: '{"n":1}', by: "extension" });
  assert.deepEqual(said({ event: "x_done", details: { n: 1 } }), { t: "said", type: "x_done", data: '{"n":1}', by: "extension" });
  assert.deepEqual(said({ event: "x_done" }), { t: "said", type: "x_done", data: "{}", by: "extension" });
});

test("what is anything else is not taken", () => {
  for (const detail of [
    "", "{", "null", "[]", "1", '"log"', "{}", '{"log":"Hello"}', '{"log":{}}', '{"log":{"message":1}}', '{"log":{"message":"Hello","level":"fatal"}}', '{"log":{"message":"Hello","level":null}}',
    '{"log":{"message":"Hello"},"event":"x_done"}', '{"log":{"message":"Hello"},"details":{}}', '{"log":{"message":"Hello"},"by":"page"}', '{"log":[]}',
    '{"event":""}', '{"event":1}', '{"event":"x_done","details":[]}', '{"event":"x_done","details":null}', '{"event":"x_done","details":"n"}', '{"event":"x_done","by":"host"}', '{"details":{}}',
  ]) {
    assert.equal(extensionRow(detail), undefined, detail);
  }
});
