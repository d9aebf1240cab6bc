// Which selectors of the policy, and which marks, match an element or an ancestor of it in the composed tree. The
// browser matches; what follows from it the recorder decides.

/** Kept in step with masking.NoMatch. */
const NONE = -1;

/** @typedef {{block: number, mask: number, allow: number}} Hits the first match of each list */

/** @type {Record<"block" | "mask" | "allow", string[]>} */
let lists = { block: [], mask: [], allow: [] };
/** All selectors as one. */
let any = "";
/** Those that are no simple attribute, class or id, as one. */
let complex = "";
/** What the simple ones look for, in lower case: quirks mode ignores the case of classes and ids. */
let attributes = new Set([""]);
let words = new Set([""]);
/** What the policy shows by default. */
let shows = { values: false, ids: false };

/** Whether the policy records ids, so that a path may rest on one. */
export const showsIDs = () => shows.ids;

const SIMPLE = /^(?:\[([\w-]+)(?:="[^"]*")?\]|[.#]([\w-]+))$/;

/**
 * Learns the selectors. False when one of them is invalid: then the policy must not be trusted.
 * @param {string[]} block @param {string[]} mask @param {string[]} allow
 * @param {{values: boolean, ids: boolean}} byDefault whether form values are shown that no rule names, and ids
 */
export function learn(block, mask, allow, byDefault) {
  const all = [...block, ...mask, ...allow];
  const probe = document.createElement("p");
  try {
    for (const s of all) probe.matches(s); // one at a time: joined with others, half a selector could pass
  } catch {
    return false;
  }
  const simple = all.map((s) => SIMPLE.exec(s));
  lists = { block, mask, allow };
  any = all.join(",");
  complex = all.filter((_, i) => !simple[i]).join(",");
  attributes = new Set(simple.map((m) => (m && m[1] ? m[1].toLowerCase() : "class")));
  words = new Set(simple.map((m) => (m && m[2] ? m[2].toLowerCase() : "")));
  shows = byDefault;
  return true;
}

/**
 * Whether a selector may match the element: many elements are asked about, and matching them with every selector
 * would take long. It may say so of too many, and never of too few.
 * @param {Element} el
 */
function mayMatch(el) {
  for (const name of el.getAttributeNames()) {
    if (name === "id" || name === "class") {
      for (const word of (el.getAttribute(name) || "").toLowerCase().split(/\s+/)) if (words.has(word)) return true;
    } else if (attributes.has(name.toLowerCase())) {
      return true;
    }
  }
  return complex !== "" && el.matches(complex);
}

/**
 * The elements from which all ancestors in the composed tree are reached by parents: the element itself, and each
 * slot and shadow host on the way. @param {Element} el
 */
function starts(el) {
  const out = new Set([el]);
  for (const start of out) {
    for (let at = /** @type {Element | null} */ (start); at; at = at.parentElement) {
      if (at.assignedSlot) out.add(at.assignedSlot);
      if (!at.parentElement) {
        const root = at.getRootNode();
        if (root instanceof ShadowRoot) out.add(root.host);
        else if (root !== document && root instanceof Document && root.defaultView && root.defaultView.frameElement) out.add(root.defaultView.frameElement);
      }
    }
  }
  return out;
}

/** The element and all its ancestors in the composed tree. @param {Element} el */
export function chain(el) {
  const all = new Set();
  for (const start of starts(el)) {
    for (let at = /** @type {Element | null} */ (start); at; at = at.parentElement) all.add(at);
  }
  return all;
}

/** The first match of each list on the element and its ancestors. @param {Element} el */
export function judge(el) {
  /** @type {Hits} */
  const hits = { block: NONE, mask: NONE, allow: NONE };
  for (const start of starts(el)) {
    for (let at = /** @type {Element | null} */ (start); at; at = at.parentElement) if (mayMatch(at)) match(at, hits);
  }
  return hits;
}

/** @param {Element} el @param {Hits} hits */
function match(el, hits) {
  for (const list of /** @type {const} */ (["block", "mask", "allow"])) {
    if (hits[list] === NONE) hits[list] = lists[list].findIndex((s) => el.matches(s));
  }
}

/** Whether the recorder will surely hide a form value of these hits: then no more of it is read than that it was touched. @param {Hits} hits */
export const surelyHidden = (hits) => hits.block !== NONE || hits.mask !== NONE || (!shows.values && hits.allow === NONE);

/** Whether a rule hides the element by itself. @param {Element} el */
export function hides(el) {
  if (!mayMatch(el)) return false;
  /** @type {Hits} */
  const hits = { block: NONE, mask: NONE, allow: NONE };
  match(el, hits);
  return hits.block !== NONE || hits.mask !== NONE;
}

/** Whether something within the element has a rule of its own. @param {Element} el */
export const hasRuled = (el) => el.querySelector(any) !== null;
