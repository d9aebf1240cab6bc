// Fetches the recorder and its policy, and runs it.

import "go:wasm_exec";
import { goScope } from "./go_scope.js";

/** Waits before the module is fetched again, in milliseconds. */
const RETRIES = [1000, 5000, 25000];

/** How long the policy is waited for, in milliseconds; without it everything is masked. */
const POLICY_TIMEOUT = 5000;

/**
 * @typedef {"csp" | "unsupported" | "module" | "crash"} Failure one of masking/event's Failures
 */

export class ModuleError extends Error {
  /** @param {Failure} what */
  constructor(what) {
    super(what);
    this.what = what;
  }
}

/** @param {number} ms */
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** @param {string} relay @returns {Promise<WebAssembly.Module>} */
export async function load(relay) {
  if (typeof WebAssembly !== "object" || !WebAssembly.compileStreaming) throw new ModuleError("unsupported");
  for (let attempt = 0; ; attempt++) {
    try {
      return await compile(relay);
    } catch (error) {
      if (error instanceof ModuleError) throw error;
      if (attempt === RETRIES.length) throw new ModuleError("module");
      await pause(RETRIES[attempt]);
    }
  }
}

/** @param {string} relay */
async function compile(relay) {
  let forbidden = false;
  /** @param {SecurityPolicyViolationEvent} e */
  const violation = (e) => {
    if (e.blockedURI === "wasm-eval") forbidden = true;
  };
  document.addEventListener("securitypolicyviolation", violation);
  const response = await fetch(relay + "/" + __MODULE__, { integrity: __INTEGRITY__, credentials: "omit", mode: "cors" });
  if (!response.ok) throw new Error("answered " + response.status);
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (error) {
    await pause(0); // the violation is told in a task of its own
    throw new ModuleError(forbidden || /Content Security Policy|unsafe-eval/i.test(String(error)) ? "csp" : "unsupported");
  } finally {
    document.removeEventListener("securitypolicyviolation", violation);
  }
}

/**
 * The site's compiled policy and its digest; empty when it cannot be had.
 * @param {string} relay @param {string} site
 */
export async function policy(relay, site) {
  try {
    const answer = await fetch(relay + "/v1/record/policy?site=" + encodeURIComponent(site), { credentials: "omit", mode: "cors", signal: AbortSignal.timeout(POLICY_TIMEOUT) });
    if (!answer.ok) return { text: "", digest: "" };
    return { text: await answer.text(), digest: answer.headers.get("Cotrail-Policy") || "" };
  } catch {
    return { text: "", digest: "" };
  }
}

/**
 * Runs the recorder until it waits for calls.
 * @param {WebAssembly.Module} module @param {import("./bridge.js").Bridge} bridge @param {() => void} onCrash
 */
export async function run(module, bridge, onCrash) {
  const go = new goScope.Go();
  goScope.cotrailBridge = bridge;
  const instance = await WebAssembly.instantiate(module, go.importObject);
  go.run(instance).then(onCrash, onCrash); // it ends only by crashing
  if (!bridge.enter) throw new ModuleError("crash");
}
