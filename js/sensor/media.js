// The media of a call: camera, microphone and screen that the page is given, their recording, and what fails of it.
// Of a device nothing is told but its kind. Streams and connections get names of ours.

import { random } from "../random.js";
import { text } from "../queue.js";

/** @typedef {import("../queue.js").Row} Row */
/** @typedef {import("../hooks.js").Hooks} Hooks */

/** Bytes of a name: as those of tabs and streams. */
const NAME = 8;

/** What a page calls on a connection before it can fail: by these they are found. */
const CONNECTING = ["createOffer", "createAnswer", "setLocalDescription", "setRemoteDescription"];

/** What may fail of a connection, and what it is called. */
const PHASES = /** @type {const} */ ({ peer: "connectionState", ice: "iceConnectionState" });

/** Tracks of one stream that end this close together end by one act, in milliseconds: a share with its sound, say. */
const ONE_ACT = 500;

export class Media {
  /** @type {WeakSet<RTCPeerConnection>} */
  #connections = new WeakSet();
  #over = new AbortController();

  /** @param {import("../queue.js").Queue} queue @param {() => number} now */
  constructor(queue, now) {
    this.queue = queue;
    this.now = now;
  }

  /** @param {Hooks} hooks @param {any} view */
  hook(hooks, view) {
    const devices = prototypeOf(view.MediaDevices);
    hooks.add(devices, "getUserMedia", { answer: (asked) => this.#capture(asked, "video") });
    hooks.add(devices, "getDisplayMedia", { answer: (asked) => this.#capture(asked, "screen") });
    hooks.add(prototypeOf(view.MediaRecorder), "start", { after: () => this.#say({ t: "archiving", archive: random(NAME) }) });
    for (const name of CONNECTING) hooks.add(prototypeOf(view.RTCPeerConnection), name, { before: (connection) => this.#connect(connection) });
  }

  /** @param {Row} row */
  #say(row) {
    this.queue.push({ at: Math.round(this.now()), ...row });
  }

  /**
   * Watches what the page asked for. A promise that anybody watches counts as handled, and the page would no longer
   * hear of a rejection that it does not handle: it gets one that follows the first, and nobody else has that one.
   * @param {Promise<MediaStream>} asked @param {"video" | "screen"} picture what its picture is called
   */
  #capture(asked, picture) {
    const follows = asked.then();
    const stream = random(NAME);
    asked.then((given) => this.#granted(given, stream, picture), (error) => this.#failed(stream, "capture", error)).catch(() => {});
    return follows;
  }

  /** @param {MediaStream} given @param {string} stream @param {"video" | "screen"} picture */
  #granted(given, stream, picture) {
    const began = this.now();
    const tracks = given.getTracks();
    const kinds = new Set(tracks.map((track) => (track.kind === "video" ? picture : track.kind)));
    this.#say({ t: "media", media: Array.from(kinds).sort().join(), call: stream });
    let told = -ONE_ACT;
    /** The browser tells of no end that the page has made. @param {Event} e */
    const ended = (e) => {
      if (!e.isTrusted || e.timeStamp - told < ONE_ACT) return;
      told = e.timeStamp;
      this.#say({ t: "media_ended", stream, duration_ms: Math.round(this.now() - began) });
    };
    for (const track of tracks) track.addEventListener("ended", ended, { signal: this.#over.signal });
  }

  /** @param {string} stream @param {string} phase @param {any} error */
  #failed(stream, phase, error) {
    const { name, message } = error || {};
    this.#say({ t: "media_failed", stream, phase, name: text(name), message: text(message) });
  }

  /** @param {RTCPeerConnection} connection */
  #connect(connection) {
    if (this.#connections.has(connection)) return;
    const stream = random(NAME);
    for (const [phase, state] of Object.entries(PHASES)) {
      const changed = () => {
        if (connection[state] !== "failed") return;
        connection.removeEventListener(state.toLowerCase() + "change", changed);
        this.#failed(stream, phase, { name: "failed" });
      };
      connection.addEventListener(state.toLowerCase() + "change", changed, { signal: this.#over.signal });
    }
    this.#connections.add(connection);
  }

  end() {
    this.#over.abort();
  }
}

/** Engines and insecure pages lack some of it. @param {any} type */
const prototypeOf = (type) => type && type.prototype;
