// What a person copies, cuts and pastes: where, and where it is open how long it was, never what.

import { editorOf, isFormValue, shown, subject } from "../facts.js";
import { isElement } from "../nodes.js";
import { hasRuled, judge } from "../rules.js";

/** @typedef {import("../tape.js").Sensed} Sensed */

/** Elements around a selection that are looked at: of a selection over more its length is not told. */
const MAX_SELECTED = 1000;

export class Clipboard {
  /**
   * How long what the clipboard holds is, where it was copied here and is open. What comes from elsewhere could be
   * anything: where it is pasted its length is not told.
   * @type {number | undefined}
   */
  #copied = undefined;

  /** @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => import("../tape.js").Held} held */
  constructor(queue, held) {
    this.queue = queue;
    this.held = held;
  }

  /** @param {Sensed} s */
  used(s) {
    if (!isElement(s.target) || !s.e.isTrusted) return; // what a script dispatches reaches no clipboard
    const el = editorOf(s.target) || s.target;
    const pastes = s.e.type === "paste";
    /** @type {import("../queue.js").Row} */
    const row = { t: "clipboard", at: s.at, action: s.e.type };
    const { hidden } = subject(row, el, el, s, this.held);
    row.shown_node = el.localName;
    if (!hidden) {
      shown(row, el);
      // Of a taped event nobody knows any more what was selected.
      if (!s.path && Number(row.block) < 0 && Number(row.mask) < 0) row.length = pastes ? this.#pasted(s.e) : selected(el);
    }
    if (!pastes) this.#copied = /** @type {number | undefined} */ (row.length);
    this.queue.push(row);
  }

  /** Something may be copied elsewhere, or is here and is not looked at. */
  forget = () => {
    this.#copied = undefined;
  };

  /** Of another length it is not what was copied here. @param {ClipboardEvent} e */
  #pasted(e) {
    if (this.#copied === undefined || !e.clipboardData) return undefined;
    return e.clipboardData.getData("text/plain").length === this.#copied ? this.#copied : undefined;
  }
}

/** How much is selected; undefined where the browser does not tell, or where some of it may be hidden. @param {Element} el */
function selected(el) {
  if (el.localName === "input" || el.localName === "textarea") {
    const { selectionStart, selectionEnd } = /** @type {HTMLInputElement} */ (el);
    return selectionStart === null || selectionEnd === null ? undefined : selectionEnd - selectionStart;
  }
  const selection = el.ownerDocument.getSelection();
  if (!selection || !selection.rangeCount || el.getRootNode() !== el.ownerDocument) return undefined;
  const common = selection.getRangeAt(0).commonAncestorContainer;
  const around = isElement(common) ? common : common.parentElement;
  return around && isOpen(around, el) ? selection.toString().length : undefined;
}

/** Whether nothing of what is selected is hidden, as far as the page tells. @param {Element} around all of it @param {Element} el which is open */
function isOpen(around, el) {
  const { block, mask } = judge(around);
  if (block >= 0 || mask >= 0 || hasRuled(around)) return false;
  if (isFormValue(el)) return el.contains(around); // an editor, and all that is written in it
  const within = around.querySelectorAll("*");
  return within.length <= MAX_SELECTED && ![around, ...within].some((at) => isFormValue(at) || isClosed(at));
}

/** Whether something else than its children may be shown for it. @param {Element} el */
const isClosed = (el) => el.shadowRoot !== null || el.localName.includes("-");
