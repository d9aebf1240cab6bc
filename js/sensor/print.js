// Printing, of the page or of one of its frames.

/** @typedef {import("../tape.js").Sensed} Sensed */

export class Prints {
  #told = false;

  /** @param {import("../queue.js").Queue} queue */
  constructor(queue) {
    this.queue = queue;
  }

  /** The frames of what is printed are told as well, in the same task: that is one print. @param {Sensed} s */
  print(s) {
    if (this.#told || !s.e.isTrusted) return;
    this.#told = true;
    setTimeout(() => (this.#told = false));
    const { href } = /** @type {Window} */ (s.target).location;
    this.queue.push({ t: "print", at: s.at, url: href.startsWith("about:") ? location.href : href });
  }
}
