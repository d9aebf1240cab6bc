// The browser's side of the bridge: what the recorder (Go) may do here, and the one way in. wasm/dom is the other
// side. None of these functions throws.

import { learn } from "./rules.js";

/** The subprotocol of masking/event. */
const PROTOCOL = "cotrail.v1";

export class Bridge {
  /** Compiled policy, "" when it could not be had. */
  policy = "";
  /** What the tab's last page could not deliver. */
  tail = new Uint8Array();
  /** @type {WebSocket | undefined} */
  socket = undefined;
  timer = 0;
  /** Promises of flushes. @type {Map<string, () => void>} */
  flushes = new Map();
  /** Keeps a tail for the tab's next page. @type {(tail: Uint8Array) => void} */
  keep = () => {};
  /** Told which session holds the events. @type {(id: string) => void} */
  session = () => {};
  /** @type {(status: string, code: string) => void} */
  status = () => {};

  /** @param {string} relay its origin @param {(what: string, payload: string | Uint8Array | null) => void} tell calls the recorder */
  constructor(relay, tell) {
    this.relay = relay;
    this.tell = tell;
  }

  /**
   * @param {string} block @param {string} mask @param {string} allow one selector a line; the marks make none of them empty
   * @param {boolean} values @param {boolean} ids whether form values are shown that no rule names, and ids
   */
  rules(block, mask, allow, values, ids) {
    return learn(block.split("\n"), mask.split("\n"), allow.split("\n"), { values, ids });
  }

  /** @param {number} size */
  bytes(size) {
    return new Uint8Array(size);
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

  /** @param {Uint8Array<ArrayBuffer>} frame */
  send(frame) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(frame);
  }

  close() {
    const socket = this.socket;
    this.socket = undefined; // no "closed" follows
    if (socket) socket.close();
  }

  /** @param {Uint8Array<ArrayBuffer>} body @param {boolean} leaving whether the page may be gone before the answer comes */
  post(body, leaving) {
    const answered = (/** @type {Uint8Array | null} */ answer) => leaving || this.tell("posted", answer);
    fetch(this.relay + "/v1/record", { method: "POST", body, keepalive: leaving, credentials: "omit", headers: { "Content-Type": "text/plain" } })
      .then((answer) => answer.arrayBuffer())
      .then((answer) => answered(new Uint8Array(answer)))
      .catch(() => answered(null));
  }

  /** @param {string} id */
  flushed(id) {
    const done = this.flushes.get(id);
    this.flushes.delete(id);
    if (done) done();
  }

  /** @param {number} ms */
  wake(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell("tick", null), ms);
  }

  end() {
    clearTimeout(this.timer);
    this.close();
    for (const done of this.flushes.values()) done();
  }
}
