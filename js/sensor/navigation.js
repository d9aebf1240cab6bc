// Pages that are reached: by loading, and within a page by the History and Navigation APIs and by the hash.

import { atPage } from "../facts.js";
import { text } from "../queue.js";
import { pagesHaveRules } from "../rules.js";

/** @typedef {import("../queue.js").Queue} Queue */

export const loadEntry = () => /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);

/** When the page took the place of the one before: what that one told while it went came earlier. */
export function arrival() {
  const entry = loadEntry();
  const shown = (entry && /** @type {any} */ (entry).activationStart) || 0; // of a page that was prerendered
  return Math.round(performance.timeOrigin + Math.max(shown, (entry && (entry.unloadEventEnd || entry.responseStart)) || 0));
}

/** The page's address, as far as it may be told: while sharing is paused, only whose page it is. @param {boolean} paused */
export const here = (paused) => (paused ? location.origin + "/" : location.href);

export class Navigation {
  /**
   * @param {Queue} queue @param {() => number} now
   * @param {string} url of the page when the loader ran
   * @param {number} previousSince when the tab's page before this one was reached, 0 when there was none
   * @param {string} referrer where it was reached from, as far as it may be told
   * @param {boolean | undefined} user whether a person's act led here, where it is known
   * @param {(since: number) => void} reached notes when a page was reached
   * @param {(at: number) => void} leave commits what was typed, for the rules of the page where it was typed hold for it
   */
  constructor(queue, now, url, previousSince, referrer, user, reached, leave) {
    this.queue = queue;
    this.now = now;
    this.reached = reached;
    this.leave = leave;
    this.url = url;
    this.since = arrival();
    const entry = loadEntry();
    const kinds = /** @type {Record<string, string>} */ ({ reload: "reload", back_forward: "traverse" });
    queue.push({
      t: "navigate",
      at: this.since,
      kind: kinds[(entry && entry.type) || ""] || "load",
      url: url,
      from: text(referrer),
      title: text(document.title),
      user,
      previous_ms: previousSince ? Math.max(0, this.since - previousSince) : undefined,
    });
    atPage(url);
    reached(this.since);
  }

  /** The page's address may have changed, in the way that kind says. @param {string} kind @param {string} url @param {number} at */
  moved(kind, url, at) {
    const from = this.url;
    if (url === from) return; // only its state changed
    if (pagesHaveRules() || routeOf(url) !== routeOf(from)) this.leave(Math.round(at));
    const samePage = url.split("#")[0] === from.split("#")[0];
    this.queue.push({
      t: "navigate",
      at,
      kind: kind !== "traverse" && samePage ? "hash" : kind,
      url: url,
      from: from,
      title: pagesHaveRules() ? undefined : text(document.title), // it may still be that of the page before, which other rules hide
      user: navigator.userActivation && navigator.userActivation.isActive,
      previous_ms: Math.max(0, Math.round(at - this.since)),
    });
    this.#at(url, at);
  }

  /** The page is shown again from the back-forward cache. */
  restored() {
    const at = Math.round(this.now());
    this.queue.push({ t: "navigate", at, kind: "restore", url: location.href, title: text(document.title) });
    this.#at(location.href, at);
  }

  /** @param {string} url @param {number} at */
  #at(url, at) {
    this.url = url;
    this.since = at;
    atPage(url);
    this.reached(at);
  }

  /**
   * Watches the History API in engines without the Navigation API. Elsewhere the tape tells of every change.
   * @param {(target: EventTarget, type: string, handler: () => void) => void} listen
   * @returns {() => void} puts back what was hooked
   */
  watch(listen) {
    this.moved("push", location.href, this.now()); // while the sensor was not there
    if ("navigation" in window) return () => {};
    /** @param {string} kind */
    const tell = (kind) => this.moved(kind, location.href, this.now());
    listen(window, "popstate", () => tell("traverse"));
    listen(window, "hashchange", () => tell("hash"));
    const unhook = [hook("pushState", () => tell("push")), hook("replaceState", () => tell("replace"))];
    return () => unhook.forEach((back) => back());
  }
}

/** What of an address says which page it is: a search box writes the query at every key. @param {string} url */
function routeOf(url) {
  const [page, fragment = ""] = url.split(/#(.*)/s);
  return page.split("?")[0] + (/^!?\//.test(fragment) ? fragment.split("?")[0] : "");
}

/** @param {"pushState" | "replaceState"} name @param {() => void} after */
function hook(name, after) {
  const original = history[name];
  /** @this {History} @param {Parameters<History["pushState"]>} args */
  function hooked(...args) {
    original.apply(this, args);
    after();
  }
  history[name] = hooked;
  return () => {
    if (history[name] === hooked) history[name] = original;
  };
}
