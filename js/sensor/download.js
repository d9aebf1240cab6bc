// Downloads that a link begins, also one that was never in the page. The Navigation API tells of each; in engines
// without it the link's click does. What the server alone makes a download (Content-Disposition) no page can see.

import { stricter } from "../facts.js";
import { matchesOf } from "../nodes.js";
import { text } from "../queue.js";
import { judge } from "../rules.js";

/** @typedef {import("../tape.js").Sensed} Sensed */

const LINK = "a[href][download],area[href][download]";

/** What holds the file itself, or names it in this browser only: of such an address the scheme is all. */
const OWN = /^(blob|data):/;

export class Downloads {
  /** The link that was clicked last, and what rules held for it then, on which page: the download is told when the page has heard of the click. @type {{link: Element, hits: import("../rules.js").Hits, page: string} | undefined} */
  #clicked = undefined;

  /** @param {import("../queue.js").Queue} queue @param {() => number} now */
  constructor(queue, now) {
    this.queue = queue;
    this.now = now;
  }


  /** @param {Sensed} s */
  navigate(s) {
    const { e } = s;
    if (typeof e.downloadRequest !== "string") return;
    const { target, sourceElement } = e;
    const { url } = e.destination;
    const entry = target.currentEntry;
    this.#later(s, url, e.downloadRequest, sourceElement, () => {
      const now = target.currentEntry;
      return Boolean(now && now !== entry && now.url === url); // the page has made a navigation of its own of it
    });
  }

  /** A click on a link, which may be one to a file. @param {Sensed} s @param {HTMLAnchorElement} link */
  clicked(s, link) {
    if (!matchesOf(link, LINK)) return;
    const hits = judge(link);
    if (s.began) stricter(hits, s.began.hits);
    this.#clicked = { link, hits, page: s.url || location.href };
    if (s.e.type === "click") this.linked(s, link);
  }

  /** The same of a link in no page, of which nothing else has to be known. @param {Sensed} s @param {HTMLAnchorElement} link */
  linked(s, link) {
    if (!("navigation" in window) && isDownload(link)) this.#later(s, link.href, link.download, link);
  }

  /**
   * Tells of the download when it is clear that the page does not prevent it: of a taped event at once.
   * @param {Sensed} s @param {string} url @param {string} named by the page @param {Element | null} link @param {() => boolean} [replaced]
   */
  #later({ e, at, path, url: page = location.href }, url, named, link, replaced = () => false) {
    const hits = link ? judge(link) : { block: -1, mask: -1, allow: -1 };
    const clicked = this.#clicked && this.#clicked.link === link ? this.#clicked : undefined;
    if (clicked) stricter(hits, clicked.hits);
    const { block, mask } = hits;
    if (block >= 0) return;
    const [own] = OWN.exec(url) || [""];
    const row = { t: "download", at, url: own || url, filename: text(named || (own ? "" : nameIn(url))), how: own ? "blob" : "anchor", page: clicked ? clicked.page : page };
    if (mask >= 0) {
      row.url = own || new URL(url).origin;
      row.filename = undefined;
    }
    const tell = () => e.defaultPrevented || replaced() || this.queue.push(row);
    if (path) tell();
    else setTimeout(tell);
  }
}

/** Whether a link downloads what it leads to: what is of another origin is gone to, whatever the link says. @param {HTMLAnchorElement} link */
export function isDownload(link) {
  const view = link.ownerDocument.defaultView;
  return matchesOf(link, LINK) && (/^(blob|data):$/.test(link.protocol) || Boolean(view && link.origin === view.origin));
}

/** What a file is called by the last part of its address. @param {string} url */
function nameIn(url) {
  const name = new URL(url).pathname.split("/").pop() || "";
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
