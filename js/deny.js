// The hard deny: secrets by their nature, whose values are not even read. masking/deny.go tells the same rule;
// the words come from there at build time.

/** Elements that are, or ever were, password fields: a "show password" button does not make them harmless. */
const passwords = new WeakSet();

/** @param {MutationRecord[]} changes */
function noteTypes(changes) {
  for (const c of changes) {
    if ((c.oldValue || "").toLowerCase() === "password") passwords.add(c.target);
  }
}

const observer = new MutationObserver(noteTypes);
/** @type {WeakSet<Node>} */
const watched = new WeakSet();

/** Watches a document or shadow root for fields that stop being password fields. @param {Node} root */
export function watchTypes(root) {
  if (watched.has(root)) return;
  watched.add(root);
  observer.observe(root, { subtree: true, attributes: true, attributeFilter: ["type"], attributeOldValue: true });
}

/** @param {string} name */
function deniedName(name) {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9\u0080-\u009f\u00a1-\u{10ffff}]+/u);
  const joined = words.join("");
  return words.some((w) => __DENY__.whole.includes(w)) || __DENY__.part.some((part) => joined.includes(part));
}

/** Every text that may tell what kind of field it is. They are looked at and never kept. @param {Element} el */
export function namesOf(el) {
  const root = /** @type {Document} */ (el.getRootNode());
  const ids = (el.getAttribute("aria-labelledby") || "").split(/\s+/);
  const named = ids.map((id) => (id && root.getElementById ? root.getElementById(id) : null));
  const labels = /** @type {(Element | null)[]} */ ([...(/** @type {HTMLInputElement} */ (el).labels || []), ...named]);
  return [
    ...labels.map((l) => (l ? (l.textContent || "").trim().slice(0, 200) : "")),
    ...["aria-label", "placeholder", "title"].map((a) => el.getAttribute(a) || ""),
  ].filter(Boolean);
}

/**
 * Whether the element holds a secret by its nature.
 * @param {Element} el a form control
 * @param {string[]} names every text that names it
 */
export function denied(el, names) {
  noteTypes(observer.takeRecords());
  const type = el instanceof HTMLInputElement ? el.type : "";
  if (type === "password") passwords.add(el);
  if (passwords.has(el) || type === "hidden") return true;
  const tokens = (el.getAttribute("autocomplete") || "").toLowerCase();
  return /(^|\s)(one-time-code|cc-)|-password(\s|$)/.test(tokens) || [el.getAttribute("name") || "", el.getAttribute("id") || "", ...names].some(deniedName);
}
