// The bridge between the recorder (Go) and the page: what the recorder may do here, and the one way in. wasm/dom
// is its other side. None of these functions throws.

/**
 * @typedef {object} Recorder what the rest of the loader needs of the bridge
 * @property {(what: string, payload: string | Uint8Array | null) => void} enter
 */

import { now } from "./queue.js";
import { learn } from "./rules.js";

/** The subprotocol of masking/event. */
const PROTOCOL = "cotrail.v1";

export class Bridge {
  /**
   * @param {string} relay origin of the relay
   * @param {import("./identity.js").Identity} identity
   * @param {(status: string, code: string) => void} onStatus
   */
  constructor(relay, identity, onStatus) {
    this.relay = relay;
    this.identity = identity;
    this.onStatus = onStatus;
    /** Compiled policy, "" when it could not be had; the recorder reads it at its start. */
    this.policy = "";
    /** Facts of the page, as a row; likewise. */
    this.start = "";
    this.tail = identity.tail;
    /** Set by the recorder when it is up. @type {((what: string, payload: string | Uint8Array | null, now: number) => void) | undefined} */
    this.enter = undefined;
    /** @type {WebSocket | undefined} */
    this.socket = undefined;
    this.timer = 0;
    /** @type {Map<string, () => void>} */
    this.flushes = new Map();
  }

  /** Calls the recorder. @param {string} what @param {string | Uint8Array | null} [payload] */
  tell(what, payload = null) {
    if (this.enter) this.enter(what, payload, now());
  }

  /** @param {string} block @param {string} mask @param {string} allow one selector a line */
  rules(block, mask, allow) {
    const lines = (/** @type {string} */ s) => (s ? s.split("\n") : []);
    return learn(lines(block), lines(mask), lines(allow));
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
      setTimeout(() => this.tell("closed")); // the page's policy forbids it
      return;
    }
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    const current = () => this.socket === socket;
    socket.onopen = () => current() && this.tell("opened");
    socket.onmessage = (e) => current() && this.tell("message", new Uint8Array(e.data));
    socket.onclose = () => {
      if (!current()) return;
      this.socket = undefined;
      this.tell("closed");
    };
  }

  /** @param {Uint8Array} frame */
  send(frame) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(/** @type {Uint8Array<ArrayBuffer>} */ (frame));
  }

  close() {
    const socket = this.socket;
    this.socket = undefined; // no "closed" follows
    if (socket) socket.close();
  }

  /** @param {Uint8Array} body @param {boolean} leaving whether the page may be gone before the answer comes */
  post(body, leaving) {
    const request = { method: "POST", body, keepalive: leaving, mode: "cors", credentials: "omit", headers: { "Content-Type": "text/plain" } };
    fetch(this.relay + "/v1/record", /** @type {RequestInit} */ (request))
      .then((answer) => answer.arrayBuffer())
      .then((answer) => leaving || this.tell("posted", new Uint8Array(answer)))
      .catch(() => leaving || this.tell("posted"));
  }

  /** @param {string} tail */
  keep(tail) {
    this.identity.keep(tail);
  }

  /** @param {string} id */
  session(id) {
    this.identity.kept.session = id;
    this.identity.write();
  }

  /** @param {string} status @param {string} code */
  status(status, code) {
    this.onStatus(status, code);
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
    this.timer = setTimeout(() => this.tell("tick"), ms);
  }
}
