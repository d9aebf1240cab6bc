// One recording of this page: the sensors, the queue, the identity and the recorder behind them, from start to
// stop. Everything begun here is ended here.

import { Bridge } from "./bridge.js";
import { report } from "./failure.js";
import { identify } from "./identity.js";
import { load, ModuleError, policy, run } from "./module.js";
import { encode, now, plain, Queue, soon } from "./queue.js";
import { watchTypes } from "./deny.js";
import { forget } from "./rules.js";
import { senseClick } from "./sensor/click.js";
import { senseInput } from "./sensor/input.js";
import { senseNavigation } from "./sensor/navigation.js";
import { senseSubmit } from "./sensor/submit.js";
import { senseTabs } from "./sensor/tabs.js";

/** The stubs that may wait for the tab's next page. */
const MAX_STUBS = 200;

/** Kinds of rows of which a stub is kept when the page goes before they could be judged. @type {Record<string, string>} */
const STUBS = { input: "input_change", click: "click", submit: "submit" };

/**
 * @typedef {object} Settings
 * @property {string} relay
 * @property {string} site
 * @property {"auto" | "api"} by what started it
 */

export class Recording {
  /** @param {Settings} settings @param {(status: string, code: string) => void} onStatus */
  constructor(settings, onStatus) {
    this.settings = settings;
    this.began = now();
    this.ended = false;
    this.onStatus = onStatus;
    this.identity = identify();
    this.bridge = new Bridge(settings.relay, this.identity, (s, code) => this.say(s, code));
    this.queue = new Queue(() => soon(() => this.drain()));
    /** @type {(() => void)[]} */
    this.undo = [];
    this.commit = this.sense();
    this.begin();
  }

  /** Starts the sensors. @returns {() => void} commits what is typed and not committed */
  sense() {
    const { queue, identity } = this;
    const listen = this.listen.bind(this);
    watchTypes(document);
    this.undo.push(senseTabs(queue, listen, identity));
    this.undo.push(
      senseNavigation(queue, listen, identity.previousSince, (since) => {
        identity.kept.since = since;
        identity.write();
      }),
    );
    const commit = senseInput(queue, listen);
    senseClick(queue, listen);
    senseSubmit(queue, listen, commit);
    listen(window, "pagehide", () => this.leave(true));
    listen(document, "visibilitychange", () => document.visibilityState === "hidden" && this.leave(false));
    listen(document, "freeze", () => this.leave(false));
    listen(window, "pageshow", (e) => e.persisted && this.returned());
    return commit;
  }

  /**
   * Listens before anybody else and disturbs nobody: an error of ours ends here.
   * @param {EventTarget} target @param {string} type @param {(e: any) => void} handler
   */
  listen(target, type, handler) {
    /** @param {Event} e */
    const guarded = (e) => {
      try {
        handler(e);
      } catch {
        this.queue.push({ t: "overflow", count: 1, first: Math.round(now()), last: Math.round(now()) });
      }
    };
    const options = { capture: true, passive: true };
    target.addEventListener(type, guarded, options);
    this.undo.push(() => target.removeEventListener(type, guarded, options));
  }

  async begin() {
    const { relay, site } = this.settings;
    try {
      const [module, rules] = await Promise.all([load(relay), policy(relay, site)]);
      if (this.ended) return;
      this.bridge.policy = rules.text;
      this.bridge.start = encode(this.facts(rules.digest));
      await run(module, this.bridge, () => this.fail("crash"));
      this.queue.push(this.started());
      this.recover();
      this.drain();
    } catch (error) {
      this.fail(error instanceof ModuleError ? error.what : "crash");
    }
  }

  /** What the hello tells of this page. @param {string} digest */
  facts(digest) {
    const { session, secret, tab, key } = this.identity.kept;
    return {
      site: plain(this.settings.site), session, secret, tab, stream: this.identity.stream, field_key: key,
      url: plain(location.href), agent: plain(navigator.userAgent), width: screen.width, height: screen.height,
      device: device(), policy: digest, release: __VERSION__,
    };
  }

  started() {
    return {
      t: "started", release: __VERSION__, engine: engine(), screen: screen.width + "x" + screen.height, by: this.settings.by,
      loaded_ms: Math.round(now() - this.began),
    };
  }

  /** Tells of what the tab's last page could not have judged. */
  recover() {
    for (const s of this.identity.stubs) {
      this.queue.push({ t: "stub", at: s.time, kind: s.type, node: plain(String(s.node_name)) });
    }
    if (this.identity.lost) {
      const at = Math.round(this.began);
      this.queue.push({ t: "abandoned", at, count: this.identity.lost, first: at, last: at });
    }
  }

  /** Hands what waits to the recorder. */
  drain() {
    if (!this.bridge.enter || this.ended) return;
    const rows = this.queue.take();
    if (rows) this.bridge.tell("rows", rows);
  }

  /** @param {boolean} gone whether the page goes away, and is not only out of sight */
  leave(gone) {
    this.commit();
    if (this.bridge.enter) {
      this.drain();
      this.bridge.tell("leave");
    } else if (gone) {
      this.keepStubs();
    }
    if (gone) {
      this.identity.kept.left = true;
      this.identity.write();
    }
  }

  /** The recorder is not up: of what was sensed only this may be kept, for the rest holds raw values. */
  keepStubs() {
    const kept = this.identity.kept;
    for (const { row } of this.queue.rows) {
      const type = STUBS[String(row.t)];
      if (type && kept.stubs.length < MAX_STUBS) {
        kept.stubs.push({ type, time: Number(row.at), node_name: String(row.shown_node || row.node), is_masked: true, rule: "not_ready" });
      } else {
        kept.lost++;
      }
    }
    kept.tailAt = Date.now();
    this.queue.rows = [];
  }

  /** The page is shown again after it was left (bfcache). */
  returned() {
    this.identity.kept.left = false;
    this.identity.write();
    this.bridge.tell("returned");
  }

  /** @returns {Promise<void>} */
  flush() {
    this.commit();
    if (this.ended) return Promise.resolve();
    return new Promise((done) => {
      const id = String(Math.random());
      this.bridge.flushes.set(id, done);
      const ask = () => {
        if (this.ended) return;
        if (!this.bridge.enter) return void setTimeout(ask, 50);
        this.drain();
        this.bridge.tell("flush", id);
      };
      ask();
    });
  }

  /** @param {string} [reason] */
  stop(reason) {
    if (this.ended) return;
    this.commit();
    this.queue.push({ t: "stopped", reason: plain(reason || "") || undefined });
    this.drain();
    this.bridge.tell("stop");
    this.end("stopped", "");
  }

  /** @param {import("./module.js").Failure} what */
  fail(what) {
    if (this.ended) return;
    report(what, this.settings.relay, this.settings.site, this.identity);
    this.end("failed", what);
  }

  /** @param {string} status @param {string} code */
  say(status, code) {
    if (this.ended) return;
    if (status === "refused") {
      console.warn("Cotrail: the relay refuses this page: " + code.replaceAll("_", " ") + ".");
      this.end(status, code);
    } else {
      this.onStatus(status, code);
    }
  }

  /** @param {string} status @param {string} code */
  end(status, code) {
    this.ended = true;
    clearTimeout(this.bridge.timer);
    for (const undo of this.undo) undo();
    for (const done of this.bridge.flushes.values()) done();
    forget();
    this.onStatus(status, code);
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
