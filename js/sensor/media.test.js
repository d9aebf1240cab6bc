// Connections that fail, for which a real one would have to be waited for long.

import assert from "node:assert/strict";
import test from "node:test";
import { Hooks } from "../hooks.js";
import { Media } from "./media.js";

class Connection extends EventTarget {
  connectionState = "new";
  iceConnectionState = "new";
  createOffer() {}
  setLocalDescription() {}

  becomes(name, state) {
    this[name] = state;
    this.dispatchEvent(new Event(name.toLowerCase() + "change"));
  }
}

/** A window with connections, and the rows of what happens in it. */
function senses() {
  const rows = [];
  const media = new Media({ push: (row) => rows.push(row) }, () => 1000);
  const hooks = new Hooks();
  media.hook(hooks, { RTCPeerConnection: Connection });
  return { rows, end: () => (hooks.end(), media.end()) };
}

test("a connection that fails is told once of each kind, and is the same one in both", () => {
  const { rows, end } = senses();
  const connection = new Connection();
  connection.createOffer();
  connection.setLocalDescription();
  for (const state of ["checking", "failed", "checking", "failed"]) connection.becomes("iceConnectionState", state);
  for (const state of ["connecting", "failed", "connecting", "failed"]) connection.becomes("connectionState", state);
  const another = new Connection();
  another.createOffer();
  another.becomes("connectionState", "failed");
  end();
  assert.deepEqual(rows.map((row) => [row.t, row.phase, row.name, row.at]), [["media_failed", "ice", "failed", 1000], ["media_failed", "peer", "failed", 1000], ["media_failed", "peer", "failed", 1000]]);
  assert.equal(rows[0].stream, rows[1].stream);
  assert.notEqual(rows[0].stream, rows[2].stream);
});

test("nothing is told when the recording is over", () => {
  const { rows, end } = senses();
  const connection = new Connection();
  connection.createOffer();
  end();
  connection.becomes("connectionState", "failed");
  const later = new Connection();
  later.createOffer();
  later.becomes("connectionState", "failed");
  assert.deepEqual(rows, []);
});

test("a page without any of it is left alone", () => {
  new Media({ push() {} }, () => 0).hook(new Hooks(), {});
});
