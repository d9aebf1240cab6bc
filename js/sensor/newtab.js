// What is being opened in a new tab: by a link with a target, a click with the middle button or a modifier, a form with
// a target, or window.open. A handler of the page may still prevent it, so whether it is opened is decided in a task
// after the event, or when the page goes.

import { editorOf } from "../facts.js";
import { attributeOf, closestOf, documentOf, isElement, rootOf } from "../nodes.js";
import { isDownload } from "./download.js";
import { actionOf, methodOf } from "./submit.js";
import { ALL, NOTHING, tellable } from "./tellable.js";

/** @typedef {import("../tape.js").Sensed} Sensed */

/**
 * Told when something is opened; url is empty where it is not known.
 * @callback Listener
 * @param {string} url
 * @param {"link" | "script"} by
 * @param {number} at
 * @param {boolean} user whether a person's act opened it
 * @param {boolean} apart whether the tab is cut off from this one: it has no opener, and nothing of the storage
 */

const MAC = /^Mac/.test(navigator.platform);

/** Whether a click opens a new tab or window, by its button or by a key that is held down. @param {MouseEvent} e */
const isAside = (e) => e.button === 1 || e.shiftKey || (MAC ? e.metaKey : e.ctrlKey);

export class NewTabs {
  /** @type {Listener[]} */
  listeners = [];
  /** What may still be prevented. @type {(() => void)[]} */
  #pending = [];
  /** Windows that window.open has given: what it loads there again is no new tab. @type {WeakSet<object>} */
  #windows = new WeakSet();
  /** The call of window.open that is under way: the new tab may be there before it returns. */
  #call = { at: 0, byPerson: false };

  /** Whether a click is under way that sends a form to another tab. */
  #aside = false;

  /** @param {import("../queue.js").Queue} queue @param {() => number} now @param {import("../roots.js").Roots} roots */
  constructor(queue, now, roots) {
    this.queue = queue;
    this.now = now;
    this.roots = roots;
  }

  /** @param {import("../hooks.js").Hooks} hooks @param {any} view */
  hook(hooks, view) {
    hooks.add(view, "open", {
      before: () => (this.#call = { at: Math.round(this.now()), byPerson: isActive(view) }), // opening uses the activation up
      after: (_, args, opened) => this.#scripted(view, args, opened),
    });
  }

  /** @param {any} view @param {any[]} args of window.open @param {any} opened */
  #scripted(view, [url, target, features], opened) {
    const name = target === undefined ? "_blank" : String(target);
    const unseen = /\bno(opener|referrer)\b/.test(String(features)); // null is given also when it was opened
    if (!this.#opensTab(name, view) || (!opened && !unseen) || (opened && (opened.parent !== opened || this.#windows.has(opened)))) return;
    if (opened) this.#windows.add(opened);
    this.#tell(resolve(url, view.document.baseURI), "script", "script", this.#call.at, this.#call.byPerson, !opened);
  }

  /** A click, on a link or not. @param {Sensed} s @param {any} link */
  clicked(s, link) {
    if (link) this.click(s, link);
    this.#aside = isAside(s.e);
    if (this.#aside) setTimeout(() => (this.#aside = false)); // a form is sent within the click
  }

  /** A click on a link, also with the middle button. @param {Sensed} s @param {any} link */
  click(s, link) {
    const { e } = s;
    if (e.type === "auxclick" && e.button !== 1) return;
    if (isDownload(link) || editorOf(link)) return;
    const told = s.began ? Math.min(tellable(link, s.began.hits), tellable(link)) : tellable(link);
    const aside = isAside(e);
    this.#later(e, () => {
      const target = targetOf(link);
      if (!aside && !this.#opensTab(target, link.ownerDocument.defaultView)) return;
      const byPerson = e.isTrusted;
      this.#tell(hrefOf(link), byPerson ? "link" : "script", "link", s.at, byPerson, aside || isApart(link, target), told);
    });
  }

  /** A form is sent; form.submit() has no event. @param {HTMLFormElement} form @param {Element | null} by @param {Event | undefined} e @param {number} at @param {number} [told] how much may be told of it */
  submit(form, by, e, at, told) {
    const view = documentOf(form).defaultView;
    const byPerson = Boolean(e && e.isTrusted && isActive(view));
    const aside = this.#aside && by !== null;
    this.#later(e, () => {
      const target = (by && by.getAttribute("formtarget")) || targetOf(form);
      if (methodOf(form, by) === "dialog") return; // it closes one, and goes nowhere
      if (aside || this.#opensTab(target, view)) this.#tell(actionOf(form, by), "form", "link", at, byPerson, aside || isApart(form, target), told);
    });
  }

  /**
   * Whether what has this target is loaded in another tab. A name may be that of a tab that is open already; nobody can
   * tell.
   * @param {string} target @param {any} view
   */
  #opensTab(target, view) {
    const name = target.toLowerCase();
    if (name === "" || /^_(self|parent|top|unfencedtop)$/.test(name)) return false;
    if (name === "_blank") return true;
    for (let at = view; at; at = at.frameElement && at.parent) if (at.name === target) return false;
    for (const root of this.roots) for (const frame of root.querySelectorAll("iframe,frame,object")) if (nameOf(frame) === target) return false;
    return true;
  }

  /** Decides when every handler has been called. @param {Event | undefined} e @param {() => void} decide */
  #later(e, decide) {
    this.#pending.push(() => (e && e.defaultPrevented) || decide());
    if (this.#pending.length === 1) setTimeout(() => this.settle());
  }

  /** Decides what waits. */
  settle() {
    for (const decide of this.#pending.splice(0)) decide();
  }

  /**
   * @param {string} to @param {string} cause @param {"link" | "script"} by @param {number} at @param {boolean} user
   * @param {boolean} apart @param {number} [told] how much may be told of it
   */
  #tell(to, cause, by, at, user, apart, told = ALL) {
    if (to && !/^(https?|blob):/.test(to)) return; // mailto: and the like open no tab
    if (told !== NOTHING) this.queue.push({ t: "relocate", at, to: told === ALL ? to : "", from: location.href, cause, user, new_tab: true });
    for (const listener of this.listeners) listener(to, by, at, user, apart);
  }
}

/** @param {any} view */
const isActive = (view) => Boolean(view && view.navigator.userActivation && view.navigator.userActivation.isActive);

/** The link that was clicked, also around the shadow roots that the target lies in. @param {Sensed} s @returns {any} */
export function linkOf(s) {
  const { target } = s;
  const link = isElement(target) && rootOf(target) === document ? closestOf(target, "a,area") : undefined;
  if (link || link === null) return link && hrefOf(link) !== "" ? link : null;
  return (s.path || s.e.composedPath()).find((/** @type {EventTarget} */ el) => isElement(el) && /^(a|area)$/.test(el.localName) && hrefOf(el) !== "");
}

/** Of an SVG link as well. @param {any} link @returns {string} */
const hrefOf = (link) => (link.href && typeof link.href === "object" ? resolve(link.href.baseVal, link.baseURI) : link.href || "");

/** The target of a link or a form, or of its document's base element. @param {Element} el */
function targetOf(el) {
  const base = documentOf(el).querySelector("base[target]");
  return attributeOf(el, "target") || (base && base.getAttribute("target")) || "";
}

/** Whether a link or form cuts off the tab that it opens: one without a name does, unless told otherwise. @param {Element} el @param {string} target */
function isApart(el, target) {
  const rel = attributeOf(el, "rel") || "";
  return /\bno(opener|referrer)\b/i.test(rel) || (target.toLowerCase() === "_blank" && !/\bopener\b/i.test(rel));
}

/** What a frame is called: its document may have named it anew, which only those of its origin can see. @param {any} frame */
function nameOf(frame) {
  try {
    return frame.contentWindow.name;
  } catch {
    return frame.getAttribute("name");
  }
}

/** @param {unknown} url @param {string} base @returns {string} */
function resolve(url, base) {
  try {
    return url === undefined || url === "" ? "" : new URL(String(url), base).href;
  } catch {
    return "";
  }
}
