// The sensor's hard deny knows the same names as masking/deny.go: both read testdata/masking/names.txt.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const read = (/** @type {string} */ path) => readFileSync(new URL(path, import.meta.url), "utf8");

/** The words as the build puts them in: from the Go source. */
function words() {
  const source = read("../masking/deny.go");
  const list = (/** @type {string} */ name) => {
    const block = source.split(name + ": []string{")[1].split("},\n")[0];
    return [...block.matchAll(/"([^"]+)"/g)].map((m) => m[1]);
  };
  return { whole: list("Whole"), part: list("Part") };
}

globalThis.__DENY__ = words();
globalThis.MutationObserver = class {
  observe() {}
  takeRecords() {
    return [];
  }
};
const { deniedNames } = await import("./deny.js");

test("names of secrets", () => {
  const cases = read("../testdata/masking/names.txt").split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  assert.ok(cases.length > 30, "the vectors are there");
  for (const line of cases) {
    const [want, name] = [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)];
    assert.equal(deniedNames([name]), want === "yes", JSON.stringify(name));
    assert.equal(deniedNames(["", "town", name]), want === "yes", "among others: " + JSON.stringify(name));
  }
});

test("two harmless names do not make a secret together", () => {
  assert.equal(deniedNames(["card", "number of children"]), false);
});
