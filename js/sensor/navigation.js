// Pages that are reached: by loading, and within a page by the History and Navigation APIs and by the hash.

import { plain } from "../queue.js";

/**
 * @param {import("../queue.js").Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 * @param {number} previousSince when the tab's page before this one was reached, 0 when there was none
 * @param {(since: number) => void} reached notes when a page was reached
 * @returns {() => void} puts back what was hooked
 */
export function senseNavigation(queue, listen, previousSince, reached) {
  let url = location.href;
  let since = Date.now();

  const entry = loadEntry();
  const arrived = arrival();
  const kinds = /** @type {Record<string, string>} */ ({ reload: "reload", back_forward: "traverse" });
  queue.push({
    t: "navigate",
    at: arrived,
    kind: kinds[(entry && entry.type) || ""] || "load",
    url: plain(url),
    from: plain(document.referrer) || undefined,
    title: plain(document.title) || undefined,
    previous_ms: previousSince ? Math.max(0, arrived - previousSince) : undefined,
  });
  reached(since);

  /** @param {string} kind */
  function moved(kind) {
    const to = location.href;
    if (to === url) return; // only its state changed
    const samePage = to.split("#")[0] === url.split("#")[0];
    queue.push({
      t: "navigate",
      kind: kind !== "traverse" && samePage ? "hash" : kind,
      url: plain(to),
      from: plain(url),
      title: plain(document.title) || undefined,
      user: navigator.userActivation ? navigator.userActivation.isActive : undefined,
      previous_ms: Date.now() - since,
    });
    url = to;
    since = Date.now();
    reached(since);
  }

  listen(window, "pageshow", (e) => {
    if (!e.persisted) return;
    queue.push({ t: "navigate", kind: "restore", url: plain(location.href), title: plain(document.title) || undefined });
    since = Date.now();
    reached(since);
  });

  const api = /** @type {any} */ (window).navigation;
  if (api && api.addEventListener) {
    listen(api, "currententrychange", (e) => e.navigationType && moved(e.navigationType));
    return () => {};
  }
  listen(window, "popstate", () => moved("traverse"));
  listen(window, "hashchange", () => moved("hash"));
  return hookHistory(moved);
}

const loadEntry = () => /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);

/** When the page took the place of the one before: what that one told while it went came earlier. */
export function arrival() {
  const entry = loadEntry();
  return Math.round(performance.timeOrigin + ((entry && (entry.unloadEventEnd || entry.responseStart)) || 0));
}

/** For engines without the Navigation API. @param {(kind: string) => void} moved */
function hookHistory(moved) {
  const unhook = [
    hook("pushState", () => moved("push")),
    hook("replaceState", () => moved("replace")),
  ];
  return () => unhook.forEach((back) => back());
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
