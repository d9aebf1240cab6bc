// The trees that events come from: the page's document, the open shadow roots in it, the documents of its frames of
// the same origin, and theirs. An event of a frame never reaches the page's window, and some events never leave their
// shadow root, so each tree has to be known.

import { isElement, isShadowRoot } from "./nodes.js";
import { quietly } from "./quiet.js";

/** @typedef {Document | ShadowRoot} Root */

const FRAMES = "iframe,frame,object";

/** Custom elements: nearly all that have a shadow root. The browser finds them without making an object of each element. */
const CUSTOM = './/*[contains(local-name(), "-")]';

export class Roots {
  /** @type {WeakSet<Root>} */
  #known = new WeakSet();
  /** @type {Set<WeakRef<Root>>} */
  #all = new Set();
  /** @type {Set<(root: Root) => void>} */
  #watchers = new Set();
  #ended = new AbortController();
  /** Sees a document that is written anew: document.open takes all listeners away, its window's too, and tells nobody. */
  #rewritten = new MutationObserver((changes) => {
    const anew = changes.filter(({ addedNodes }) => Array.from(addedNodes).some(isElement));
    for (const root of new Set(anew.map(({ target }) => target))) quietly(() => this.enter(/** @type {Document} */ (root)));
  });

  /** The trees that are part of the page now. @returns {Generator<Root>} */
  *[Symbol.iterator]() {
    for (const ref of this.#all) {
      const root = ref.deref();
      if (!root) this.#all.delete(ref);
      else if (root.isConnected && (isShadowRoot(root) || root.defaultView)) yield root;
    }
  }

  /**
   * Tells of each tree, now and when it is found; of a document again when it is written anew, and of a frame's whenever
   * it was loaded, for it may have lost its listeners.
   * @param {(root: Root) => void} watcher @returns {() => void} ends it
   */
  watch(watcher) {
    this.#watchers.add(watcher);
    for (const root of this) watcher(root);
    return () => this.#watchers.delete(watcher);
  }

  /** Takes a tree in, with the trees that hang in it. @param {Root} root */
  enter(root) {
    const known = this.#known.has(root);
    if (known && isShadowRoot(root)) return;
    if (!known) {
      this.#known.add(root);
      this.#all.add(new WeakRef(root));
      if (!isShadowRoot(root)) this.#rewritten.observe(root, { childList: true });
    }
    root.addEventListener("load", this.#loaded, { capture: true, passive: true, signal: this.#ended.signal });
    for (const watcher of this.#watchers) watcher(root);
    this.search(root);
  }

  /** The trees of shadow roots that an event has crossed. @param {Event} e */
  crossed(e) {
    for (const target of e.composedPath()) if (isShadowRoot(target)) this.enter(target);
  }

  /** Looks for trees everywhere: scripts and the parser have added to the page. */
  searchAll() {
    for (const root of this) this.search(root);
  }

  /** Looks for trees in a tree. @param {Root} root */
  search(root) {
    for (const frame of root.querySelectorAll(FRAMES)) this.#frame(frame);
    if (isShadowRoot(root)) {
      for (const el of root.querySelectorAll("*")) this.#host(el);
      return;
    }
    const found = root.evaluate(CUSTOM, root, null, XPathResult.ORDERED_NODE_SNAPSHOT_TYPE, null);
    for (let i = 0; i < found.snapshotLength; i++) this.#host(/** @type {Element} */ (found.snapshotItem(i)));
  }

  /** @param {Element} el */
  #host(el) {
    if (el.shadowRoot) this.enter(el.shadowRoot);
  }

  /** @param {Event} e */
  #loaded = (e) => {
    const el = /** @type {Element} */ (e.target);
    if (el.matches && el.matches(FRAMES)) this.#frame(el);
  };

  /** @param {Element} el */
  #frame(el) {
    const root = /** @type {HTMLIFrameElement} */ (el).contentDocument; // null where it is of another origin
    const own = /** @type {any} */ (root && root.defaultView && root.defaultView.cotrail);
    if (root && root.defaultView && (!own || !own.flush || own === /** @type {any} */ (window).cotrail)) this.enter(root);
  }

  end() {
    this.#rewritten.disconnect();
    this.#ended.abort();
    this.#ended = new AbortController();
    this.#known = new WeakSet();
    this.#all.clear();
    this.#watchers.clear();
  }
}
