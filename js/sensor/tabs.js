// The tabs of a session in one browser: a new one, and which one is looked at. The tabs tell one another over a
// channel named after the session; what they say is the active tab's id and nothing else.

import { plain } from "../queue.js";
import { arrival } from "./navigation.js";

/**
 * @param {import("../queue.js").Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 * @param {import("../identity.js").Identity} identity
 * @returns {() => void} closes the channel
 */
export function senseTabs(queue, listen, identity) {
  const tab = identity.kept.tab;
  /** The tab that was looked at last, as far as this one knows. */
  let active = identity.newTab ? identity.opener : tab;
  const channel = window.BroadcastChannel ? new BroadcastChannel("cotrail-" + identity.kept.session) : null;

  if (identity.newTab) {
    queue.push({
      t: "tab",
      at: arrival(),
      tab,
      opener: identity.opener || undefined,
      url: plain(location.href),
      how: identity.opener ? (window.opener ? "window_open" : "link") : "initial",
    });
  }

  function seen() {
    if (document.visibilityState !== "visible") return;
    if (active && active !== tab) queue.push({ t: "active", from: active, to: tab });
    active = tab;
    if (channel) channel.postMessage(tab);
  }

  if (channel) {
    listen(channel, "message", (e) => {
      if (typeof e.data === "string") active = e.data;
    });
  }
  listen(document, "visibilitychange", seen);
  listen(window, "focus", seen);
  seen();
  return () => channel && channel.close();
}
