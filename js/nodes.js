// What kind of node something is. Nodes of frames come from another realm, where instanceof knows none of them.

/** A form whose fields hide its own properties has an element for its type. @param {any} node @returns {node is Element} */
export function isElement(node) {
  const type = node ? node.nodeType : 0;
  if (!type || typeof type === "number") return type === 1;
  try {
    return nodeTypeOf(node) === 1;
  } catch {
    return false; // a window, in which an element has that name
  }
}

/** @param {any} node @returns {node is ShadowRoot} */
export const isShadowRoot = (node) => Boolean(node) && node.nodeType === 11 && Boolean(node.host);

/** The element that a tree hangs from: a shadow root's host, a frame's element; null above the page itself. @param {Node} root @returns {Element | null} */
export function hostOf(root) {
  if (isShadowRoot(root)) return root.host;
  const view = root !== document && /** @type {Document} */ (root).defaultView;
  return view ? view.frameElement : null;
}

/** Whether an element lies in the shadow root of another, at any depth. @param {Element} el @param {Element} host */
export function isWithin(el, host) {
  for (let at = el.getRootNode(); isShadowRoot(at); at = at.host.getRootNode()) if (at.host === host) return true;
  return false;
}

/** The element that has the focus in the tree of a node. @param {Node} node */
export const focusedBeside = (node) => /** @type {Document} */ (node.getRootNode()).activeElement || null;

// A form has its fields as properties, by their names, and they hide its own: what is walked over on the way up or
// aside, and what is matched, is asked by the platform's own functions.

const { closest, getAttribute, matches } = Element.prototype;
const { getRootNode } = Node.prototype;

/** @param {object} prototype @param {string} name */
function own(prototype, name) {
  const { get } = /** @type {{get: () => any}} */ (Object.getOwnPropertyDescriptor(prototype, name));
  return (/** @type {Node} */ node) => get.call(node);
}

/** @type {(node: Node) => Node | null} */
export const parentNodeOf = own(Node.prototype, "parentNode");

const { querySelectorAll } = Element.prototype;

/** @param {Node} root an element or a shadow root @param {string} selector @returns {NodeListOf<Element>} */
export const allOf = (root, selector) => (isElement(root) ? querySelectorAll.call(root, selector) : /** @type {ShadowRoot} */ (root).querySelectorAll(selector));

/** @type {(node: Node) => Element | null} */
export const parentOf = own(Node.prototype, "parentElement");
/** @type {(el: Element) => Element | null} */
export const previousOf = own(Element.prototype, "previousElementSibling");
/** @type {(node: Node) => Document} */
export const documentOf = own(Node.prototype, "ownerDocument");
/** @type {(node: Node) => boolean} */
export const isConnected = own(Node.prototype, "isConnected");
/** @type {(node: Node) => number} */
export const nodeTypeOf = own(Node.prototype, "nodeType");
/** @type {(node: Node) => string} */
export const nodeNameOf = own(Node.prototype, "nodeName");
/** @type {(el: Element) => string} */
export const localNameOf = own(Element.prototype, "localName");
/** @type {(el: Element) => string | null} */
export const namespaceOf = own(Element.prototype, "namespaceURI");

/** @type {(el: Element) => ShadowRoot | null} */
export const shadowOf = own(Element.prototype, "shadowRoot");

/** @type {(el: Element) => HTMLSlotElement | null} */
export const slotOf = own(Element.prototype, "assignedSlot");

/** @param {Element} el @returns {Node} */
export const rootOf = (el) => getRootNode.call(el);

/** @param {Element} el @param {string} name @returns {string | null} */
export const attributeOf = (el, name) => getAttribute.call(el, name);

/** @param {Element} el @param {string} selector @returns {Element | null} */
export const closestOf = (el, selector) => closest.call(el, selector);

/** @param {Element} el @param {string} selector @returns {boolean} */
export const matchesOf = (el, selector) => matches.call(el, selector);
