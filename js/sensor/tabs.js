// The tabs of a session in one browser: a new one, and which one is looked at. The tabs tell one another over a
// channel named after the session; what they say is tabs' ids and nothing else.

import { ofSession, openChannel } from "../tabs/channel.js";
import { arrival, here } from "./navigation.js";

/**
 * @param {import("../queue.js").Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void, capture?: boolean) => void} listen
 * @param {import("../identity.js").Identity} identity
 * @param {() => number} now
 * @returns {() => void} closes the channel
 */
export function senseTabs(queue, listen, identity, now) {
  const { kept } = identity;
  const { tab } = kept;
  const channel = openChannel(ofSession(kept.session), listen, (data) => {
    if (data.who === tab) channel.post({ here: tab }); // a copy of this tab asks whether it is one
    if (data.active) kept.active = String(data.active);
  });

  if (identity.newTab) {
    queue.push({
      t: "tab",
      at: arrival(),
      tab,
      opener: identity.opener || undefined,
      url: here(queue.paused),
      how: identity.how,
    });
  }

  /** @param {number} at */
  function seen(at) {
    if (document.visibilityState !== "visible" || kept.active === tab) return;
    queue.push({ t: "active", at: Math.round(at), from: kept.active, to: tab });
    channel.post({ active: tab });
    kept.active = tab;
  }

  listen(document, "visibilitychange", () => seen(now()));
  const looked = () => seen(now());
  listen(window, "focus", looked, false); // of the window itself: captured, it would be that of every element as well
  seen(arrival());
  return () => channel.end();
}
