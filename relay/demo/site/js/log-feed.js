// Reads the session's log from the relay, again and again while the page is visible.

const EVERY_MS = 1000;
const TIMEOUT_MS = 5000; // a relay on the same machine that takes longer does not answer at all
const KEY = 'dev'; // the key that a relay in development mode knows

/**
 * Follows the log of the page's session.
 * @param {{
 *   recorder(status: string | undefined): void,
 *   session(id: string): void,
 *   entries(list: object[]): void,
 *   notice(text: string): void,
 * }} panel what is told: the recorder's state, that another session begins, its new entries, and what is the matter
 */
export function followLog(panel) {
  let session = null;
  let after = 0;
  let timer = 0;
  let reading = false;

  /** Reads what is new and gives the sentence to show, empty when all is well. */
  async function read() {
    const url = `/v1/sessions/${encodeURIComponent(session)}/log?after=${after}`;
    const options = { headers: { Authorization: `Bearer ${KEY}` }, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const answer = await fetch(url, options).catch(() => null);
    if (!answer) return 'The relay cannot be reached. Trying again each second.';
    if (answer.status === 404) return 'The relay does not know the session yet.';
    if (!answer.ok) return `The relay answered ${answer.status}. Trying again.`;
    const { session_logs: list } = await answer.json();
    for (const entry of list) after = Math.max(after, entry.seq);
    panel.entries(list);
    return after === 0 ? 'Nothing has happened yet.' : '';
  }

  async function poll() {
    clearTimeout(timer);
    if (reading || document.hidden) return;
    reading = true;
    const cotrail = window.cotrail;
    panel.recorder(cotrail?.status);
    // Before it is recording the relay does not know the session, and the browser would call its answer an error.
    if (cotrail?.status === 'recording' && cotrail.sessionId !== session) {
      session = cotrail.sessionId;
      after = 0;
      panel.session(session);
    }
    if (session) panel.notice(await read().catch((error) => `The log cannot be shown: ${error.message}`));
    else panel.notice('The relay does not know the session yet.');
    reading = false;
    timer = setTimeout(poll, EVERY_MS);
  }

  document.addEventListener('visibilitychange', poll);
  poll();
}
