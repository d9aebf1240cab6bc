// Finds the element that a log's xpath means. A path without " >> " is plain XPath, which document.evaluate finds
// as well; " >> " goes on within the shadow root of the element found so far, or within its frame.

/**
 * @param {string} path an entry's details.xpath
 * @param {Document} document the page's
 * @returns {Element | null} null where the page has no such element (any more)
 */
function resolve(path, document) {
  let root = /** @type {Document | ShadowRoot | null} */ (document);
  let found = /** @type {Element | null} */ (null);
  for (const part of path.split(" >> ")) {
    if (found) root = found.shadowRoot || /** @type {HTMLIFrameElement} */ (found).contentDocument;
    found = root && (byId(part, root) || bySteps(part, root));
    if (!found) return null;
  }
  return found;
}

/** `//*[@id="x"]`, with either quote. @param {string} part @param {Document | ShadowRoot} root */
function byId(part, root) {
  const id = /^\/\/\*\[@id=(["'])(.*)\1\]$/s.exec(part);
  return id && root.getElementById(id[2]);
}

/**
 * `/html/body/div[2]/*[name()="svg"]`: each step is a child, and without a number the first of its name.
 * @param {string} part @param {Document | ShadowRoot} root
 */
function bySteps(part, root) {
  let at = /** @type {ParentNode | null} */ (root);
  for (const [, tested, name, index] of part.matchAll(/\/(?:\*\[name\(\)="([^"]+)"\]|([^/[]+))(?:\[(\d+)\])?/g)) {
    const same = at ? [...at.children].filter((child) => isNamed(child, tested, name)) : [];
    at = same[Number(index || 1) - 1] || null;
  }
  return at === root ? null : /** @type {Element | null} */ (at);
}

/** HTML's elements are given by their name alone, others, as those of SVG, by a test of it. @param {Element} child @param {string} tested @param {string} name */
function isNamed(child, tested, name) {
  if (tested) return (child.prefix ? child.prefix + ":" : "") + child.localName === tested;
  return child.localName === name && child.namespaceURI === "http://www.w3.org/1999/xhtml";
}
