// What a frame does that has joined the page around it: it keeps its ticket good, and pauses when the page does.

import { RENEW } from "./ticket.js";

/**
 * @param {import("./around.js").Around} around @param {import("../recording.js").Recording} recording
 * @param {import("./within.js").Within} within @returns {() => void} ends it
 */
export function follow(around, recording, within) {
  const { queue, identity, bridge } = recording;
  const { inputs } = recording.senses;

  /** @param {boolean} paused */
  function share(paused) {
    if (paused === queue.paused || identity.kept.paused) return;
    if (paused) inputs.commitAll();
    else inputs.values.begin(); // what was changed meanwhile is not told
    queue.paused = paused;
    within.pause(paused);
  }

  async function renew() {
    const pass = await around.ask();
    if (!pass || recording.ended) return;
    around.pass = pass;
    bridge.tell("ticket", pass.session + " " + pass.ticket);
    share(pass.paused);
  }

  around.onPause = share;
  around.renew = renew;
  share(around.pass.paused);
  const timer = setInterval(renew, RENEW);
  return () => {
    clearInterval(timer);
    around.end();
  };
}
