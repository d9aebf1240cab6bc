// Fetches the recorder, starts it, and fetches the sensor that feeds it.

import "go:wasm_exec";
import { goScope } from "./go_scope.js";

/** Waits before the module is fetched again, in milliseconds. */
const RETRIES = [1000, 5000, 25000];

/** An error that names one of masking/event's Failures: csp, unsupported, module, crash. */
export class ModuleError extends Error {}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** @param {string} relay @returns {Promise<WebAssembly.Module>} */
export async function compile(relay) {
  if (typeof WebAssembly !== "object" || !WebAssembly.compileStreaming) throw new ModuleError("unsupported");
  for (const wait of [...RETRIES, 0]) {
    try {
      const answer = await fetch(relay + "/" + __MODULE__, { integrity: __INTEGRITY__, credentials: "omit" });
      if (answer.ok) return await compiled(answer);
    } catch (error) {
      if (error instanceof ModuleError) throw error;
    }
    if (wait) await pause(wait);
  }
  throw new ModuleError("module");
}

/** @param {Response} answer */
async function compiled(answer) {
  let forbidden = false;
  /** @param {SecurityPolicyViolationEvent} e */
  const violation = (e) => (forbidden ||= e.blockedURI === "wasm-eval");
  document.addEventListener("securitypolicyviolation", violation);
  try {
    return await WebAssembly.compileStreaming(answer);
  } catch (error) {
    await pause(0); // the violation is told in a task of its own
    throw new ModuleError(forbidden || /content security/i.test(String(error)) ? "csp" : "unsupported");
  } finally {
    document.removeEventListener("securitypolicyviolation", violation);
  }
}

/**
 * Runs the recorder until it waits for calls: from then on goScope has its `cotrailEnter`.
 * @param {WebAssembly.Module} module @param {() => void} onCrash
 */
export async function run(module, onCrash) {
  const go = new goScope.Go();
  const instance = await WebAssembly.instantiate(module, go.importObject);
  go.run(instance).then(onCrash, onCrash); // it ends only by crashing
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
