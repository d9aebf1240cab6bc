// Whether an origin is one of the site's. The relay knows; pages do not have the list, so as not to spread it.

/** How long the relay's answer is waited for, in milliseconds; without one the origin counts as foreign. */
const TIMEOUT = 5000;

/** More origins than a page has frames of. */
const MAX_KNOWN = 50;

/** @type {Map<string, Promise<boolean>>} */
const known = new Map();

/** @param {string} relay @param {string} site @param {string} origin @returns {Promise<boolean>} */
export function ofSite(relay, site, origin) {
  let answer = known.get(origin);
  if (!answer) {
    if (known.size >= MAX_KNOWN) return Promise.resolve(false);
    answer = ask(relay, site, origin);
    known.set(origin, answer);
  }
  return answer;
}

/** @param {string} relay @param {string} site @param {string} origin */
async function ask(relay, site, origin) {
  try {
    const address = `${relay}/v1/record/origin?site=${encodeURIComponent(site)}&origin=${encodeURIComponent(origin)}`;
    const answer = await fetch(address, { credentials: "omit", signal: AbortSignal.timeout(TIMEOUT) });
    return answer.ok && (await answer.text()) === "true";
  } catch {
    known.delete(origin); // the relay is away: ask again when somebody asks us
    return false;
  }
}
