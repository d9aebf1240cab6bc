// Leaving a page for another: where it begins. It is told when the page goes, for only then it is sure: a navigation
// may be prevented, taken over by a router, or turn out to be a download. What a page cannot see, as when somebody
// types an address, the tab's next page tells.

/** @typedef {import("../queue.js").Row} Row */

/** A navigation that has not happened after this has become a download, or nothing, in milliseconds. */
const STALE = 30_000;

/** Causes of the kinds of navigation that say it themselves. @type {Record<string, string>} */
const CAUSES = { reload: "reload", traverse: "traverse", back_forward: "traverse" };

export class Relocation {
  /** What began last. @type {{event: any, url: string, at: number} | undefined} */
  begun = undefined;
  /** What was done last that leads away: a link was followed, a form was sent. @type {{cause: string, at: number}} */
  act = { cause: "", at: 0 };

  /** @param {import("../queue.js").Queue} queue @param {() => number} now */
  constructor(queue, now) {
    this.queue = queue;
    this.now = now;
  }

  /** A navigation begins, of this page. @param {import("../tape.js").Sensed} s an event of the Navigation API */
  begin({ e, at }) {
    if (e.hashChange || e.destination.sameDocument || e.downloadRequest !== null) return;
    this.begun = { event: e, url: location.href, at };
  }

  /** The page stays, at another address. */
  stay() {
    this.begun = undefined;
  }

  /** A link was clicked, or a form was sent: where nothing else tells, it is why the page goes. @param {string} cause @param {number} at */
  acted(cause, at) {
    this.act = { cause, at };
  }

  /** The page goes. @returns {{told: boolean, user: boolean, cause: string}} what the next page has to know */
  leave() {
    const { begun, act } = this;
    const at = Math.round(this.now());
    const cause = at - act.at < STALE ? act.cause : "";
    this.begun = undefined;
    if (!begun || begun.event.defaultPrevented || at - begun.at > STALE) return { told: false, user: cause !== "", cause };
    const { event, url } = begun;
    this.queue.push({
      t: "relocate", at: begun.at, to: event.destination.url, from: url,
      cause: CAUSES[event.navigationType] || sourceOf(event) || (begun.at - act.at < 100 ? act.cause : "") || "script", user: event.userInitiated,
    });
    return { told: true, user: event.userInitiated, cause };
  }

  /**
   * This is the tab's next page, and the one before could not tell that it was left.
   * @param {number} at when it was @param {string} kind of the load @param {string} cause that the page before knew of
   */
  missed(at, kind, cause) {
    this.queue.push({ t: "relocate", at, to: location.href, cause: CAUSES[kind] || cause || undefined, user: cause !== "" || undefined });
  }
}

/** @param {any} event */
function sourceOf(event) {
  const el = event.sourceElement;
  if (event.formData || (el && el.form) || (el && el.localName === "form")) return "form";
  return el ? "link" : "";
}
