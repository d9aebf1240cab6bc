// Fetches the recorder, and the sensor that feeds it.

/** Waits before the module is fetched again, in milliseconds. */
const RETRIES = [1000, 5000, 25000];

/** An error that names one of masking/event's Failures: csp, unsupported, module, crash. */
export class ModuleError extends Error {}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** @param {string} relay @returns {Promise<WebAssembly.Module>} */
export async function compile(relay) {
  if (typeof WebAssembly !== "object") throw new ModuleError("unsupported");
  for (const wait of [...RETRIES, 0]) {
    try {
      // The browser's own check of the integrity hashes on the page's main thread, twice as long as all else here takes.
      const subtle = /** @type {SubtleCrypto | undefined} */ (crypto.subtle); // not in insecure contexts
      const answer = await fetch(relay + "/" + __MODULE__, { integrity: subtle ? "" : __INTEGRITY__, credentials: "omit" });
      const bytes = await answer.arrayBuffer();
      if (answer.ok && (!subtle || (await integrity(subtle, bytes)) === __INTEGRITY__)) return await compiled(bytes);
    } catch (error) {
      if (error instanceof ModuleError) throw error;
    }
    if (wait) await pause(wait);
  }
  throw new ModuleError("module");
}

/** @param {SubtleCrypto} subtle @param {ArrayBuffer} bytes */
async function integrity(subtle, bytes) {
  const sum = new Uint8Array(await subtle.digest("SHA-256", bytes));
  return "sha256-" + btoa(String.fromCharCode(...sum));
}

/** @param {ArrayBuffer} bytes */
async function compiled(bytes) {
  let forbidden = false;
  /** @param {SecurityPolicyViolationEvent} e */
  const violation = (e) => (forbidden ||= e.blockedURI === "wasm-eval");
  document.addEventListener("securitypolicyviolation", violation);
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    await pause(0); // the violation is told in a task of its own
    throw new ModuleError(forbidden || /content security/i.test(String(error)) ? "csp" : "unsupported");
  } finally {
    document.removeEventListener("securitypolicyviolation", violation);
  }
}

/**
 * Loads the sensor, pinned as the module is. It finds what the loader has for it at its own script element.
 * @param {string} relay @param {object} loader
 */
export function sensor(relay, loader) {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    const types = /** @type {any} */ (window).trustedTypes;
    /** @param {string} url */
    const trust = (url) => (types ? types.createPolicy("cotrail", { createScriptURL: () => url }).createScriptURL("") : url);
    script.integrity = __SENSOR_INTEGRITY__;
    script.crossOrigin = "anonymous";
    script.onload = done;
    script.onerror = () => fail(new ModuleError("module"));
    /** @type {any} */ (script).cotrail = loader;
    script.src = trust(relay + "/" + __SENSOR__);
    document.head.append(script);
    script.remove(); // it runs all the same, and the page finds nothing of ours among its elements
  });
}
