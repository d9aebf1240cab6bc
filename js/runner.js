// Runs the recorder for one recording, and starts it again when it crashes: with what the relay has not acknowledged,
// which the recorder hands back whenever it has taken rows, and with the rows that it did not finish.

import { split } from "./queue.js";

/** How often the recorder is started again. */
const MAX_RESTARTS = 3;

export class Runner {
  /** Rows that the recorder was given since it last handed something back. @type {string[]} */
  #handed = [];
  /** @type {Uint8Array | ""} */
  #backup = "";
  /** What the recorder withholds. @type {Uint8Array | ""} */
  #withheld = "";
  #restarts = 0;
  #crashing = false;
  #stopping = false;
  /** Whether rows are handed over one by one, to find the one that breaks the recorder. */
  #alone = false;

  /**
   * @param {import("./loader.js").Loader} loader @param {import("./bridge.js").Bridge} bridge
   * @param {{text: string, digest: string}} policy @param {() => string} facts that a stream begins with, each time another
   * @param {(row: import("./queue.js").Row) => void} say queues a row
   */
  constructor(loader, bridge, policy, facts, say) {
    this.loader = loader;
    this.bridge = bridge;
    this.policy = policy;
    this.facts = facts;
    this.say = say;
    bridge.onBackup = (tail) => {
      this.#backup = tail.slice();
      this.#handed = [];
    };
    bridge.onRemember = (values) => void (this.#withheld = values.slice());
    loader.onCrash = () => this.#crashed();
  }

  /** Starts the recorder. @param {Uint8Array | ""} tail to begin with */
  start(tail) {
    this.bridge.tell("policy", this.policy.text);
    if (this.#withheld) this.bridge.tell("withhold", this.#withheld);
    if (tail) this.bridge.tell("tail", tail);
    this.bridge.tell("start", this.facts());
  }

  /** Ends the recording, once what waits is sent. */
  stop() {
    this.#stopping = true;
    this.bridge.tell("stop", null);
  }

  /** @param {string} rows */
  hand(rows) {
    this.#handed.push(rows);
    if (!this.#crashing) this.bridge.tell("rows", rows);
  }

  async #crashed() {
    const { loader, bridge } = this;
    bridge.drop();
    if (bridge.ended || this.#crashing || !loader.module || ++this.#restarts > MAX_RESTARTS) return loader.fail("crash");
    this.#crashing = true;
    const culprit = this.#alone;
    try {
      await loader.host.run(loader.module);
    } catch {
      return loader.fail("crash");
    }
    this.#crashing = false;
    if (!bridge.ended) this.#restart(this.#handed.splice(0).flatMap(split), culprit);
  }

  /** @param {string[]} rows that were not finished @param {boolean} culprit whether the first of them is what broke the recorder */
  #restart(rows, culprit) {
    const { bridge } = this;
    this.start(this.#backup);
    this.say({ t: "failed", what: "crash", restarted: true });
    this.say({ t: "policy", digest: this.policy.digest }); // a recorder tells by which rules it goes
    if (culprit) {
      rows.shift();
      const at = Math.round(this.loader.now());
      this.say({ t: "lost", count: 1, first: at, last: at });
    }
    this.#alone = true;
    for (const row of rows) this.hand(row);
    this.#alone = false;
    for (const id of bridge.flushes.keys()) bridge.tell("flush", id);
    bridge.tell(this.#stopping ? "stop" : "tick", null);
  }
}
