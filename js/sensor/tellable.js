// How much may be told of what an act goes by: a link, or a form and the button that sends it.

import { judge } from "../rules.js";

/** Not even that it was used; that it was, and no more; all of it. */
export const NOTHING = 0;
export const USE = 1;
export const ALL = 2;

/** Which rules held for an element that is gone nobody knows. @param {Element} el @param {import("../rules.js").Hits} [hits] */
export function tellable(el, hits = judge(el)) {
  const { block, mask } = hits;
  if (block >= 0) return NOTHING;
  return mask >= 0 || !el.isConnected ? USE : ALL;
}
