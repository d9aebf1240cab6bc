// The host of the recorder: what a Go program asks of its page, and the one way into it.
//
// The build has started the program already (wasm/build/boot), so this is not Go's wasm_exec.js: there is nothing to
// run, no JavaScript value is ever handed over, and nothing becomes a global of the page. Of the functions that Go's
// runtime asks for, those that a waiting program needs are here, with the layout of wasm_exec.js: arguments and
// results lie in memory above the stack pointer.

export class Host {
  /** What the recorder acts through (js/bridge.js); the sensor sets it. @type {any} */
  bridge = undefined;
  /** @type {any} */
  #recorder = undefined;
  /** @type {[what: string, payload: string | Uint8Array | null][]} */
  #calls = [];
  #busy = false;
  #encoder = new TextEncoder();
  #decoder = new TextDecoder();

  /** @param {() => number} now @param {() => void} onCrash told when the recorder has ended, which it does only by crashing */
  constructor(now, onCrash) {
    this.now = now;
    this.onCrash = onCrash;
  }

  /** @param {WebAssembly.Module} module */
  async run(module) {
    /** @type {any} */
    const cotrail = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      if (from === "cotrail") cotrail[name] = (/** @type {number[]} */ ...args) => this.bridge[name](...args);
    }
    this.#recorder = (await WebAssembly.instantiate(module, { cotrail, gojs: this.#runtime() })).exports;
  }

  /** What Go's runtime needs. Its own timers are not among it: the recorder has none. */
  #runtime() {
    /** @param {number} at @param {number} value */
    const setInt64 = (at, value) => new DataView(this.#recorder.mem.buffer).setBigInt64(at, BigInt(Math.floor(value)), true);
    const nothing = () => {};
    return {
      "runtime.resetMemoryDataView": nothing,
      "runtime.wasmWrite": nothing, // a crash could print what it held, and the console is the page's
      "runtime.wasmExit": () => {
        throw new Error("crash");
      },
      "runtime.scheduleTimeoutEvent": nothing,
      "runtime.clearTimeoutEvent": nothing,
      /** @param {number} sp */
      "runtime.nanotime1": (sp) => setInt64(sp + 8, this.now() * 1e6),
      /** @param {number} sp */
      "runtime.walltime": (sp) => {
        setInt64(sp + 8, this.now() / 1000);
        setInt64(sp + 16, 0); // and no nanoseconds: the recorder asks nobody but the page for the time
      },
      /** @param {number} sp */
      "runtime.getRandomData": (sp) => {
        const [at, , size] = new Uint32Array(this.#recorder.mem.buffer, sp + 8, 3);
        crypto.getRandomValues(this.bytes(at, size));
      },
    };
  }

  /** A view of the recorder's memory, good until it runs again. @param {number} at @param {number} size */
  bytes(at, size) {
    return new Uint8Array(this.#recorder.mem.buffer, at, size);
  }

  /** @param {number} at @param {number} size */
  text(at, size) {
    return this.#decoder.decode(this.bytes(at, size));
  }

  /**
   * Calls the recorder. What it causes by itself, within a call, waits until that call is over.
   * @param {string} what a function of wasm/main.go @param {string | Uint8Array | null} payload
   */
  tell(what, payload) {
    this.#calls.push([what, payload]);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let call; (call = this.#calls.shift()) && this.#recorder; ) this.#recorder[call[0]](this.#hand(call[1]), this.now());
    } catch {
      this.#recorder = undefined; // what a broken program throws, or still does, could be anything
      this.#calls = [];
      this.#busy = false;
      this.onCrash();
    }
    this.#busy = false;
  }

  /** Writes a payload where the recorder takes it, and gives its length. @param {string | Uint8Array | null} payload */
  #hand(payload) {
    if (payload === null) return -1;
    if (typeof payload === "string") return this.#handText(payload, payload.length) ?? this.#handText(payload, payload.length * 3);
    this.#room(payload.length).set(payload);
    return payload.length;
  }

  /** Undefined if there is no room for all of it: a unit of UTF-16 is one to three bytes. @param {string} text @param {number} size */
  #handText(text, size) {
    const { read, written } = this.#encoder.encodeInto(text, this.#room(size));
    return read === text.length ? written : undefined;
  }

  /** @param {number} size */
  #room(size) {
    const at = this.#recorder.room(size); // may move the memory
    return this.bytes(at, size);
  }
}
