// One recording of this page, from start to stop. Everything begun here is ended here.

import { text, plain, encode, Queue } from "./queue.js";
import { Clicks } from "./sensor/click.js";
import { Inputs } from "./sensor/input.js";
import { Navigation } from "./sensor/navigation.js";
import { submit } from "./sensor/submit.js";
import { senseTabs } from "./sensor/tabs.js";

/** @typedef {import("./queue.js").Row} Row */
/** @typedef {import("./tape.js").Sensed} Sensed */

export class Recording {
  ended = false;
  /** @type {(() => void)[]} */
  undo = [];

  /**
   * @param {import("./loader.js").Loader} loader @param {import("./identity.js").Identity} identity
   * @param {import("./bridge.js").Bridge} bridge @param {string} digest of the policy @param {string} by
   */
  constructor(loader, identity, bridge, digest, by) {
    this.loader = loader;
    this.identity = identity;
    this.bridge = bridge;
    bridge.keep = (tail) => this.keep(tail);
    bridge.session = (id) => this.adopt(id);
    bridge.status = (status, code) => this.status(status, code);
    bridge.tell("start", encode(this.facts(digest)));
    this.queue = new Queue((rows) => bridge.tell("rows", rows));
    this.inputs = new Inputs(this.queue, loader.held);
    this.clicks = new Clicks(this.queue, loader.held);
    this.navigation = this.hook();
    this.started(by);
    this.recover();
    this.play();
    bridge.tell("tick", null);
  }

  /** @param {EventTarget} target @param {string} type @param {(e: any) => void} handler */
  listen = (target, type, handler) => {
    const options = { capture: true, passive: true };
    target.addEventListener(type, handler, options);
    this.undo.push(() => target.removeEventListener(type, handler, options));
  };

  /** Begins what the tape does not tell: navigation, tabs, and the page's life. */
  hook() {
    const { identity, loader, listen } = this;
    this.undo.push(senseTabs(this.queue, listen, identity, loader.now));
    const navigation = new Navigation(this.queue, loader.now, loader.url, identity.previousSince, (since) => {
      identity.kept.since = since;
      identity.save();
    });
    listen(window, "pagehide", () => this.leave(true));
    listen(document, "visibilitychange", () => document.visibilityState === "hidden" && this.leave(false));
    listen(document, "freeze", () => this.leave(false));
    listen(window, "pageshow", (e) => e.persisted && this.returned());
    return navigation;
  }

  /** Takes what the loader's tape holds, and from now on each event as it comes. */
  play() {
    const { tape } = this.loader;
    for (const s of tape.events.splice(0)) this.take(s);
    this.inputs.begin();
    tape.sink = this.sense;
    this.undo.push(this.navigation.watch(this.listen));
  }

  /** An event of the page, at once. Most say nothing new, and must cost nothing. @param {any} e */
  sense = (e) => {
    if (e.type === "input" ? this.inputs.goesOn(e) : e.type === "focusout" && !this.inputs.dirty.size) return;
    const { now, targetOf } = this.loader;
    this.take({ e, at: Math.round(now()), target: targetOf(e) });
  };

  /** @param {Sensed} s */
  take(s) {
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
        return this.clicks.click(s);
      case "submit":
        this.inputs.commitAll();
        return submit(this.queue, s, this.loader.held);
      case "currententrychange":
        if (s.e.navigationType) this.navigation.moved(s.e.navigationType, s.url || location.href, s.at);
    }
  }

  /** What the hello tells of this page. @param {string} digest @returns {Row} */
  facts(digest) {
    const { session, secret, tab, key } = this.identity.kept;
    return {
      site: plain(this.loader.site), session, secret, tab, stream: this.identity.stream, field_key: key,
      url: plain(location.href), agent: plain(navigator.userAgent), width: screen.width, height: screen.height,
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
    if (gone) this.identity.kept.left = true;
    this.queue.drain();
    this.bridge.tell("leave", null);
    this.identity.save();
  }

  /** The page is shown again after it was left (bfcache). */
  returned() {
    this.identity.kept.left = false;
    this.identity.save();
    this.bridge.tell("returned", null);
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
    this.identity.kept.left = true; // a start to come goes on with this tab
    this.identity.save();
    this.loader.tape.stop();
    for (const undo of this.undo.splice(0)) undo();
    this.bridge.end();
  }
}

function device() {
  if (!matchMedia("(pointer: coarse)").matches) return "desktop";
  return Math.min(screen.width, screen.height) < 600 ? "mobile" : "tablet";
}

function engine() {
  const agent = navigator.userAgent;
  if (agent.includes("Firefox/")) return "firefox";
  return agent.includes("Chrom") ? "chromium" : "webkit";
}
