// Links that a script clicks without ever putting them into the page: their clicks go by no window.

const LINK = "a[href],area[href]";

/**
 * Hooks what clicks an element.
 * @param {import("../hooks.js").Hooks} hooks @param {any} view @param {() => number} now
 * @param {(s: import("../tape.js").Sensed, link: any) => void} clicked told when the page has heard of the click
 */
export function hookDetached(hooks, view, now, clicked) {
  /** @type {Map<EventTarget | null, Event>} */
  const clicks = new Map();
  const note = (/** @type {Event} */ e) => clicks.set(e.target, e);
  hooks.add(view.HTMLElement.prototype, "click", {
    before: (el) => el.isConnected || (el.matches(LINK) && el.addEventListener("click", note, { capture: true, once: true })),
    after: (el) => {
      const e = clicks.get(el);
      clicks.delete(el);
      el.removeEventListener("click", note, { capture: true });
      if (e) clicked({ e, at: Math.round(now()), target: el }, el);
    },
  });
}
