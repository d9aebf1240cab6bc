// What the tabs of one origin tell one another goes over BroadcastChannels. What is said there is random ids, hashes,
// and to a tab that was just opened the session's secret: whoever can listen could read that in sessionStorage as well.

/** The channel of a session's tabs. @param {string} session */
export const ofSession = (session) => "cotrail-" + session;

/** The channel on which new tabs ask. @param {string} site */
export const ofNewTabs = (site) => "cotrail-new-" + site;

/**
 * Opens a channel for as long as the page is there: one that stayed open would be heard of in the back-forward cache,
 * and the browser would drop the page.
 * @param {string} name
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 * @param {(data: any) => void} hear
 */
export function openChannel(name, listen, hear) {
  /** @type {BroadcastChannel | undefined} */
  let channel;
  const begin = () => {
    if (!("BroadcastChannel" in window)) return;
    channel = new BroadcastChannel(name);
    channel.onmessage = (e) => hear(e.data || {});
  };
  const end = () => channel && channel.close();
  begin();
  listen(window, "pagehide", end);
  listen(window, "pageshow", (e) => e.persisted && begin());
  return { post: (/** @type {object} */ data) => channel && channel.postMessage(data), end };
}
