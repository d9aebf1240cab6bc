// The page's clock never goes back, whoever sets the machine's. But in most browsers it stands still while the machine
// sleeps; the machine's own then runs ahead of it.

/** How far the two may drift apart before something has happened to one of them, in milliseconds. */
const JUMP = 5000;

export class Clock {
  /** @param {import("./loader.js").Loader} loader */
  constructor(loader) {
    this.loader = loader;
    this.ahead = Date.now() - loader.now();
    this.looked = Math.round(loader.now());
  }

  /**
   * Looks at both. Where the machine's has run ahead the page's is set forward, as after a sleep: if somebody has set
   * the machine's, the relay finds the page's off by as much, and corrects it.
   * @returns {{by: number, since: number}} how far one has jumped, 0 if none has, and when they were last together
   */
  look() {
    const { loader, looked } = this;
    const by = Date.now() - loader.now() - this.ahead;
    this.looked = Math.round(loader.now());
    if (Math.abs(by) < JUMP) return { by: 0, since: looked };
    if (by > 0) loader.advance(by);
    else this.ahead += by;
    return { by, since: looked };
  }
}
