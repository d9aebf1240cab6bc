// The browser's side of the bridge: what the recorder (Go) may do here. wasm/dom is the other side: texts and bytes
// come as their place in its memory and their length. None of these functions throws.

import { learn } from "./rules.js";

/** The subprotocol of masking/event. */
const PROTOCOL = "cotrail.v1";

export class Bridge {
  /** @type {WebSocket | undefined} */
  socket = undefined;
  /** The request whose answer the recorder waits for: one that was given up would tell what the relay had before. @type {object | undefined} */
  asked = undefined;
  timer = 0;
  ended = false;
  /** Promises of flushes. @type {Map<string, () => void>} */
  flushes = new Map();
  /** Keeps a tail for the tab's next page. @type {(tail: Uint8Array) => void} */
  onKeep = () => {};
  /** What the relay has not acknowledged, to start again from if the recorder crashes: all that it was given so far is in it. @type {(tail: Uint8Array) => void} */
  onBackup = () => {};
  /** The values that the recorder withholds, to start again with if it crashes. They stay in memory. @type {(values: Uint8Array) => void} */
  onRemember = () => {};
  /** Told which session holds the events. @type {(id: string) => void} */
  onSession = () => {};
  /** @type {(status: string, code: string) => void} */
  onStatus = () => {};

  /** @param {string} relay its origin @param {import("./host.js").Host} host */
  constructor(relay, host) {
    this.relay = relay;
    this.host = host;
  }

  /** Calls the recorder, unless this recording is over. @param {string} what @param {string | Uint8Array | null} payload */
  tell(what, payload) {
    if (!this.ended) this.host.tell(what, payload);
  }

  /**
   * The selectors to match, one a line, whether form values are shown that no rule names, and ids that look harmless,
   * and whether some pages have other rules.
   * @param {number[]} numbers three texts and three flags
   */
  rules(...numbers) {
    const [block, mask, allow] = [0, 2, 4].map((i) => this.host.text(numbers[i], numbers[i + 1]).split("\n"));
    return Number(learn(block, mask, allow, { values: Boolean(numbers[6]), ids: Boolean(numbers[7]), pages: Boolean(numbers[8]) }));
  }

  connect() {
    let socket;
    try {
      socket = new WebSocket(this.relay.replace(/^http/, "ws") + "/v1/record", PROTOCOL);
    } catch {
      setTimeout(() => this.tell("closed", null)); // the page's policy forbids it
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    const current = () => this.socket === socket;
    socket.onopen = () => current() && this.tell("opened", null);
    socket.onmessage = (e) => current() && this.tell("message", new Uint8Array(e.data));
    socket.onclose = () => {
      if (!current()) return;
      this.socket = undefined;
      this.tell("closed", null);
    };
  }

  /** @param {number} at @param {number} size */
  send(at, size) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(this.host.bytes(at, size));
  }

  close() {
    const socket = this.socket;
    this.socket = this.asked = undefined; // no "closed" follows, and no "posted"
    if (socket) socket.close();
  }

  /** @param {number} at @param {number} size @param {number} leaving whether the page may be gone before the answer comes */
  post(at, size, leaving) {
    this.request(this.host.bytes(at, size), Boolean(leaving));
  }

  /** @param {Uint8Array<ArrayBuffer>} body @param {boolean} leaving */
  request(body, leaving) {
    const asked = {};
    if (!leaving) this.asked = asked;
    const answered = (/** @type {Uint8Array | null} */ answer) => this.asked === asked && this.tell("posted", answer);
    fetch(this.relay + "/v1/record", { method: "POST", body, keepalive: leaving, credentials: "omit", headers: { "Content-Type": "text/plain" } })
      .then((answer) => answer.arrayBuffer())
      .then((answer) => answered(new Uint8Array(answer)))
      .catch(() => answered(null));
  }

  /** @param {number} at @param {number} size */
  keep(at, size) {
    this.onKeep(this.host.bytes(at, size));
  }

  /** @param {number} at @param {number} size */
  backup(at, size) {
    this.onBackup(this.host.bytes(at, size));
  }

  /** @param {number} at @param {number} size */
  remember(at, size) {
    this.onRemember(this.host.bytes(at, size));
  }

  /** @param {number} at @param {number} size */
  session(at, size) {
    this.onSession(this.host.text(at, size));
  }

  /** @param {number} at @param {number} size of the status @param {number} codeAt @param {number} codeSize */
  status(at, size, codeAt, codeSize) {
    this.onStatus(this.host.text(at, size), this.host.text(codeAt, codeSize));
  }

  /** @param {number} at @param {number} size */
  flushed(at, size) {
    const id = this.host.text(at, size);
    const done = this.flushes.get(id);
    this.flushes.delete(id);
    if (done) done();
  }

  /** @param {number} ms */
  wake(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell("tick", null), ms);
  }

  /** The recorder has crashed: what it had under way is over. */
  drop() {
    clearTimeout(this.timer);
    this.close();
  }

  end() {
    this.ended = true;
    this.drop();
    for (const done of this.flushes.values()) done();
  }
}
