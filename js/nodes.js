// What kind of node something is. Nodes of frames come from another realm, where instanceof knows none of them.

/** @param {any} node @returns {node is Element} */
export const isElement = (node) => Boolean(node) && node.nodeType === 1;

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

const { getAttribute } = Element.prototype;

/** An attribute, also of a form that has a field named "getAttribute", which hides the form's own. @param {Element} el @param {string} name @returns {string | null} */
export const attributeOf = (el, name) => getAttribute.call(el, name);
