// The sensor: the second script, which takes over from the loader's tape once the recorder is up.

import { eventRow, extensionRow, identifyRow, logRow, notUnderstood } from "./api.js";
import { Bridge } from "./bridge.js";
import { report } from "./failure.js";
import { identify } from "./identity.js";
import { fetchPolicy } from "./policy.js";
import { Recording } from "./recording.js";

/** @typedef {import("./loader.js").Loader} Loader */

/** @param {Loader} loader @param {string} by @param {boolean} again whether this page was recorded before */
async function begin(loader, by, again) {
  const { host, relay, site } = loader;
  const identity = await identify(loader, again);
  const bridge = new Bridge(relay, host);
  loader.sessionId = identity.kept.session;
  loader.tabId = identity.kept.tab;
  loader.onFailure = (what) => report(what, site, identity, bridge);
  if (loader.failed) return loader.onFailure(loader.failed);
  const policy = await fetchPolicy(relay, site);
  if (loader.failed) return;
  host.bridge = bridge;
  const recording = new Recording(loader, identity, bridge, policy, by);
  loader.onFailure = (what) => {
    report(what, site, identity, bridge);
    recording.end();
  };
  loader.take = ([name, args, done]) => call(loader, recording, name, args, done);
  for (const waiting of loader.calls.splice(0)) loader.take(waiting);
}

/**
 * @param {Loader} loader @param {Recording} recording @param {string} name @param {any[]} args
 * @param {((result?: any) => void) | undefined} done
 */
function call(loader, recording, name, args, done = () => {}) {
  if (name === "flush") return recording.flush(done);
  if (name === "log") recording.say(logRow(args[0], args[1]));
  if (name === "event") recording.say(eventRow(args[0], args[1], "page"));
  if (name === "hear") hear(recording, args[0]);
  if (name === "pause") recording.pause(args[0]);
  if (name === "resume") recording.resume();
  if (name === "identify") recording.say(identifyRow(args[0]));
  if (name === "stop") recording.stop(args[0]);
  if (name === "start" && recording.ended && !loader.failed) {
    loader.take = undefined;
    loader.tape.listen();
    loader.say("starting");
    begin(loader, "api", true);
  }
  done();
}

/** What a browser extension says. What is not understood is not taken, and the log tells so once. @param {Recording} recording @param {string} detail */
function hear(recording, detail) {
  const row = extensionRow(detail);
  if (row) return recording.say(row);
  if (!recording.misheard) recording.say(notUnderstood);
  recording.misheard = true;
}

const loader = /** @type {any} */ (document.currentScript).cotrail;
begin(loader, loader.by, false).catch(() => loader.fail("crash"));
