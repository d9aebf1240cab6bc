import assert from "node:assert/strict";
import test from "node:test";
import { Hooks } from "./hooks.js";

class Device {
  open(name, mode) {
    if (mode === "broken") throw new TypeError("it is broken");
    return Promise.resolve(name);
  }
}

test("a hook looks like what it stands before, and throws what that throws", () => {
  const original = Device.prototype.open;
  const hooks = new Hooks();
  hooks.add(Device.prototype, "open", { answer: (result) => result });
  const { open } = Device.prototype;
  assert.notEqual(open, original);
  assert.deepEqual([open.name, open.length], ["open", 2]);
  assert.match(Function.prototype.toString.call(open), /native code/); // as what it stands before in a browser
  assert.throws(() => new Device().open("a", "broken"), /it is broken/);
  hooks.end();
  assert.equal(Device.prototype.open, original);
});

test("the caller gets the answer, and the result when there is none to give", async () => {
  const hooks = new Hooks();
  hooks.add(Device.prototype, "open", { answer: (result) => result.then((name) => name + "!") });
  assert.equal(await new Device().open("a"), "a!");
  hooks.end();
  hooks.add(Device.prototype, "open", {
    answer() {
      throw new Error("our own trouble");
    },
  });
  assert.equal(await new Device().open("a"), "a");
  hooks.end();
});

test("what the page has wrapped since stays, and ours in it only passes on", async () => {
  const original = Device.prototype.open;
  let calls = 0;
  const hooks = new Hooks();
  hooks.add(Device.prototype, "open", { before: () => calls++, after: () => calls++, answer: (result) => (calls++, result) });
  const ours = Device.prototype.open;
  const wrapped = function (...args) {
    return ours.apply(this, args);
  };
  Device.prototype.open = wrapped;
  await new Device().open("a");
  assert.equal(calls, 3);
  hooks.end();
  assert.equal(Device.prototype.open, wrapped);
  assert.equal(await new Device().open("a"), "a");
  assert.equal(calls, 3);
  Device.prototype.open = original;
});
