// Forms that are sent.

import { denied } from "../deny.js";
import { identityOf, isFormValue, judgement, shown, subject, typeOf } from "../facts.js";
import { nameOf, namesOf } from "../names.js";
import { ITEM, PART, plain } from "../queue.js";
import { chain, judge } from "../rules.js";

/** @typedef {import("../queue.js").Row} Row */

/** More fields than any form that a person fills. */
const MAX_FIELDS = 100;

/** A field named "elements" would hide the form's own property. */
const elements = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(HTMLFormElement.prototype, "elements"));

/**
 * @param {import("../queue.js").Queue} queue
 * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen
 * @param {() => void} commit what was typed is committed before the form goes
 */
export function senseSubmit(queue, listen, commit) {
  listen(window, "submit", (/** @type {SubmitEvent} */ e) => {
    const form = e.composedPath()[0];
    if (!(form instanceof HTMLFormElement)) return;
    commit();
    push(queue, form, e);
  });
}

/** @param {import("../queue.js").Queue} queue @param {HTMLFormElement} form @param {SubmitEvent} e */
function push(queue, form, e) {
  const submitter = e.submitter;
  /** @type {Row} */
  const row = { t: "submit", trusted: e.isTrusted, via: "user", valid: true };
  const judgeForm = subject(row, form, form);
  shown(row, form);
  row.class = row.shown_class;
  row.method = attribute(submitter, "formmethod") || attribute(form, "method").toLowerCase() || "get";
  row.action = plain(actionOf(form, submitter));
  const fields = fieldsOf(form);
  if (submitter) {
    row.submitter_node = submitter.localName;
    row.submitter_id = plain(submitter.id) || undefined;
    row.submitter_name = plain(attribute(submitter, "name")) || undefined;
    row.submitter_class = plain(attribute(submitter, "class")) || undefined;
  }
  queue.push(row, (row) => {
    judgeForm(row);
    row.fields = fields.map((f) => f()).join(ITEM);
    if (!submitter) return;
    /** @type {Row} */
    const mark = {};
    judgement(submitter, submitter)(mark);
    if (!row.moved && mark.block === -1 && mark.mask === -1) row.submitter_label = plain(nameOf(submitter));
  });
}

/** Attributes are read as such: a field named "action" would hide the form's property. @param {Element | null} el @param {string} name */
const attribute = (el, name) => (el && el.getAttribute(name)) || "";

/** @param {HTMLFormElement} form @param {Element | null} submitter */
function actionOf(form, submitter) {
  try {
    return new URL(attribute(submitter, "formaction") || attribute(form, "action") || location.href, document.baseURI).href;
  } catch {
    return "";
  }
}

/** The form's fields, a radio group once; each item is finished once the policy is known. @param {HTMLFormElement} form */
function fieldsOf(form) {
  /** @type {Set<string>} */
  const groups = new Set();
  const out = [];
  for (const el of /** @type {() => HTMLInputElement[]} */ (elements.get).call(form)) {
    if (!isFormValue(el) || out.length >= MAX_FIELDS) continue;
    if (el.type === "radio" && el.name) {
      if (groups.has(el.name)) continue;
      groups.add(el.name);
    }
    out.push(fieldItem(el));
  }
  return out;
}

/** The parts stand in the order of wasm/capture/submit.go. @param {HTMLInputElement} el */
function fieldItem(el) {
  const names = namesOf(el);
  const isDenied = denied(el, names);
  const filled = /^(checkbox|radio|select-one|select-multiple)$/.test(el.type) ? "" : el.value ? "1" : "0";
  const facts = [el.localName, typeOf(el), el.getAttribute("name") || "", el.id, el.getAttribute("autocomplete") || "", names.join(" "), isDenied ? "1" : "0"];
  const identity = identityOf(el);
  const before = chain(el);
  return () => {
    const hits = judge(before);
    return [...facts, hits.block, hits.mask, hits.allow, filled, identity].map((p) => plain(String(p))).join(PART);
  };
}
