// One recording of this page, from start to stop. Everything begun here is ended here.

import { RENEW } from "./frames/ticket.js";
import { Within } from "./frames/within.js";
import { Hooks } from "./hooks.js";
import { read, write } from "./keep.js";
import { isShadowRoot } from "./nodes.js";
import { random } from "./random.js";
import { text, encode, Queue } from "./queue.js";
import { Runner } from "./runner.js";
import { Clicks } from "./sensor/click.js";
import { Clipboard } from "./sensor/clipboard.js";
import { Downloads } from "./sensor/download.js";
import { Inputs } from "./sensor/input.js";
import { loadEntry, Navigation } from "./sensor/navigation.js";
import { Relocation } from "./sensor/relocate.js";
import { NewTabs } from "./sensor/newtab.js";
import { Media } from "./sensor/media.js";
import { dropped } from "./sensor/files.js";
import { Prints } from "./sensor/print.js";
import { Submits } from "./sensor/submit.js";
import { senseTabs } from "./sensor/tabs.js";
import { Openings } from "./tabs/openings.js";

/** @typedef {import("./queue.js").Row} Row */
/** @typedef {import("./tape.js").Sensed} Sensed */

/** How long the page's own scripts may still set its fields once it is loaded, at most, in milliseconds. */
const SETTLED = 200;

export class Recording {
  ended = false;
  /** Whether an extension has said what is not understood. */
  misheard = false;
  listening = new AbortController();
  /** The hooks of each window, by its document: a frame that is gone takes its own with it. @type {WeakMap<Document, Hooks>} */
  hooks = new WeakMap();
  /** @type {(() => void)[]} */
  undo = [];

  /**
   * @param {import("./loader.js").Loader} loader @param {import("./identity.js").Identity} identity
   * @param {import("./bridge.js").Bridge} bridge @param {{text: string, digest: string}} policy @param {string} by
   */
  constructor(loader, identity, bridge, policy, by) {
    this.loader = loader;
    this.identity = identity;
    this.bridge = bridge;
    bridge.onKeep = (tail) => this.keep(tail);
    bridge.onSession = (id) => this.adopt(id);
    bridge.onStatus = (status, code) => this.status(status, code);
    this.runner = new Runner(loader, bridge, policy.text, () => encode(this.facts(policy.digest)), (row) => this.say(row));
    this.runner.start(identity.tail && bytes(identity.tail));
    this.queue = new Queue((rows) => this.runner.hand(rows));
    this.queue.paused = identity.kept.paused > 0;
    this.queue.framed = Boolean(identity.around);
    this.within = new Within(loader, identity, this.queue.paused);
    this.inputs = new Inputs(this.queue, loader.held, loader.now, this.sense, loader.tape.roots);
    this.clicks = new Clicks(this.queue, loader.held, (at) => this.relocation.acted("link", at));
    this.submits = new Submits(this.queue, loader.held, () => this.clicks.acting(), loader.now, (at) => this.inputs.commitAll(at));
    this.relocation = new Relocation(this.queue, loader.now);
    this.clipboard = new Clipboard(this.queue, loader.held);
    this.downloads = new Downloads(this.queue, loader.now);
    this.media = new Media(this.queue, loader.now);
    this.prints = new Prints(this.queue);
    this.newTabs = new NewTabs(this.queue, loader.now);
    this.submits.sent = (form, by, e, at) => this.newTabs.submit(form, by, e, at);
    this.navigation = this.hook();
    this.started(by);
    this.recover();
    this.play();
    bridge.tell("tick", null);
  }

  /** @param {EventTarget} target @param {string} type @param {(e: any) => void} handler */
  listen = (target, type, handler) => {
    target.addEventListener(type, handler, { capture: true, passive: true, signal: this.listening.signal });
  };

  /** Begins what the tape does not tell: navigation, tabs, and the page's life. */
  hook() {
    const { identity, loader, listen } = this;
    if (identity.around) this.follow(identity.around);
    else {
      this.undo.push(senseTabs(this.queue, listen, identity, loader.now));
      const openings = new Openings(loader.site, identity, loader.now, listen);
      this.newTabs.listeners.push((url, by, at, _, apart) => apart && openings.opened(url, by, at)); // others have a copy of the storage
      this.undo.push(() => openings.end());
    }
    const { before } = identity;
    if (before && before.at && !before.told) this.relocation.missed(before.at, (loadEntry() || {}).type || "", before.cause);
    const navigation = new Navigation(this.queue, loader.now, loader.url, identity.previousSince, before && before.told ? before.user : undefined, (since) => {
      identity.kept.since = since;
      identity.save();
    });
    listen(window, "pagehide", () => this.leave(true));
    listen(document, "visibilitychange", () => document.visibilityState === "hidden" && this.leave(false));
    listen(document, "freeze", () => this.leave(false));
    listen(window, "pageshow", (e) => e.persisted && this.returned());
    return navigation;
  }

  /** In a frame that has joined the page around it: keeps its ticket good, and pauses with it. @param {import("./frames/around.js").Around} around */
  follow(around) {
    const share = (/** @type {boolean} */ paused) => {
      if (paused === this.queue.paused || this.identity.kept.paused) return;
      if (paused) this.inputs.commitAll();
      else this.inputs.values.begin(); // what was changed meanwhile is not told
      this.queue.paused = paused;
      this.within.pause(paused);
    };
    const renew = async () => {
      const pass = await around.ask();
      if (!pass || this.ended) return;
      around.pass = pass;
      this.bridge.tell("ticket", pass.session + " " + pass.ticket);
      share(pass.paused);
    };
    around.onPause = share;
    share(around.pass.paused);
    const timer = setInterval(renew, RENEW);
    this.undo.push(() => clearInterval(timer), () => around.end());
  }

  /** Takes what the loader's tape holds, and from now on each event as it comes. */
  play() {
    const { tape } = this.loader;
    for (const s of tape.events.splice(0)) this.take(s);
    tape.handOver(this.sense);
    this.undo.push(this.navigation.watch(this.listen));
    this.undo.push(tape.roots.watch((root) => isShadowRoot(root) || this.enter(root)));
    tape.roots.searchAll();
    if (document.readyState === "complete") this.settled();
    else this.listen(window, "load", (e) => e.target === document && this.settled());
  }

  /** A window of the page: its own, or a frame's. @param {Document} root */
  enter(root) {
    const view = /** @type {Window} */ (root.defaultView);
    const hooks = this.hooks.get(root) || new Hooks();
    this.hooks.set(root, hooks);
    this.inputs.hook(hooks, view);
    this.submits.hook(hooks, view);
    this.newTabs.hook(hooks, view);
    this.listen(view, "message", this.within.hear);
    this.downloads.hook(hooks, view, this.listen, this.sense);
    this.media.hook(hooks, view);
    hooks.add(/** @type {any} */ (view).Element.prototype, "attachShadow", { after: (_, __, shadow) => shadow.mode === "open" && this.loader.tape.roots.enter(shadow) });
    this.listen(view, "drop", this.sense);
  }

  /** The page is loaded, and has set its fields: what changes from here on is a change. */
  settled() {
    const begin = () => this.ended || this.inputs.begun || this.inputs.begin();
    if ("requestIdleCallback" in window) requestIdleCallback(begin, { timeout: SETTLED });
    else setTimeout(begin);
  }

  /** An event of the page, at once. Most say nothing new, and must cost nothing. @param {any} e */
  sense = (e) => {
    const typed = e.type === "input";
    if (typed && this.inputs.goesOn(e)) return;
    if (e.type === "keydown" && e.key !== "Enter") return;
    const { now, targetOf } = this.loader;
    // When it was typed does not matter, only when it is committed; and asking for the time takes time.
    this.take({ e, at: typed ? 0 : Math.round(now()), target: targetOf(e) });
  };

  /** @param {Sensed} s */
  take(s) {
    if (this.queue.paused) return s.e.type.endsWith("click") ? this.newTabs.click(s) : undefined; // a new tab joins all the same
    const { tape } = this.loader;
    if (tape.lost) {
      this.queue.push({ t: "overflow", at: s.at, count: tape.lost, first: s.at, last: s.at });
      tape.lost = 0;
    }
    switch (s.e.type) {
      case "input":
        return this.inputs.input(s);
      case "change":
        return this.inputs.change(s);
      case "focusout":
        return this.inputs.focusout(s);
      case "click":
      case "auxclick":
        this.newTabs.click(s);
        this.inputs.clicked(s);
        this.clicks.click(s);
        return this.downloads.clicked(s);
      case "submit":
        this.relocation.acted("form", s.at);
        return this.submits.submit(s);
      case "reset":
        return this.inputs.reset(s);
      case "keydown":
        return this.inputs.keydown(s);
      case "drop":
        return dropped(this.queue, s, this.loader.held);
      case "copy":
      case "cut":
      case "paste":
        return this.clipboard.used(s);
      case "beforeprint":
        return this.prints.print(s);
      case "navigate":
        if (s.target === /** @type {any} */ (window).navigation) this.relocation.begin(s);
        return this.downloads.navigate(s);
      case "currententrychange":
        if (!s.e.navigationType) return; // only its state changed
        this.relocation.stay();
        this.navigation.moved(s.e.navigationType, s.url || location.href, s.at);
    }
  }

  /** What the hello tells of this page. @param {string} digest @returns {Row} */
  facts(digest) {
    const { around, kept } = this.identity;
    const { session, secret, tab, key } = kept;
    const credential = around ? { ticket: around.pass.ticket } : { secret };
    return {
      site: this.loader.site, session, ...credential, tab, stream: random(8), field_key: key,
      url: location.href, agent: navigator.userAgent, width: screen.width, height: screen.height,
      device: device(), policy: digest, release: __VERSION__,
    };
  }

  /** @param {string} by */
  started(by) {
    const loaded_ms = Math.round(this.loader.now() - this.loader.began);
    this.say({ t: "started", release: __VERSION__, engine: engine(), screen: screen.width + "x" + screen.height, by, loaded_ms });
  }

  /** Tells of what the tab's last page could not have judged. */
  recover() {
    for (const s of this.identity.stubs) {
      this.queue.push({ t: "stub", at: s.time, kind: s.type, node: text(s.node_name) });
    }
    const { lost } = this.identity;
    const at = Math.round(this.loader.began);
    if (lost) this.queue.push({ t: "abandoned", at, count: lost, first: at, last: at });
  }

  /** Queues a row that is said now. @param {Row} row */
  say(row) {
    this.queue.push({ at: Math.round(this.loader.now()), ...row });
  }

  /** @param {boolean} gone whether the page goes away, and is not only out of sight */
  leave(gone) {
    this.inputs.commitAll();
    this.newTabs.settle();
    if (gone) Object.assign(this.identity.kept, { left: true, leftAt: Math.round(this.loader.now()), ...this.relocation.leave() });
    this.queue.drain();
    this.bridge.tell("leave", null);
    this.identity.save();
  }

  /** The page is shown again after it was left (bfcache). */
  returned() {
    const tail = this.identity.returned();
    const { before } = this.identity;
    if (tail) this.bridge.tell("tail", bytes(tail));
    this.bridge.tell("returned", null);
    this.queue.paused = this.identity.kept.paused > 0;
    if (before && before.at && !before.told) this.relocation.missed(before.at, "back_forward", before.cause);
    this.navigation.restored();
  }

  /** @param {Uint8Array} tail */
  keep(tail) {
    this.identity.kept.tail = btoa(Array.from(tail, (b) => String.fromCharCode(b)).join(""));
    this.identity.kept.tailAt = Date.now();
    this.identity.save();
  }

  /** The relay keeps the events under another session. @param {string} id */
  adopt(id) {
    this.loader.sessionId = this.identity.kept.session = id;
    this.identity.save();
  }

  /** @param {string} status @param {string} code */
  status(status, code) {
    if (status === "refused") {
      console.warn("Cotrail: the relay refuses this page: " + code.replaceAll("_", " ") + ".");
      this.end();
    }
    this.loader.say(code ? status + ": " + code : status);
  }

  /** @param {() => void} done */
  flush(done) {
    if (this.ended) return done();
    this.inputs.commitAll();
    this.queue.drain();
    const id = String(Math.random());
    this.bridge.flushes.set(id, done);
    this.bridge.tell("flush", id);
  }

  /** Nothing of the page's content is recorded from here on, on this page and the tab's next ones. @param {unknown} reason */
  pause(reason) {
    const { kept } = this.identity;
    if (kept.paused || this.ended) return;
    this.inputs.commitAll();
    kept.paused = Math.round(this.loader.now());
    this.identity.save();
    this.say({ t: "pause", tab: kept.tab, reason: text(reason) });
    this.queue.paused = true;
    this.within.pause(true);
    this.loader.say("paused");
  }

  resume() {
    const { kept } = this.identity;
    if (!kept.paused || this.ended) return;
    this.inputs.values.begin(); // what was changed meanwhile is not told
    const { around } = this.identity;
    this.queue.paused = Boolean(around && around.pass.paused);
    this.say({ t: "resume", tab: kept.tab, paused_ms: Math.round(this.loader.now() - kept.paused) });
    kept.paused = 0;
    this.identity.save();
    if (this.queue.missed) this.say({ ...this.queue.missed, at: Math.round(this.loader.now()) });
    this.queue.missed = undefined;
    this.within.pause(this.queue.paused);
    this.loader.say("recording");
  }

  /** @param {unknown} reason */
  stop(reason) {
    if (this.ended) return;
    this.inputs.commitAll();
    this.say({ t: "stopped", reason: text(reason) });
    this.queue.drain();
    this.bridge.tell("stop", null);
    this.end();
  }

  end() {
    this.ended = true;
    this.inputs.end();
    this.media.end();
    this.within.end();
    // The tab's next page goes on with it. A start to come sees to that itself.
    addEventListener("pagehide", () => this.loader.take && write({ ...read(), left: true }), { once: true });
    for (const undo of this.undo.splice(0)) undo();
    for (const root of this.loader.tape.roots) {
      const hooks = !isShadowRoot(root) && this.hooks.get(root);
      if (hooks) hooks.end();
    }
    this.listening.abort();
    this.loader.tape.stop();
    this.bridge.end();
  }
}

/** @param {string} base64 */
const bytes = (base64) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

function device() {
  if (!matchMedia("(pointer: coarse)").matches) return "desktop";
  return Math.min(screen.width, screen.height) < 600 ? "mobile" : "tablet";
}

function engine() {
  const agent = navigator.userAgent;
  if (agent.includes("Firefox/")) return "firefox";
  return agent.includes("Chrom") ? "chromium" : "webkit";
}
