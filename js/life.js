// How the page's life goes while it is recorded: it is left and shown again, and sharing is paused and resumed, by the
// page itself or by the one around it.

import { follow } from "./frames/follow.js";
import { Within } from "./frames/within.js";
import { decodeTail, read, write } from "./keep.js";
import { isShadowRoot } from "./nodes.js";
import { text } from "./queue.js";

export class Life {
  /** Since when the browser has frozen the page, 0 when it has not. */
  #frozen = 0;
  /** Whether the page has gone, and may be kept for coming back. */
  #gone = false;
  /** @type {(() => void)[]} */
  #undo = [];

  /** @param {import("./recording.js").Recording} recording */
  constructor(recording) {
    const { bridge, loader, identity, queue, senses } = recording;
    const { listen } = senses;
    this.recording = recording;
    this.within = new Within(loader, identity, queue.paused);
    this.#undo.push(() => this.within.end());
    this.#undo.push(loader.tape.roots.watch((root) => isShadowRoot(root) || root === document || listen(/** @type {Window} */ (root.defaultView), "message", this.within.hear)));
    listen(window, "message", this.within.hear);
    if (identity.around) {
      listen(window, "message", identity.around.hear); // as it does already, until the page is written anew
      this.#undo.push(follow(identity.around, recording, this.within));
    }
    listen(window, "pagehide", () => this.#leave(true));
    listen(document, "visibilitychange", () => document.visibilityState === "hidden" && this.#leave(false));
    listen(document, "freeze", () => this.#freeze());
    listen(document, "resume", () => this.#thaw());
    listen(window, "online", () => bridge.tell("returned", null)); // not before the next try
    listen(window, "pageshow", (e) => e.persisted && this.#returned());
  }

  /** The browser stops the page, as it does with tabs that nobody looks at; also one that has gone, which tells nothing more. */
  #freeze() {
    const { identity, loader, queue } = this.recording;
    if (!this.#gone && !queue.paused) {
      this.#frozen = Math.round(loader.now());
      this.recording.say({ t: "pause", tab: identity.kept.tab, frozen: true });
    }
    this.#leave(false);
  }

  #thaw() {
    if (!this.#frozen) return;
    const { identity, loader } = this.recording;
    this.recording.say({ t: "resume", tab: identity.kept.tab, paused_ms: Math.round(loader.now() - this.#frozen) });
    this.#frozen = 0;
  }

  /** @param {boolean} gone whether the page goes away, and is not only out of sight */
  #leave(gone) {
    const { bridge, identity, loader, queue, senses } = this.recording;
    this.#gone ||= gone;
    senses.inputs.commitAll();
    senses.newTabs.settle();
    if (gone) Object.assign(identity.kept, { left: true, leftAt: Math.round(loader.now()), ...senses.relocation.leave() });
    queue.drain();
    bridge.tell("leave", null);
    if (gone) bridge.close(); // one that is open when the page is kept for coming back is an error on the page's console
    identity.save();
  }

  /** The page is shown again after it was left (bfcache). */
  #returned() {
    this.#gone = false;
    const { bridge, identity, queue, senses } = this.recording;
    const tail = identity.returned();
    if (tail) bridge.tell("tail", decodeTail(tail));
    bridge.tell("returned", null);
    queue.paused = identity.kept.paused > 0;
    queue.missed = undefined;
    senses.missed(identity, "back_forward");
    senses.navigation.restored();
  }

  /** Nothing of the page's content is recorded from here on, on this page and the tab's next ones. @param {unknown} reason @param {number} at */
  pause(reason, at) {
    const { identity, loader, queue, senses } = this.recording;
    const { kept } = identity;
    if (kept.paused) return;
    senses.inputs.commitAll(at);
    kept.paused = at;
    identity.save();
    this.recording.say({ t: "pause", tab: kept.tab, reason: text(reason) }, at);
    queue.paused = true;
    this.within.pause(true);
    loader.say("paused");
  }

  /** @param {number} at */
  resume(at) {
    const { identity, loader, queue, senses } = this.recording;
    const { around, kept } = identity;
    if (!kept.paused) return;
    senses.inputs.resume(); // first: it looks at what was changed, as long as it is paused
    queue.paused = Boolean(around && around.pass.paused);
    const { missed } = queue;
    const navigate = () => missed && this.recording.say({ ...missed, at, from: undefined, previous_ms: undefined }); // of where it was meanwhile nothing is told
    const restored = missed && missed.kind === "restore";
    if (restored) navigate(); // first: by this the relay knows that what the tab's other pages told came before
    this.recording.say({ t: "resume", tab: kept.tab, paused_ms: at - kept.paused }, at);
    if (!restored) navigate();
    kept.paused = 0;
    identity.save();
    queue.missed = undefined;
    this.within.pause(queue.paused);
    loader.say("recording");
  }

  end() {
    for (const undo of this.#undo.splice(0)) undo();
    // The tab's next page goes on with it. A start to come sees to that itself.
    addEventListener("pagehide", () => this.recording.loader.take && write({ ...read(), left: true }), { once: true });
  }
}
