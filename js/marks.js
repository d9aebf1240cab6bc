// What a page has marked as not to be recorded (masking/markup.go). The loader looks for that at once: until the
// policy is there, the page may have taken its marks off.

import { isElement, matchesOf } from "./nodes.js";

/** @typedef {{block: string | undefined, mask: string | undefined}} Marked the first mark of each kind, as a selector */

/** @param {EventTarget[]} path the composed path of an event @returns {Marked | undefined} */
export function marked(path) {
  const block = first(path, __MARKS__.block);
  const mask = first(path, __MARKS__.mask);
  return block || mask ? { block, mask } : undefined;
}

/** @param {EventTarget[]} path @param {readonly string[]} marks */
function first(path, marks) {
  const any = marks.join();
  for (const at of path) if (isElement(at) && matchesOf(at, any)) return marks.find((mark) => matchesOf(at, mark));
}
