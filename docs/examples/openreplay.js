// Tells Cotrail who may act in a page where OpenReplay Assist lends it to an agent:
//
//   tracker.use(trackerAssist(withCotrail(tell)));
//
// An adapter for other software looks the same. It needs to know when control of a page begins and when it ends; what the
// agent does in between the recorder sees by itself.

/**
 * @typedef {{ id?: string, name?: string }} Agent what the software knows of an agent
 * @typedef {(agent?: Agent) => (() => void) | void} Begins called when something begins; gives what to call when it ends
 * @typedef {{ onRemoteControlStart?: Begins, onRemoteControlDeny?: (agent: Agent) => void, [more: string]: unknown }} Options
 */

/**
 * Gives the options of OpenReplay Assist, with what Cotrail needs to know.
 * @param {(type: string, details: object) => void} tell hands an event to your own back end, which checks that this is the
 *   customer's session and that the agent takes part in it, and signals it to the relay: what a customer's page says of
 *   control, nobody believes. The relay knows the agent by the id, if it is the user_id of a participant.
 * @param {Options} [options] your own
 * @returns {Options}
 */
export function withCotrail(tell, options = {}) {
  /** @param {Agent | undefined} agent @param {string} action */
  const control = (agent, action) => {
    const revoked = action === "revoked";
    const [owner, to] = revoked ? [agent?.id, null] : [null, agent?.id];
    tell("tab_control", { tab_id: window.cotrail?.tabId ?? "all", owner, to, action });
  };
  return {
    ...options,
    onRemoteControlStart(agent) {
      control(agent, "granted");
      const ended = options.onRemoteControlStart?.(agent);
      return () => {
        control(agent, "revoked");
        ended?.();
      };
    },
    onRemoteControlDeny(agent) {
      control(agent, "denied");
      options.onRemoteControlDeny?.(agent);
    },
  };
}
