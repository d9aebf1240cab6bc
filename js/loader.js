// The loader: the script of the tag. It senses from here on, starts the recorder, and lets the sensor take over.
// It is small, because all of it runs before the page has anything of it.

import { Host } from "./host.js";
import { abandon } from "./keep.js";
import { compile, ModuleError, sensor } from "./module.js";
import { advance, now, held, Tape, targetOf } from "./tape.js";

/** @typedef {[name: string, args: any[], done: (result?: any) => void, at: number, after: number]} Call a call of the page, when it was made, and after how many events of the tape */

/** Calls that may wait. */
const MAX_CALLS = 1000;

/** What a browser extension says comes by this event, as JSON. docs/extension.md tells extension authors. */
const SAYS = "cotrail-extension";

/** Told to extensions when they are heard from here on. */
const HEARS = "cotrail-hears";

/** Characters of what an extension says at once: far more than a line for the log. */
const MAX_SAID = 16384;

/** What the sensor gets of the loader. */
export class Loader {
  tape = new Tape();
  host = new Host(now, () => this.onCrash());
  /** @type {WebAssembly.Module | undefined} */
  module = undefined;
  /** The recorder has ended; the sensor may start it again. */
  onCrash = () => this.fail("crash");
  /** What waits for the sensor. @type {Call[]} */
  calls = [];
  /** Takes calls once the sensor is there. @type {((call: Call) => void) | undefined} */
  take = undefined;
  status = "waiting";
  /** @type {string | null} */
  sessionId = null;
  /** @type {string | null} */
  tabId = null;
  /** @type {Map<string, Set<Function>>} */
  handlers = new Map();
  began = 0;
  by = "auto";
  url = location.href;
  /** Why nothing can be recorded, for the sensor to report. */
  failed = "";
  /** Told when the recorder crashes later. @type {((what: string) => void) | undefined} */
  onFailure = undefined;
  /** Since the page was left before the recorder was up, if it was: resolves when it is shown again. @type {Promise<void> | undefined} */
  away = undefined;
  now = now;
  advance = advance;
  held = held;
  targetOf = targetOf;

  /** @param {string} relay @param {DOMStringMap} tag what the script tag says */
  constructor(relay, tag) {
    this.relay = relay;
    this.site = tag.site || "";
    this.token = tag.token || "";
    this.session = tag.session || "";
  }

  /** @param {string} status */
  say(status) {
    this.status = status;
    for (const handler of this.handlers.get("status") || []) {
      try {
        handler(status);
      } catch {
        // The page's own trouble; the others are told all the same.
      }
    }
  }

  /** @param {string} by */
  start(by) {
    if (this.began) return;
    const page = /** @type {any} */ (document);
    // Nobody sees the page yet, and nobody may ever: it is not part of what the tab did.
    if (page.prerendering) return page.addEventListener("prerenderingchange", () => this.start(by), { once: true });
    this.began = Math.round(now());
    this.by = by;
    this.say("starting");
    this.tape.listen();
    this.tape.roots.watch((root) => {
      if (root !== document) return;
      addEventListener("pagehide", this.abandoned);
      document.addEventListener(SAYS, this.hear);
    });
    document.dispatchEvent(new Event(HEARS));
    this.load();
  }

  /** The page is left, maybe before the recorder is up. Then it may be shown again. */
  abandoned = () => {
    if (this.take || this.failed) return;
    this.away = new Promise((back) => addEventListener("pageshow", () => back(), { once: true }));
    abandon(this.tape);
    for (const call of this.calls) call[4] = 0; // of the tape nothing is left
  };

  /** An extension says something, and learns that it was heard. The sensor judges it. @param {any} e */
  hear = (e) => {
    e.preventDefault();
    const { detail } = e;
    this.call("hear", [typeof detail === "string" && detail.length <= MAX_SAID ? detail : ""]);
  };

  async load() {
    try {
      this.module = await compile(this.relay);
      await this.host.run(this.module);
    } catch (error) {
      this.fail(error instanceof ModuleError ? error.message : "crash");
    }
    try {
      await sensor(this.relay, this); // it also tells of a failure
    } catch {
      this.fail("module");
      console.warn("Cotrail: nothing is recorded on this page: the relay cannot be reached.");
    }
  }

  /** Nothing can be recorded from here on. @param {string} what one of masking/event's Failures */
  fail(what) {
    if (this.failed) return;
    this.failed = what;
    this.tape.stop();
    this.say("failed: " + what);
    for (const [, , done] of this.calls.splice(0)) done();
    if (this.onFailure) this.onFailure(what);
  }

  /** @param {string} name @param {any[]} args */
  call(name, args) {
    if (name === "start" && !this.began) return this.start("api");
    if (name === "on") return this.handlers.set(args[0], (this.handlers.get(args[0]) || new Set()).add(args[1]));
    return new Promise((/** @type {(result?: any) => void} */ done) => {
      /** @type {Call} */
      const call = [name, args, done, Math.round(now()), this.tape.events.length];
      if (this.failed) done();
      else if (this.take) this.take(call);
      else if (this.calls.length < MAX_CALLS) this.calls.push(call);
      else {
        this.tape.lost++; // a gap will say so
        done();
      }
    });
  }
}

/** window.cotrail: cotrail.d.ts tells what each does. @param {Loader} loader */
function face(loader) {
  /** @type {Record<string, any>} */
  const cotrail = {};
  for (const name of ["log", "event", "identify", "start", "pause", "resume", "stop", "on", "flush"]) {
    cotrail[name] = (/** @type {any[]} */ ...args) => {
      const result = loader.call(name, args);
      if (name === "flush") return result;
    };
  }
  for (const name of /** @type {const} */ (["status", "sessionId", "tabId"])) {
    Object.defineProperty(cotrail, name, { get: () => loader[name], enumerable: true });
  }
  return cotrail;
}

/**
 * The nearest page around, through frames of its own origin, that has a tag of the same site: its recorder senses this
 * frame as well.
 * @param {string | undefined} site @returns {any}
 */
function pageAround(site) {
  for (let at = window; at.frameElement; ) {
    at = /** @type {any} */ (at.parent);
    if (Array.from(at.document.scripts).some((script) => script.dataset.site === site)) return at;
  }
}

/** Makes the calls that waited. @param {any} cotrail @param {any[][]} calls */
function replay(cotrail, calls) {
  for (const [name, ...args] of calls) if (cotrail[name]) cotrail[name](...args);
}

/** Leaves this frame to the recorder of the page around, whose tag may not have run yet. @param {any} around @param {any} before */
function yieldTo(around, before) {
  Object.defineProperty(window, "cotrail", { get: () => around.cotrail || before, set: () => {}, configurable: true });
  if (!before || !before.q) return;
  const loaded = () => around.cotrail && around.cotrail.flush && replay(around.cotrail, before.q.splice(0));
  if (around.document.readyState === "complete") loaded();
  else around.addEventListener("load", loaded, { once: true });
}

function main() {
  const tag = /** @type {HTMLScriptElement} */ (document.currentScript);
  const page = /** @type {any} */ (window);
  const before = page.cotrail;
  if (before && before.flush) return; // a second tag
  const around = pageAround(tag.dataset.site);
  if (around) return yieldTo(around, before);
  const loader = new Loader(new URL(tag.dataset.relay || tag.src).origin, tag.dataset);
  page.cotrail = face(loader);
  if (tag.dataset.start !== "manual") loader.start("auto");
  replay(page.cotrail, (before && before.q) || []);
}

try {
  main();
} catch {
  // Nothing of ours may break the page.
}
