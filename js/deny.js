// The hard deny: secrets by their nature, whose values are not even read. masking/deny.go tells the same rule;
// the words come from there at build time.

/**
 * Elements that are, or ever were, password fields or called a secret, or components around one: neither a "show
 * password" button makes them harmless, nor a placeholder that goes when one begins to type.
 * @type {WeakSet<Node>}
 */
const secrets = new WeakSet();
const PASSWORD = "password";

/** Attributes by which one sees what a field is for, and which pages change while it is the same field. */
const TELLING = ["type", "placeholder", "aria-label", "title"];

/** @param {MutationRecord[]} changes */
function noteChanges(changes) {
  for (const { attributeName, oldValue, target } of changes) {
    if (oldValue && (attributeName === "type" ? oldValue.toLowerCase() === PASSWORD : deniedNames([oldValue]))) note(target);
  }
}

/** The component that has a password field in its shadow root holds what is typed there. @param {Node} el */
function note(el) {
  secrets.add(el);
  const { nodeType, host } = /** @type {ShadowRoot} */ (el.getRootNode());
  if (nodeType === Node.DOCUMENT_FRAGMENT_NODE && host) note(host);
}

const observer = new MutationObserver(noteChanges);
/** @type {WeakSet<Node>} */
const watched = new WeakSet();

/** Watches a document or shadow root for fields that stop telling that they hold a secret. @param {Node} root */
export function watchSecrets(root) {
  if (watched.has(root)) return;
  watched.add(root);
  observer.observe(root, { subtree: true, attributes: true, attributeFilter: TELLING, attributeOldValue: true });
}

/** Whether it is a password field, or a component that says so or has one in it. @param {Element} el */
function isPassword(el) {
  const { type } = /** @type {HTMLInputElement} */ (el);
  return type === PASSWORD || (el.getAttribute("type") || "").toLowerCase() === PASSWORD || (el.localName.includes("-") && holdsPassword(el)) || (el.shadowRoot !== null && holdsPassword(el.shadowRoot));
}

/** Whether there is a password field in a component, also in the components that it is made of. @param {ParentNode} tree @returns {boolean} */
const holdsPassword = (tree) => tree.querySelector("[type=password i]") !== null || Array.from(tree.querySelectorAll("*")).some((el) => el.shadowRoot && holdsPassword(el.shadowRoot));

const WHOLE = new Set(__DENY__.whole);

/** Every secret's name has one of the words somewhere, and hardly any other name has: only then it is looked at closely. */
const HINT = new RegExp([...__DENY__.part, ...__DENY__.whole].join("|"));

/** What is neither a letter, nor a digit, nor the bar between two names; the same where all is ASCII, which costs much less. */
const CUT = /[^\p{L}\p{M}\p{N}|]+/gu;
const ASCII_CUT = /[^a-z0-9|]+/g;
const ASCII = /^[\0-\x7f]*$/;

/** Accents that stand apart, and what is invisible. */
const UNSEEN = /[\u0300-\u036f\ufe00-\ufe0f\p{Cf}]/gu;

/** Without accents; of letters whose stroke or missing dot is no accent only those that the words have. @param {string} names */
const unaccented = (names) => names.normalize("NFKD").replace(UNSEEN, "").normalize("NFC").replace(/ł/gi, "l").replace(/ı/g, "i");

/** @param {string} all names @param {string} joined the same without what is no letter or digit */
function isSecret(all, joined) {
  const words = all.replace(/([a-z])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, "$1$3 $2").toLowerCase().split(/[^\p{L}\p{M}\p{N}]/u);
  return __DENY__.part.some((part) => joined.includes(part)) || words.some((word) => WHOLE.has(word) || WHOLE.has(word.replace(/\d+$/, "")));
}

/** Whether one of the names is a secret's. @param {string[]} names */
export function deniedNames(names) {
  const named = names.join("|");
  const isPlain = ASCII.test(named);
  const all = isPlain ? named : unaccented(named);
  const joined = all.toLowerCase().replace(isPlain ? ASCII_CUT : CUT, "");
  return HINT.test(joined) && isSecret(all, joined);
}

/**
 * Every text that may tell what kind of field it is. They are looked at and never kept.
 * @param {Element} el @param {boolean} labels also those of other elements, which the browser has to look for
 */
export function namesOf(el, labels) {
  const names = [];
  for (const a of NAMING) {
    const name = el.getAttribute(a);
    if (name) names.push(name);
  }
  if (!labels) return names;
  for (const l of /** @type {HTMLInputElement} */ (el).labels || []) names.push((l.textContent || "").trim().slice(0, 200));
  const root = /** @type {Document} */ (el.getRootNode());
  for (const id of (el.getAttribute("aria-labelledby") || "").split(/\s+/)) {
    const named = id && root.getElementById && root.getElementById(id);
    if (named) names.push((named.textContent || "").trim().slice(0, 200));
  }
  return names;
}

const NAMING = ["aria-label", "placeholder", "title"];

/**
 * Whether the element holds a secret by its nature.
 * @param {Element} el a form control
 * @param {string[]} names every text that names it
 */
export function denied(el, names) {
  noteChanges(observer.takeRecords());
  if (isPassword(el)) note(el);
  else if (!secrets.has(el) && isCalledSecret(el, names)) secrets.add(el); // from now on, whatever the page calls it next
  return secrets.has(el) || (el.localName === "input" && /** @type {HTMLInputElement} */ (el).type === "hidden");
}

/** @param {Element} el @param {string[]} names */
function isCalledSecret(el, names) {
  const tokens = (el.getAttribute("autocomplete") || "").toLowerCase();
  return (tokens !== "" && /(^|\s)(one-time-code|cc-)|-password(\s|$)/.test(tokens)) || deniedNames([el.getAttribute("name") || "", el.getAttribute("id") || "", ...names]);
}
