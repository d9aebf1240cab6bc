// The tabs of a session in one browser: a new one, and which one is looked at. The tabs tell one another over a
// channel named after the session; what they say is the active tab's id and nothing else.

import { arrival } from "./navigation.js";

/**
 * @param {import("../queue.js").Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 * @param {import("../identity.js").Identity} identity
 * @param {() => number} now
 * @returns {() => void} closes the channel
 */
export function senseTabs(queue, listen, identity, now) {
  const tab = identity.kept.tab;
  /** The tab that was looked at last, as far as this one knows. */
  let active = identity.newTab ? identity.opener : tab;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("cotrail-" + identity.kept.session) : null;

  if (identity.newTab) {
    queue.push({
      t: "tab",
      at: arrival(),
      tab,
      opener: identity.opener || undefined,
      url: location.href,
      how: identity.opener ? (window.opener ? "window_open" : "link") : "initial",
    });
  }

  /** @param {number} at */
  function seen(at) {
    if (document.visibilityState !== "visible" || active === tab) return;
    if (active) queue.push({ t: "active", at: Math.round(at), from: active, to: tab });
    if (channel) channel.postMessage(tab);
    active = tab;
  }

  if (channel) listen(channel, "message", (e) => (active = String(e.data)));
  listen(document, "visibilitychange", () => seen(now()));
  listen(window, "focus", (e) => e.target === window && seen(now()));
  seen(arrival());
  return () => channel && channel.close();
}
