// Which of the policy's selectors, and which marks in the markup, match an element or an ancestor of it in the
// composed tree. The browser matches; what follows from it the recorder decides.

/** Kept in step with masking.NoMatch and masking.MarkupMatch. */
const NONE = -1;
const MARKUP = -2;

/** @type {Record<"block" | "mask" | "allow", string[]> | undefined} */
let lists;
let any = marks().join(",");

function marks() {
  return [...__MARKS__.block, ...__MARKS__.mask, ...__MARKS__.allow];
}

/** Whether the policy's selectors are known. */
export const known = () => lists !== undefined;

/**
 * Learns the policy's selectors. False when one of them is invalid: then the policy must not be trusted.
 * @param {string[]} block @param {string[]} mask @param {string[]} allow
 */
export function learn(block, mask, allow) {
  lists = { block, mask, allow };
  const all = [...marks(), ...block, ...mask, ...allow];
  const probe = document.createElement("p");
  try {
    for (const s of all) probe.matches(s); // one at a time: "a, b(" joined with others could still parse
    any = all.join(",");
    return true;
  } catch {
    lists = { block: [], mask: [], allow: [] };
    return false;
  }
}

/** Forgets them, for a recorder that starts anew. */
export function forget() {
  lists = undefined;
}

/** The element and all its ancestors in the composed tree. @param {Element} el @returns {Element[]} */
export function chain(el) {
  const out = [];
  /** @type {Element[]} */
  const next = [el];
  for (let at = next.pop(); at; at = next.pop()) {
    out.push(at);
    const parent = at.parentElement || hostOf(at);
    if (parent) next.push(parent);
    if (at.assignedSlot) next.push(at.assignedSlot);
  }
  return out;
}

/** The host of a shadow root, or the frame of a document. @param {Element} el @returns {Element | null} */
function hostOf(el) {
  const root = el.getRootNode();
  if (root instanceof ShadowRoot) return root.host;
  return root instanceof Document ? (root.defaultView && root.defaultView.frameElement) || null : null;
}

/**
 * The first match of each list among the elements.
 * @param {Element[]} elements
 */
export function judge(elements) {
  const hits = { block: NONE, mask: NONE, allow: NONE };
  for (const el of elements) {
    if (!el.matches(any)) continue;
    for (const list of /** @type {const} */ (["block", "mask", "allow"])) {
      if (hits[list] !== NONE) continue;
      const i = (lists ? lists[list] : []).findIndex((s) => el.matches(s));
      if (i >= 0) hits[list] = i;
      else if (__MARKS__[list].some((s) => el.matches(s))) hits[list] = MARKUP;
    }
  }
  return hits;
}

/** Whether something within the element must not be read as text. @param {Element} el */
export const hasRuled = (el) => el.querySelector(any) !== null;

/** Whether a rule names the element itself to be hidden. @param {Element} el */
export function hides(el) {
  if (!el.matches(any)) return false;
  const hits = judge([el]);
  return hits.block !== NONE || hits.mask !== NONE;
}
