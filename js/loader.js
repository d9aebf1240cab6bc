// The loader: the script of the tag. It senses from here on, and starts the recorder behind it.

import { Cotrail } from "./api.js";

/**
 * Calls that a page made before the tag ran, queued by the stub of the documentation.
 * @param {Cotrail} cotrail @param {any} stub
 */
function replay(cotrail, stub) {
  if (!stub || !Array.isArray(stub.q)) return;
  for (const [name, ...args] of stub.q) {
    try {
      if (["log", "identify", "start", "stop", "on"].includes(name)) /** @type {any} */ (cotrail)[name](...args);
    } catch {
      // A call that makes no sense is the page's; the others are made.
    }
  }
}

function load() {
  const tag = document.currentScript;
  const before = /** @type {any} */ (window).cotrail;
  if (!(tag instanceof HTMLScriptElement) || before instanceof Object && typeof before.status === "string") return;
  const relay = tag.dataset.relay || new URL(tag.src).origin;
  const cotrail = new Cotrail(new URL(relay).origin, tag.dataset.site || "");
  Object.defineProperty(window, "cotrail", { value: cotrail, configurable: true, enumerable: true, writable: true });
  if (tag.dataset.start !== "manual") cotrail.begin("auto");
  replay(cotrail, before);
}

try {
  load();
} catch {
  // Nothing of ours may break the page.
}
