// One recording of this page, from start to stop. Everything begun here is ended here.

import { Clock } from "./clock.js";
import { decodeTail, encodeTail } from "./keep.js";
import { Life } from "./life.js";
import { encode, Queue, text } from "./queue.js";
import { random } from "./random.js";
import { Runner } from "./runner.js";
import { Senses } from "./senses.js";
import { here } from "./sensor/navigation.js";

/** @typedef {import("./queue.js").Row} Row */

export class Recording {
  /** Whether nothing more is recorded; what was is still being sent until it is over. */
  ended = false;
  /** @type {() => void} */
  #finish = () => {};
  /** @type {Promise<void>} */
  over = new Promise((done) => (this.#finish = done));
  /** Whether an extension has said what is not understood. */
  misheard = false;

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
    this.runner = new Runner(loader, bridge, policy, () => encode(this.facts(policy.digest)), (row) => this.say(row));
    this.runner.start(identity.tail && decodeTail(identity.tail));
    this.clock = new Clock(loader);
    this.queue = new Queue((rows) => this.runner.hand(rows), () => this.look());
    this.queue.paused = identity.kept.paused > 0;
    this.queue.framed = Boolean(identity.around);
    this.recover(); // it happened before anything of this page
    this.senses = new Senses(loader, identity, this.queue);
    this.life = new Life(this);
    this.started(by, policy.digest);
  }

  /** Takes what happened, and what the page said, while nobody took it; from now on all comes as it happens. */
  play() {
    this.senses.play();
    this.bridge.tell("tick", null);
  }

  /** What the hello tells of this page. @param {string} digest @returns {Row} */
  facts(digest) {
    const { around, kept, token } = this.identity;
    const { session, secret, tab, key } = kept;
    const paused = kept.paused > 0 || Boolean(around && around.pass.paused);
    const credential = around ? { ticket: around.pass.ticket } : { secret, token };
    return {
      site: this.loader.site, session, ...credential, tab, stream: random(8), field_key: key,
      url: location.href, shown_url: here(paused), agent: navigator.userAgent, width: screen.width, height: screen.height,
      device: device(), policy: digest, release: __VERSION__,
    };
  }

  /** From when the loader began on there is a tape: what is on it comes after this. @param {string} by @param {string} digest */
  started(by, digest) {
    const { began, now } = this.loader;
    this.say({ t: "started", release: __VERSION__, engine: engine(), screen: screen.width + "x" + screen.height, by, loaded_ms: Math.round(now() - began) }, began);
    this.say({ t: "policy", digest }, began);
  }

  /** Tells of what the tab's last page could not have judged. */
  recover() {
    for (const s of this.identity.stubs) {
      this.queue.push({ t: "stub", at: s.time, kind: s.type, node: text(s.node_name) });
    }
    const { lost, lostAt: at } = this.identity;
    if (lost) this.queue.push({ t: "abandoned", at, count: lost, first: at, last: at });
    this.identity.recovered();
  }

  /** Queues a row. @param {Row} row @param {number} [at] when it is said: now, if not given */
  say(row, at = Math.round(this.loader.now())) {
    this.queue.push({ at, ...row });
  }

  /** Tells when the page's clock has jumped, and lets the relay measure it anew. @returns {number} milliseconds that it was set forward by */
  look() {
    const { by, since } = this.clock.look();
    if (!by) return 0;
    this.say({ t: "jumped", count: 0, first: since, last: Math.round(this.loader.now()) });
    this.bridge.tell("returned", null);
    return Math.max(by, 0);
  }

  /** @param {Uint8Array} tail */
  keep(tail) {
    this.identity.kept.tail = encodeTail(tail);
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
    const { ended } = this;
    if (status === "refused") console.warn("Cotrail: the relay refuses this page: " + code.replaceAll("_", " ") + ".");
    if (status === "refused" || status === "stopped") this.end();
    if (ended) return; // the page knows that it has stopped
    if (status === "reconnecting" && this.identity.around) this.identity.around.renew();
    this.loader.say(code ? status + ": " + code : status);
  }

  /** @param {() => void} done */
  flush(done) {
    if (this.ended) return void this.over.then(done);
    this.senses.inputs.commitAll();
    this.queue.drain();
    const id = String(Math.random());
    this.bridge.flushes.set(id, done);
    this.bridge.tell("flush", id);
  }

  /** @param {unknown} reason @param {number} at */
  stop(reason, at) {
    if (this.ended) return;
    this.senses.inputs.commitAll(at);
    this.say({ t: "stopped", reason: text(reason) }, at);
    this.queue.drain();
    addEventListener("pagehide", () => this.bridge.tell("leave", null), { once: true });
    this.#rest();
    this.loader.say("stopped");
    this.runner.stop();
  }

  /** Senses nothing more. */
  #rest() {
    if (this.ended) return;
    this.ended = true;
    this.senses.end();
    this.life.end();
    this.loader.tape.stop();
  }

  end() {
    this.#rest();
    this.bridge.end();
    this.#finish();
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
