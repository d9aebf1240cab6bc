// What Go's program loader (wasm_exec.js) gets instead of the page's globals, so that it adds none to the page.
// It puts Go and its stand-ins of fs, process and path here, the recorder its way in (cotrailEnter), and the sensor
// the bridge (cotrailBridge).

/** Swallows what a Go program prints: a crash could print what it held, and the console is the page's. */
const silent = {
  constants: { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: -1 },
  /** @param {number} _fd @param {Uint8Array} data */
  writeSync: (_fd, data) => data.length,
  /** @param {number} _fd @param {Uint8Array} data @param {number} _offset @param {number} _length @param {unknown} _position @param {(error: null, n: number) => void} done */
  write: (_fd, data, _offset, _length, _position, done) => done(null, data.length),
};

/** @type {any} */
export const goScope = {
  Object,
  Array,
  Uint8Array,
  Error,
  Date,
  crypto,
  performance,
  TextEncoder,
  TextDecoder,
  fs: silent,
};
