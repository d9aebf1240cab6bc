// What a recording senses of the page: how it was reached, and from then on each event of it and of its frames, first
// those that the loader's tape holds.

import { beginningAs } from "./facts.js";
import { Hooks } from "./hooks.js";
import { isElement, isShadowRoot } from "./nodes.js";
import { quietly } from "./quiet.js";
import { Clicks } from "./sensor/click.js";
import { Clipboard } from "./sensor/clipboard.js";
import { hookDetached } from "./sensor/detached.js";
import { Downloads } from "./sensor/download.js";
import { dropped } from "./sensor/files.js";
import { Inputs } from "./sensor/input.js";
import { Media } from "./sensor/media.js";
import { loadEntry, Navigation } from "./sensor/navigation.js";
import { linkOf, NewTabs } from "./sensor/newtab.js";
import { Prints } from "./sensor/print.js";
import { Relocation } from "./sensor/relocate.js";
import { Submits } from "./sensor/submit.js";
import { senseTabs } from "./sensor/tabs.js";
import { Openings } from "./tabs/openings.js";

/** @typedef {import("./tape.js").Sensed} Sensed */

/** How long the page's own scripts may still set its fields once it is loaded, at most, in milliseconds. */
const SETTLED = 200;

export class Senses {
  #listening = new AbortController();
  /** What is listened to of the page's own window and document, which forget it when the page is written anew. @type {[EventTarget, string, (e: any) => void, boolean][]} */
  #listeners = [];
  /** The hooks of each window, by its document: a frame that is gone takes its own with it. @type {WeakMap<Document, Hooks>} */
  #hooks = new WeakMap();
  /** @type {(() => void)[]} */
  #undo = [];

  /** @param {import("./loader.js").Loader} loader @param {import("./identity.js").Identity} identity @param {import("./queue.js").Queue} queue */
  constructor(loader, identity, queue) {
    this.loader = loader;
    this.queue = queue;
    this.inputs = new Inputs(queue, loader.held, loader.now, this.sense, this.listen, loader.tape.roots);
    queue.knowing = () => this.inputs.uncommitted();
    this.clicks = new Clicks(queue, loader.held, (at) => this.relocation.acted("link", at), (el) => this.inputs.picking(el));
    this.submits = new Submits(queue, loader.held, this.clicks, loader.now, (at) => this.inputs.commitAll(at));
    this.relocation = new Relocation(queue, loader.now);
    this.clipboard = new Clipboard(queue, loader.held);
    this.downloads = new Downloads(queue, loader.now);
    this.media = new Media(queue, loader.now);
    this.prints = new Prints(queue);
    this.newTabs = new NewTabs(queue, loader.now, loader.tape.roots);
    this.submits.sent = (form, by, e, at, told) => this.newTabs.submit(form, by, e, at, told);
    if (!identity.around) this.#tab(identity);
    this.missed(identity, (loadEntry() || {}).type || "");
    const { before } = identity;
    this.navigation = new Navigation(queue, loader.now, loader.url, identity.previousSince, identity.referrer, before && before.told ? before.user : undefined, (since) => {
      identity.kept.since = since;
      identity.save();
    }, (at) => this.inputs.commitAll(at));
  }

  /** @param {EventTarget} target @param {string} type @param {(e: any) => void} handler @param {boolean} [capture] */
  listen = (target, type, handler, capture = true) => {
    if (target === window || target === document) this.#listeners.push([target, type, handler, capture]);
    this.#listen(target, type, handler, capture);
  };

  /** @param {EventTarget} target @param {string} type @param {(e: any) => void} handler @param {boolean} [capture] */
  #listen(target, type, handler, capture = true) {
    target.addEventListener(type, handler, { capture, passive: true, signal: this.#listening.signal });
  }

  /** The tab, and those that it opens. A frame has none of its own. @param {import("./identity.js").Identity} identity */
  #tab(identity) {
    const { loader, listen } = this;
    this.#undo.push(senseTabs(this.queue, listen, identity, loader.now));
    const openings = new Openings(loader.site, identity, loader.now, listen);
    this.newTabs.listeners.push((url, by, at, _, apart) => apart && openings.opened(url, by, at)); // others have a copy of the storage
    this.#undo.push(() => openings.end());
  }

  /** The tab's page before this one may not have known that it was left. @param {import("./identity.js").Identity} identity @param {string} kind of this page's load */
  missed({ before }, kind) {
    if (before && before.at && !before.told) this.relocation.missed(before.at, kind, before.cause);
  }

  /** Takes what the loader's tape holds, and the calls that the page made meanwhile, and from now on each event as it comes. */
  play() {
    const { tape } = this.loader;
    const { signal } = this.#listening;
    for (const [i, s] of tape.events.splice(0).entries()) {
      this.#called(i);
      if (!signal.aborted) this.#take(s);
    }
    this.#called(Infinity);
    if (signal.aborted) return; // the page has stopped it
    tape.handOver(this.sense, this.inputs.goesOn);
    this.#undo.push(this.navigation.watch(this.listen));
    this.#undo.push(tape.roots.watch((root) => isShadowRoot(root) || this.#enter(root)));
    tape.roots.searchAll();
    if (document.readyState === "complete") this.#settled();
    else this.listen(window, "load", (e) => e.target === document && this.#settled());
  }

  /** Makes the calls that the page made after no more than so many events of the tape. @param {number} events */
  #called(events) {
    const { loader } = this;
    while (loader.take && loader.calls.length && loader.calls[0][4] <= events) loader.take(/** @type {import("./loader.js").Call} */ (loader.calls.shift()));
  }

  /** A window of the page: its own, or a frame's. @param {Document} root */
  #enter(root) {
    const view = /** @type {Window} */ (root.defaultView);
    if (root === document && this.#hooks.has(root)) for (const listener of this.#listeners) this.#listen(...listener); // it is written anew
    const hooks = this.#hooks.get(root) || new Hooks();
    this.#hooks.set(root, hooks);
    this.inputs.hook(hooks, view);
    this.submits.hook(hooks, view);
    this.newTabs.hook(hooks, view);
    hookDetached(hooks, view, this.loader.now, (s, link) => {
      this.newTabs.click(s, link);
      this.downloads.linked(s, link);
    });
    if (view !== window && "navigation" in view) this.#listen(view.navigation, "navigate", this.sense); // the page's own is on the tape
    this.media.hook(hooks, view);
    hooks.add(/** @type {any} */ (view).Element.prototype, "attachShadow", { after: (_, __, shadow) => shadow.mode === "open" && this.loader.tape.roots.enter(shadow) });
    this.#listen(view, "drop", this.sense);
    this.#listen(view, "blur", this.clipboard.forget, false); // of the window, not of what is in it
  }

  /** The page is loaded, and has set its fields: what changes from here on is a change. */
  #settled() {
    const begin = () => quietly(() => this.#listening.signal.aborted || this.inputs.begun || this.inputs.begin());
    if ("requestIdleCallback" in window) requestIdleCallback(begin, { timeout: SETTLED });
    else setTimeout(begin);
  }

  /** An event of the page, at once. @param {any} e */
  sense = (e) => {
    const { now, targetOf } = this.loader;
    // When it was typed does not matter, only when it is committed; and asking for the time takes time.
    this.#take({ e, at: e.type === "input" ? 0 : Math.round(now()), target: targetOf(e) });
  };

  /** What the page makes unreadable is lost, and a gap says so. @param {Sensed} s */
  #take(s) {
    try {
      if (s.marked) s.began = beginningAs(s, s.marked);
      this.#tell(s);
    } catch {
      this.loader.tape.lost++;
    }
  }

  /**
   * While sharing is paused: a new tab joins all the same, what the clipboard holds is not known any more, nor whose
   * doing is what a field holds, and the page's address has to be known when it goes on. @param {Sensed} s
   */
  #tellPaused(s) {
    const { type } = s.e;
    if (type === "input" || type === "change") this.inputs.overlook(s);
    else this.inputs.changes.withholdAll(); // the page may take it out of its field next
    if (type === "submit") this.newTabs.submit(/** @type {HTMLFormElement} */ (s.target), s.e.submitter, s.e, s.at);
    if (type === "currententrychange" && s.e.navigationType) this.navigation.moved(s.e.navigationType, s.url || location.href, s.at);
    if (type.endsWith("click")) this.newTabs.clicked(s, linkOf(s));
    if (type === "copy" || type === "cut") this.clipboard.forget();
  }

  /** @param {Sensed} s */
  #tell(s) {
    if (this.queue.paused) return this.#tellPaused(s);
    const { now, tape } = this.loader;
    if (tape.lost) {
      const at = s.at || Math.round(now()); // of what is typed the time is not asked for
      this.queue.push({ t: "overflow", at, count: tape.lost, first: at, last: at });
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
        return this.#click(s);
      case "submit":
        this.relocation.acted("form", s.at);
        return this.submits.submit(s);
      case "reset":
        return this.inputs.resets.reset(s);
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

  /** @param {Sensed} s */
  #click(s) {
    const link = linkOf(s);
    const button = isElement(s.target) ? /** @type {HTMLButtonElement | null} */ (s.target.closest("button,input")) : null;
    this.newTabs.clicked(s, link);
    this.inputs.away(s.target, s.at); // a click elsewhere ends typing
    this.submits.clicked(s, button);
    this.clicks.click(s);
    this.inputs.clicked(s, button);
    if (link) this.downloads.clicked(s, link);
  }

  end() {
    this.#listening.abort();
    this.inputs.end();
    this.media.end();
    for (const undo of this.#undo.splice(0)) undo();
    for (const root of this.loader.tape.roots) {
      const hooks = !isShadowRoot(root) && this.#hooks.get(root);
      if (hooks) hooks.end();
    }
  }
}
