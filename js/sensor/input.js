// Changes of fields. A keystroke only notes its field; the facts are read once, when the change is committed: by
// the browser's change event, by leaving an editor, by an act elsewhere, by a pause, or when the page goes. What a
// script changes is committed alike, when it has let the field be for a moment.

import { FULL } from "../depth.js";
import { beginning, controlOf, editorOf, isFormValue, stricter } from "../facts.js";
import { isElement, isShadowRoot, isWithin, rootOf } from "../nodes.js";
import { later, quietly } from "../quiet.js";
import { surelyHidden } from "../rules.js";
import { Changes, CHOSEN } from "./change.js";
import { Editors } from "./editors.js";
import { groupOf, speaksAnother } from "./radio.js";
import { Resets } from "./reset.js";
import { Values } from "./values.js";

/** @typedef {import("../tape.js").Held} Held */
/** @typedef {import("../tape.js").Sensed} Sensed */

/** A pause of once to twice this commits what was typed, in milliseconds: long enough to look something up, short enough for a live log. */
const PAUSE = 4000;

/** The same for what scripts change: longer than a tool takes from key to key when it types for somebody. */
const SCRIPT_PAUSE = 400;

/** How many fields that a script sets at once are asked whether they are to be seen; more than a page sets of those that are not. */
const MAX_LOOKS = 20;

/** Fields whose browser tells of a change at every key or notch: such a change is committed as typing is. */
const LINGERS = new Set(["date", "datetime-local", "month", "week", "time", "number", "range", "color"]);

/** @type {import("../queue.js").Row[]} */
const NONE = [];

const CAPTURE = { capture: true, passive: true };

export class Inputs {
  /** Fields with an uncommitted change by a person, and the last event of it. @type {Map<Element, Sensed>} */
  dirty = new Map();
  /** Fields with an uncommitted change by a script, and where it began. @type {Map<Element, import("../tape.js").Began | undefined>} */
  scripted = new Map();
  /** Fields whose change is committed already: the change event to come says nothing new. @type {WeakSet<Element>} */
  told = new WeakSet();
  timer = 0;
  scriptTimer = 0;
  begun = false;
  /** Windows in which leaving an editor is noticed now. @type {Set<Window>} */
  watched = new Set();
  /** Windows in which Enter is noticed. @type {WeakSet<Window>} */
  keyed = new WeakSet();
  /** How often something was typed since the timer began, and into what; and how often scripts changed something. */
  strokes = 0;
  sets = 0;
  /** How often it was asked just now whether a field is to be seen. */
  looks = 0;
  /** @type {EventTarget | null} */
  last = null;
  /** The field whose own event has just committed it: what the custom element around it does at that event says the same. @type {Element | null} */
  speaking = null;
  /** The control that a script is clicking. @type {Element | null} */
  clicking = null;
  /** The field in which something is being chosen just now. @type {{el: Element, began: import("../tape.js").Began | undefined, told: boolean} | null} */
  choosing = null;
  resets = new Resets(this);

  /**
   * @param {import("../queue.js").Queue} queue @param {(el: Element, depth: number) => Held} held
   * @param {() => number} now @param {(e: Event) => void} sense takes the event of leaving a field that has no change event
   * @param {(target: EventTarget, type: string, handler: (e: any) => void) => void} listen @param {import("../roots.js").Roots} roots
   */
  constructor(queue, held, now, sense, listen, roots) {
    this.queue = queue;
    this.held = held;
    this.now = now;
    this.sense = sense;
    this.listen = listen;
    this.editors = new Editors(this, listen);
    this.changes = new Changes(queue, held, (el) => this.beganAt(el));
    this.values = new Values(roots, (el, rules) => this.suspect(el, rules), (el) => this.editors.watch(el));
  }

  /** Takes the fields as the page has set them: from here on a change by a script is one. */
  begin() {
    this.begun = true;
    this.changes.take();
    this.values.begin();
  }

  end() {
    clearTimeout(this.timer);
    clearTimeout(this.scriptTimer);
    this.values.end();
    this.unwatch();
  }

  /** Leaving an element of which the browser will tell no change is to be noticed. @param {Element} el */
  watch(el) {
    this.hearEnter(el);
    const view = "form" in el ? null : el.ownerDocument.defaultView;
    if (!view || this.watched.has(view)) return;
    this.watched.add(view);
    view.addEventListener("focusout", this.sense, CAPTURE);
  }

  /**
   * At Enter a page may take away what was typed. Of most fields the setter of their value tells; not of an editor, nor of
   * a field that has a setter of its own, as React's do. Most pages have neither, and hearing of each key takes time.
   * @param {Element} el
   */
  hearEnter(el) {
    const view = "form" in el && !Object.hasOwn(el, "value") ? null : el.ownerDocument.defaultView;
    if (!view || this.keyed.has(view)) return;
    this.keyed.add(view);
    this.listen(view, "keydown", (e) => e.key === "Enter" && this.sense(e));
  }

  unwatch() {
    for (const view of this.watched) view.removeEventListener("focusout", this.sense, CAPTURE);
    this.watched.clear();
  }

  /** @param {import("../hooks.js").Hooks} hooks @param {Window} view */
  hook(hooks, view) {
    this.values.hook(hooks, view, (el, to) => {
      // What was typed is taken away, as when Enter adds it to a list: it is told before it is gone.
      if ((to === "" || isEnter(view.event)) && this.dirty.has(el) && /** @type {HTMLInputElement} */ (el).value) this.early(el);
      if (to === "") this.changes.withhold(el);
    });
  }

  /**
   * Whether an input event says no more than the one before: that its field is being typed into.
   * @param {Event} e
   */
  goesOn = (e) => {
    this.strokes++;
    return e.target === this.last && e.isTrusted;
  };

  /** @param {Sensed} s */
  input(s) {
    const el = fieldOf(s);
    if (!el) return;
    if (!s.e.isTrusted) return this.suspect(el);
    if (CHOSEN.has(/** @type {HTMLInputElement} */ (el).type)) {
      const choice = this.chooses(el, s.began || beginning(el, s.path || s.e.composedPath())); // its change event comes at once
      return later(() => {
        if (this.choosing === choice) this.choosing = null;
        if (!choice.told && !el.isConnected) this.commit(el, { ...s, at: Math.round(this.now()), began: choice.began }); // there was none
      });
    }
    this.editors.typed(el, s.e);
    this.away(el);
    this.watch(el);
    s.began = this.beganAt(el) || s.began || beginning(el, s.path || s.e.composedPath());
    if (s.began && !surelyHidden(s.began.hits)) this.held(el, FULL); // what it is called now is remembered if it is a secret
    this.dirty.set(el, s);
    this.scripted.delete(el);
    this.told.delete(el);
    this.last = this.editors.isOpen(el) ? null : s.target;
    if (!this.timer) this.wait();
  }

  /** Somebody means to write into an editor. The page may prevent that, and write itself, or nothing. @param {Element} el @param {InputEvent} e */
  meant(el, e) {
    if (!e.isTrusted) return;
    if (this.queue.paused) return this.overlook({ e, at: 0, target: el });
    this.editors.typed(el, e);
    if (this.dirty.has(el)) return;
    this.input({ e, at: 0, target: el });
    this.last = null; // the input event to come is another
  }

  /** Where the change of a field began that is not committed yet. @param {Element} el */
  beganAt(el) {
    const s = this.dirty.get(el);
    if (s) return s.began;
    return this.choosing && this.choosing.el === el ? this.choosing.began : this.scripted.get(el);
  }

  /** Something is chosen in a field. The page hears of it before the change is told. @param {Element} el @param {import("../tape.js").Began | undefined} began */
  chooses(el, began) {
    if (this.choosing && this.choosing.el === el) return this.choosing; // a click on its label, or on itself, came first
    return (this.choosing = { el, began, told: false });
  }

  wait() {
    this.strokes = 0;
    this.timer = setTimeout(() => quietly(() => this.paused()), PAUSE);
  }

  /** Commits what is typed when nothing has been typed for a while. */
  paused() {
    this.timer = 0;
    if (!this.strokes) for (const el of this.dirty.keys()) this.early(el);
    else if (this.dirty.size) this.wait();
  }

  /** @param {Sensed} s */
  change(s) {
    const el = fieldOf(s);
    if (!el) return;
    if (!s.e.isTrusted && el.shadowRoot) return void later(() => this.check(el)); // a field within it may tell it next
    if (!s.e.isTrusted) {
      this.suspect(el);
      return this.commitScripted(el, s.at);
    }
    if (this.told.delete(el) && !this.dirty.has(el)) return this.speaks(el);
    if (this.changes.isUnseen(el) && !this.dirty.has(el)) return this.values.note(el); // it was changed while nothing was recorded
    if (LINGERS.has(/** @type {HTMLInputElement} */ (el).type) && /** @type {Document} */ (el.getRootNode()).activeElement === el) this.input(s);
    else {
      s.began = this.beganAt(el) || s.began;
      if (this.choosing && this.choosing.el === el) this.choosing.told = true;
      this.choosing = null;
      this.commit(el, s);
      this.speaks(el);
    }
  }

  /** @param {Sensed} s */
  focusout(s) {
    const el = fieldOf(s);
    if (!el || !this.dirty.has(el)) return;
    this.speaks(el);
    this.early(el, s.at); // WebKit tells of the change after it
  }

  /** Enter, where it is heard of: it may send what was typed, and empty the field, before anything else is told. @param {Sensed} s */
  keydown(s) {
    const el = fieldOf(s);
    if (!s.e.isTrusted || s.e.isComposing || !el || !this.dirty.has(el)) return;
    if (el.localName === "input") {
      this.speaks(el);
      return this.early(el, s.at);
    }
    this.editors.entered(el, s.at);
  }

  /**
   * A script may have changed the field. It has not where the field holds what the log knows, and not yet where the
   * page is still being made.
   * @param {Element} el @param {import("../rules.js").Hits} [rules] that may have held when it did
   */
  suspect(el, rules) {
    if (el.shadowRoot) el = this.values.outermost(el);
    if (!this.begun || this.dirty.has(el) || this.values.changed(el) === false) return;
    if (this.speaksFor(el)) return void this.scripted.delete(el);
    if (this.isProvisional(el)) return;
    const field = /** @type {HTMLInputElement} */ (el);
    if (speaksAnother(field) || this.values.isDefault(el) || !(this.scripted.has(el) || this.isThere(field))) return this.values.note(el);
    if (this.queue.paused) {
      this.changes.overlook(el, "change");
      return this.values.note(el);
    }
    const began = this.scripted.get(el) || beginning(el);
    if (began && rules) stricter(began.hits, rules);
    this.scripted.set(el, began);
    this.sets++;
    if (!this.scriptTimer) this.waitForScripts();
  }

  /** Whether a field is being chosen in just now, or is another of its group: the page may still prevent that. @param {Element} el */
  isProvisional(el) {
    const { choosing } = this;
    return choosing !== null && (choosing.el === el || groupOf(choosing.el).includes(/** @type {HTMLInputElement} */ (el)));
  }

  /**
   * Whether a field that one would type into is there for anybody to see: what a script keeps in one that is not is the
   * page's own. Asking may make the browser compute all styles; a page that sets many fields at once is asked of some.
   * @param {HTMLInputElement} el
   */
  isThere(el) {
    if (el.type === "hidden") return false;
    if (CHOSEN.has(el.type) || !el.checkVisibility) return true;
    if (!this.looks) later(() => (this.looks = 0));
    return ++this.looks > MAX_LOOKS || el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** Whether a custom element only repeats what a field within it tells. @param {Element} el */
  speaksFor(el) {
    if (!el.shadowRoot) return false;
    for (const field of this.dirty.keys()) if (isWithin(field, el)) return true;
    return this.speaking !== null && isWithin(this.speaking, el);
  }

  /** A field hears of its change by a person: until that is over, what the custom element around it does comes of it. @param {Element} el */
  speaks(el) {
    if (!isShadowRoot(rootOf(el))) return; // no custom element is around it
    this.speaking = el;
    later(() => {
      if (this.speaking === el) this.speaking = null;
      if (this.begun) this.values.noteAround(el);
    });
  }

  /** Whether a colour is being chosen: Enter in the picker comes as a click on the field. @param {Element} el */
  picking(el) {
    return /** @type {HTMLInputElement} */ (el).type === "color" && this.dirty.has(el);
  }

  waitForScripts() {
    this.sets = 0;
    this.scriptTimer = setTimeout(() => {
      this.scriptTimer = 0;
      if (this.sets) this.waitForScripts();
      else for (const el of this.scripted.keys()) quietly(() => this.commitScripted(el));
    }, SCRIPT_PAUSE);
  }

  /** @param {Element} el @param {number} [at] now, if not given */
  commitScripted(el, at = Math.round(this.now())) {
    const began = this.scripted.get(el);
    if (!this.scripted.delete(el) || this.values.changed(el) === false) return;
    if (speaksAnother(/** @type {HTMLInputElement} */ (el))) return this.values.note(el);
    this.commit(el, { e: undefined, at, target: el, cause: "script", began });
  }

  /**
   * Something is done with another element: what was typed came before it, also where the browser will tell of no
   * change, because a script has changed the field as well.
   * @param {EventTarget | null} target @param {number} [at]
   */
  away(target, at) {
    for (const el of this.dirty.keys()) if (!el.contains(/** @type {Node} */ (target))) this.early(el, at);
  }

  /** What a script clicks is changed by it, though the browser calls the change a person's. @param {Sensed} s */
  byScript(s) {
    const control = isElement(s.target) ? controlOf(s.target) : null;
    this.clicking = control;
    queueMicrotask(() => (this.clicking = null)); // the change is told within the call
  }

  /** A click may choose something; one on a reset button is why the form is reset next. @param {Sensed} s @param {HTMLButtonElement | null} button */
  clicked(s, button) {
    const around = isElement(s.target) && s.target.closest("label,[contenteditable]");
    const editor = around && around.localName !== "label" && editorOf(around);
    if (editor) this.editors.watch(editor);
    const field = around && around.localName === "label" ? /** @type {HTMLLabelElement} */ (around).control : s.target;
    if (isElement(field) && CHOSEN.has(/** @type {HTMLInputElement} */ (field).type)) {
      this.chooses(field, s.began || beginning(field));
      later(() => (this.choosing = null)); // a change of it is told within the click
    }
    if (!s.e.isTrusted) return this.byScript(s);
    this.resets.clicked(button);
  }

  /** Commits all that is not committed. @param {number} [at] */
  commitAll(at) {
    for (const el of this.dirty.keys()) this.early(el, at);
    this.resets.settle();
    if (this.begun) this.values.look();
    for (const el of this.scripted.keys()) if (!this.isProvisional(el)) this.commitScripted(el, at);
  }

  /**
   * Commits before the browser tells of the change.
   * @param {Element} el @param {number} [at] now, if not given @param {Held} [held] of what it held then, if not now
   */
  early(el, at = Math.round(this.now()), held) {
    const s = /** @type {Sensed} */ (this.dirty.get(el));
    const before = held ? { held } : this.editors.before(el);
    if (s.e.type === "beforeinput" && !before && this.values.changed(el) === false) return void this.dirty.delete(el); // nothing was written
    this.told.add(el);
    this.commit(el, { ...s, ...before, at });
    if (this.begun) later(() => this.check(el));
  }

  /** What the page makes of a field that was committed by an act, as when it empties it, is told before one types again. @param {Element} el */
  check(el) {
    if (this.queue.paused) return; // what is done with it since is looked at when recording goes on
    const field = this.values.outermost(el);
    this.suspect(field);
    this.commitScripted(field);
  }

  /** @param {Element} el @param {Sensed} s */
  commit(el, s) {
    this.dirty.delete(el);
    this.scripted.delete(el);
    this.editors.committed(el);
    if (!this.dirty.size && this.watched.size) this.unwatch();
    this.last = null;
    try {
      this.changes.tell(el, el === this.clicking ? { ...s, cause: "script" } : s);
    } catch {
      this.queue.push({ t: "unreadable", at: s.at, count: 1, first: s.at, last: s.at }); // the page has made it so
    }
    if (!this.begun) return;
    this.values.note(el);
    this.values.noteAround(el);
    for (const other of groupOf(el)) this.values.note(other);
  }

  /** What fields hold that is not committed yet, for the recorder to withhold it elsewhere where it is hidden. */
  uncommitted() {
    if (!this.dirty.size && !this.scripted.size && !this.choosing && !this.changes.overlooks()) return NONE;
    return this.changes.holding(this.dirty.keys(), this.scripted.keys(), this.choosing ? [this.choosing.el] : []);
  }

  /** A field is changed while nothing is recorded. @param {Sensed} s */
  overlook(s) {
    const el = fieldOf(s);
    if (!el) return;
    this.hearEnter(el);
    this.changes.overlook(el, s.e.type);
  }

  /** Recording goes on: what was changed meanwhile is not told. */
  resume() {
    if (this.begun) this.values.look();
    this.changes.resume();
    this.values.begin();
  }
}

/** Whether a script does something at Enter. @param {any} e the window's event, if there is one */
const isEnter = (e) => Boolean(e) && e.key === "Enter";

/** The field that an event is about. @param {Sensed} s @returns {Element | null} */
function fieldOf(s) {
  const el = s.target;
  if (!isElement(el)) return null;
  const name = el.localName;
  if (name === "input" || name === "select" || name === "textarea") return isFormValue(el) ? el : null;
  return editorOf(el) || (isFormValue(el) ? el : null);
}

