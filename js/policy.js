// The site's policy, compiled by the relay.

/** How long it is waited for, in milliseconds; without it everything is masked. */
const TIMEOUT = 5000;

/** The policy and its digest; both empty when it cannot be had. @param {string} relay @param {string} site */
export async function fetchPolicy(relay, site) {
  try {
    const answer = await fetch(relay + "/v1/record/policy?site=" + encodeURIComponent(site), { credentials: "omit", signal: AbortSignal.timeout(TIMEOUT) });
    if (answer.ok) return { text: await answer.text(), digest: answer.headers.get("Cotrail-Policy") || "" };
  } catch {
    // The relay is away, or the page's policy forbids it: nothing is shown then.
  }
  return { text: "", digest: "" };
}
