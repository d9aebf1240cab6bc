// The sensor: the second script, which takes over from the loader's tape once the recorder is up.

import { eventRow, extensionRow, identifyRow, logRow, notUnderstood } from "./api.js";
import { Bridge } from "./bridge.js";
import { report } from "./failure.js";
import { identify } from "./identity.js";
import { fetchPolicy } from "./policy.js";
import { Recording } from "./recording.js";

/** @typedef {import("./loader.js").Loader} Loader */

/**
 * A page that is left meanwhile begins anew if it is shown again: what it had found out is the tab's next page's now.
 * @param {Loader} loader @param {string} by @param {boolean} again whether this page was recorded before
 * @returns {Promise<void>}
 */
async function begin(loader, by, again) {
  const { away, host, relay, site } = loader;
  await away;
  const identity = await identify(loader, again);
  const bridge = new Bridge(relay, host);
  loader.onFailure = (what) => {
    introduce(loader, identity);
    report(what, site, identity, bridge);
  };
  if (loader.failed) return loader.onFailure(loader.failed);
  const policy = await fetchPolicy(relay, site);
  if (loader.failed) return;
  if (loader.away !== away) return begin(loader, by, again);
  introduce(loader, identity);
  host.bridge = bridge;
  const recording = new Recording(loader, identity, bridge, policy, by);
  loader.onFailure = (what) => {
    report(what, site, identity, bridge);
    recording.end();
  };
  loader.take = (made) => {
    try {
      call(loader, recording, made);
    } catch {
      made[2](); // what the page gave has thrown when it was read: that is nothing to say
    }
  };
  recording.play();
}

/** Tells the page who it is: it is recorded from here on, or the relay is told why not. @param {Loader} loader @param {import("./identity.js").Identity} identity */
function introduce(loader, identity) {
  identity.save();
  loader.sessionId = identity.kept.session;
  loader.tabId = identity.kept.tab;
}

/** @param {Loader} loader @param {Recording} recording @param {import("./loader.js").Call} made */
function call(loader, recording, [name, args, done, at]) {
  if (name === "flush") return recording.flush(done);
  if (name === "log") recording.say(logRow(args[0], args[1]), at);
  if (name === "event") recording.say(eventRow(args[0], args[1], "page"), at);
  if (name === "hear") hear(recording, args[0], at);
  if (name === "pause" && !recording.ended) recording.life.pause(args[0], at);
  if (name === "resume" && !recording.ended) recording.life.resume(at);
  if (name === "identify") recording.say(identifyRow(args[0]), at);
  if (name === "stop") recording.stop(args[0], at);
  if (name === "start" && recording.ended && !loader.failed) {
    loader.take = undefined;
    loader.began = at;
    loader.tape.listen();
    loader.say("starting");
    recording.over.then(() => begin(loader, "api", true));
  }
  done();
}

/** What a browser extension says. What is not understood is not taken, and the log tells so once. @param {Recording} recording @param {string} detail @param {number} at */
function hear(recording, detail, at) {
  const row = extensionRow(detail);
  if (row) return recording.say(row, at);
  if (!recording.misheard) recording.say(notUnderstood, at);
  recording.misheard = true;
}

const loader = /** @type {any} */ (document.currentScript).cotrail;
begin(loader, loader.by, false).catch(() => loader.fail("crash"));
