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

/** @type {MutationObserver | undefined} */
let observer;
/** @type {WeakSet<Node>} */
const watched = new WeakSet();

/** Watches a document or shadow root for fields that stop being password fields. @param {Node} root */
export function watchTypes(root) {
  if (watched.has(root)) return;
  watched.add(root);
  observer ??= new MutationObserver(noteTypes);
  observer.observe(root, { subtree: true, attributes: true, attributeFilter: ["type"], attributeOldValue: true });
}

/** @param {string} name */
function deniedName(name) {
  if (!name) return false;
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9\u0080-\u009f\u00a1-\u{10ffff}]+/u);
  if (words.some((w) => __DENY__.whole.includes(w))) return true;
  const joined = words.join("");
  return __DENY__.part.some((part) => joined.includes(part));
}

/**
 * Whether the element holds a secret by its nature.
 * @param {Element} el a form control
 * @param {string[]} names every text that names it
 */
export function denied(el, names) {
  if (observer) noteTypes(observer.takeRecords());
  if (passwords.has(el)) return true;
  const type = el instanceof HTMLInputElement ? el.type : "";
  if (type === "password") passwords.add(el);
  if (type === "password" || type === "hidden") return true;
  const tokens = (el.getAttribute("autocomplete") || "").toLowerCase().split(/\s+/);
  if (tokens.some((t) => t === "one-time-code" || t.startsWith("cc-") || t.endsWith("-password"))) return true;
  return [el.getAttribute("name") || "", el.id, ...names].some(deniedName);
}
