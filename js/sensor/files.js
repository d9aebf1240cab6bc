// Files that a person picks or drops into the page: how many, how large and of which kinds, never their names.

import { shown, subject } from "../facts.js";
import { isElement } from "../nodes.js";
import { ITEM } from "../queue.js";
import { withheld } from "./secrets.js";

/** @typedef {import("../tape.js").Sensed} Sensed */

/**
 * @param {import("../queue.js").Queue} queue @param {Element} el the field, or where they were dropped
 * @param {FileList | null} files @param {Sensed} s @param {(el: Element, depth: number) => import("../tape.js").Held} held
 */
export function selected(queue, el, files, s, held) {
  if (!files || !files.length) return;
  /** @type {import("../queue.js").Row} */
  const row = { t: "files", at: s.at, raw: withheld(Array.from(files, (f) => f.name)).join(ITEM) };
  const { hidden } = subject(row, el, el, s, held);
  row.shown_node = el.localName;
  if (!hidden) {
    shown(row, el);
    row.count = files.length;
    row.sizes = Array.from(files, (f) => f.size).join();
    row.extensions = Array.from(files, (f) => (/\.\w{1,8}$/.exec(f.name) || [""])[0].toLowerCase()).join();
  }
  queue.push(row);
}

/** Files dropped beside a file field; a field tells of its own. @param {import("../queue.js").Queue} queue @param {Sensed} s @param {(el: Element, depth: number) => import("../tape.js").Held} held */
export function dropped(queue, s, held) {
  const el = s.target;
  if (!isElement(el) || /** @type {HTMLInputElement} */ (el).type === "file") return;
  selected(queue, el, s.e.dataTransfer && s.e.dataTransfer.files, s, held);
}
