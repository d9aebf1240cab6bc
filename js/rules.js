// Which selectors of the policy, and which marks, match an element or an ancestor of it in the composed tree. The
// browser matches; what follows from it the recorder decides.

/** Kept in step with masking.NoMatch. */
const NONE = -1;

/** @type {Record<"block" | "mask" | "allow", string[]>} */
let lists = { block: [], mask: [], allow: [] };
let any = "";

/**
 * Learns the selectors. False when one of them is invalid: then the policy must not be trusted.
 * @param {string[]} block @param {string[]} mask @param {string[]} allow
 */
export function learn(block, mask, allow) {
  const all = [...block, ...mask, ...allow];
  const probe = document.createElement("p");
  try {
    for (const s of all) probe.matches(s); // one at a time: joined with others, half a selector could pass
  } catch {
    return false;
  }
  lists = { block, mask, allow };
  any = all.join(",");
  return true;
}

/** The element and all its ancestors in the composed tree. @param {Element} el @returns {Element[]} */
export function chain(el) {
  const out = [];
  const next = [el];
  for (let at = next.pop(); at; at = next.pop()) {
    out.push(at);
    const parent = at.parentElement || hostOf(at);
    if (parent) next.push(parent);
    if (at.assignedSlot) next.push(at.assignedSlot);
  }
  return out;
}

/** The host of a shadow root, or the frame of a document. @param {Element} el */
function hostOf(el) {
  const root = el.getRootNode();
  if (root instanceof ShadowRoot) return root.host;
  return root instanceof Document && root.defaultView ? root.defaultView.frameElement : null;
}

/** The first match of each list among the elements. @param {Element[]} elements */
export function judge(elements) {
  const hits = { block: NONE, mask: NONE, allow: NONE };
  for (const el of elements) {
    if (!el.matches(any)) continue;
    for (const list of /** @type {const} */ (["block", "mask", "allow"])) {
      if (hits[list] === NONE) hits[list] = lists[list].findIndex((s) => el.matches(s));
    }
  }
  return hits;
}

/** Whether a rule hides the element by itself. @param {Element} el */
export function hides(el) {
  const hits = judge([el]);
  return hits.block !== NONE || hits.mask !== NONE;
}

/** Whether something within the element has a rule of its own. @param {Element} el */
export const hasRuled = (el) => el.querySelector(any) !== null;
