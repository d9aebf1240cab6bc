// Hooks: functions of the browser's own objects that ours stand before. To the page each looks as it did (its name, its
// length, its text), does what it did, and throws what it threw.

import { quietly } from "./quiet.js";

/**
 * What a hook does around the function it stands before.
 * @typedef {object} Around
 * @property {(self: any, args: any[]) => void} [before]
 * @property {(self: any, args: any[], result: any) => void} [after] only when the function has not thrown
 * @property {(result: any) => any} [answer] gives what the caller gets in its place
 */

/** All hooks that stand now: what is hooked already is not hooked again. @type {WeakSet<Function>} */
const standing = new WeakSet();

export class Hooks {
  /** @type {(() => void)[]} */
  #undo = [];

  /**
   * Hooks one function of an object, if the object has it.
   * @param {any} owner @param {string} name @param {Around} around @param {"value" | "set"} [part] of the property: a method, or its setter
   */
  add(owner, name, { before, after, answer }, part = "value") {
    const property = owner && Object.getOwnPropertyDescriptor(owner, name);
    const original = property && property[part];
    if (typeof original !== "function" || !property.configurable || standing.has(original)) return;
    let on = true;
    // A proxy of a function is written as native code, and has the function's name and length.
    const hook = new Proxy(original, {
      apply(f, self, args) {
        if (on && before) quietly(() => before(self, args));
        let result = Reflect.apply(f, self, args);
        if (on && after) quietly(() => after(self, args, result));
        if (on && answer) quietly(() => (result = answer(result)));
        return result;
      },
    });
    standing.add(hook);
    Object.defineProperty(owner, name, { ...property, [part]: hook });
    this.#undo.push(() => {
      on = false; // where the page has wrapped it since, it stays, and only passes on
      const now = Object.getOwnPropertyDescriptor(owner, name);
      if (now && now[part] === hook) Object.defineProperty(owner, name, { ...now, [part]: original });
    });
  }

  /** Puts everything back. */
  end() {
    for (const undo of this.#undo.splice(0)) quietly(undo); // a frame that is gone may refuse
  }
}
