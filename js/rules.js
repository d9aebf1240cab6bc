// Which selectors of the policy, and which marks, match an element or an ancestor of it in the composed tree. The
// browser matches; what follows from it the recorder decides.

import { closestOf, hostOf, matchesOf, nodeTypeOf, parentOf, rootOf, slotOf } from "./nodes.js";

/** Kept in step with masking.NoMatch. */
const NONE = -1;

/** @typedef {{block: number, mask: number, allow: number}} Hits the first match of each list */

/** @type {Record<"block" | "mask" | "allow", string[]>} */
let lists = { block: [], mask: [], allow: [] };
/** All selectors as one. */
let any = "";
/** What the policy shows by default, and whether it does so on all pages. */
let shows = { values: false, ids: false, pages: true };

/** Whether a path may rest on an id that looks harmless here. */
export const trustsIDs = () => shows.ids;

/** Whether other rules may hold at another address. */
export const pagesHaveRules = () => shows.pages;

/**
 * Learns the selectors. False when one of them is invalid: then the recorder masks everything, and what the others
 * block is blocked all the same.
 * @param {string[]} block @param {string[]} mask @param {string[]} allow
 * @param {{values: boolean, ids: boolean, pages: boolean}} byDefault whether form values are shown that no rule names, and ids that look harmless; whether some pages have other rules
 */
export function learn(block, mask, allow, byDefault) {
  lists = { block: block.map(valid), mask: mask.map(valid), allow: allow.map(valid) };
  const all = [...lists.block, ...lists.mask, ...lists.allow];
  any = all.join(",");
  shows = byDefault;
  return !all.includes(NEVER);
}

/** Stands where an invalid selector stood, so that the others keep their places. */
const NEVER = ":not(*)";

/** @param {string} selector one at a time: joined with others, half a selector could pass */
function valid(selector) {
  try {
    document.createElement("p").matches(selector);
    return selector;
  } catch {
    return NEVER;
  }
}

/** Where the composed tree leaves the tree of an element upwards: its ancestors' slots, and its root's host. @param {Element} el */
function exits(el) {
  const out = [];
  for (let at = /** @type {Element | null} */ (el); at; at = parentOf(at)) {
    const slot = slotOf(at);
    if (slot) out.push(slot);
  }
  const host = hostOf(rootOf(el));
  if (host) out.push(host);
  return out;
}

/** The element and all its ancestors in the composed tree. @param {Element} el @param {Set<Element>} [all] */
export function chain(el, all = new Set()) {
  for (let at = /** @type {Element | null} */ (el); at; at = parentOf(at)) all.add(at);
  for (const exit of exits(el)) if (!all.has(exit)) chain(exit, all);
  return all;
}

/**
 * The first match of each list on the element and its ancestors.
 * @param {Element} el
 * @param {EventTarget[]} [path] composed path of an event that is under way: often it shows that there are no exits to look for
 * @param {Hits} [hits]
 */
export function judge(el, path = [], hits = { block: NONE, mask: NONE, allow: NONE }) {
  for (let at = closestOf(el, any); at; ) {
    match(at, hits);
    const parent = parentOf(at);
    at = parent && closestOf(parent, any);
  }
  if (path[0] !== el || path[path.length - 2] !== document || crosses(path)) {
    for (const exit of exits(el)) judge(exit, [], hits);
  }
  return hits;
}

/**
 * The hits of marks that an element had when the rules were not known yet.
 * @param {import("./marks.js").Marked} marked @returns {Hits} which open all that others open
 */
export const remembered = ({ block, mask }) => ({ block: block ? lists.block.indexOf(block) : NONE, mask: mask ? lists.mask.indexOf(mask) : NONE, allow: 0 });

/** Whether a path to the document goes through a shadow root, as that of what is slotted does. @param {EventTarget[]} path */
function crosses(path) {
  for (let i = path.length - 3; i > 0; i--) if (nodeTypeOf(/** @type {Node} */ (path[i])) === Node.DOCUMENT_FRAGMENT_NODE) return true;
  return false;
}

/** @param {Element} el @param {Hits} hits */
function match(el, hits) {
  for (const list of /** @type {const} */ (["block", "mask", "allow"])) {
    if (hits[list] === NONE) hits[list] = lists[list].findIndex((s) => matchesOf(el, s));
  }
}

/** Whether the recorder will surely hide a form value of these hits: then no more of it is read than that it was touched. @param {Hits} hits */
export const surelyHidden = (hits) => hits.block !== NONE || hits.mask !== NONE || (!shows.values && hits.allow === NONE);

/** Whether a rule hides the element by itself. @param {Element} el */
export function hides(el) {
  if (!matchesOf(el, any)) return false;
  /** @type {Hits} */
  const hits = { block: NONE, mask: NONE, allow: NONE };
  match(el, hits);
  return hits.block !== NONE || hits.mask !== NONE;
}

/** Whether something within the element has a rule of its own. @param {Element} el */
export const hasRuled = (el) => el.querySelector(any) !== null;
