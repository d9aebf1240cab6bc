// What kind of node something is. Nodes of frames come from another realm, where instanceof knows none of them.

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

const { closest, getAttribute, matches, querySelectorAll } = Element.prototype;
const { getRootNode } = Node.prototype;
const { call } = Function.prototype;

/** A method as a function of what it is called on. A bound one costs half of a closure that calls it. @param {Function} method @returns {any} */
const unbound = (method) => call.bind(method);

/** The same for a property. @param {object} prototype @param {string} name */
const own = (prototype, name) => unbound(/** @type {{get: () => any}} */ (Object.getOwnPropertyDescriptor(prototype, name)).get);

/** @type {(node: Node) => Node | null} */
export const parentNodeOf = own(Node.prototype, "parentNode");

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

/** @type {(el: Element) => Node} */
export const rootOf = unbound(getRootNode);
/** @type {(el: Element, name: string) => string | null} */
export const attributeOf = unbound(getAttribute);
/** @type {(el: Element, selector: string) => Element | null} */
export const closestOf = unbound(closest);
/** @type {(el: Element, selector: string) => boolean} */
export const matchesOf = unbound(matches);

/** @param {any} node or any other target of events @returns {node is Element} */
export function isElement(node) {
  if (!node || node === window) return false; // asking a window costs much more than this
  try {
    return nodeTypeOf(node) === 1;
  } catch {
    return false; // no node at all, as a frame's window
  }
}
