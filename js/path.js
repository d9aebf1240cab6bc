// The steps from the root to an element, in the form that wasm/xpath reads:
//   root ( ">" root )*    root = [ "#" id "\x1d" ] step ( "/" step )*    step = [ "~" ] name [ "@" index ]

const HTML = "http://www.w3.org/1999/xhtml";

/** @param {Element} el */
export function steps(el) {
  const roots = [];
  for (let at = /** @type {Element | null} */ (el); at; ) {
    const root = at.getRootNode();
    roots.unshift(uniqueID(at, root) + within(at));
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return roots.join(">");
}

/** @param {Element} el */
function within(el) {
  let out = "";
  for (let at = /** @type {Element | null} */ (el); at; at = at.parentElement) {
    out = step(at) + (out && "/" + out);
  }
  return out;
}

/** @param {Element} el */
function step(el) {
  const name = el.namespaceURI === HTML ? el.localName : "~" + el.nodeName;
  let index = 1;
  for (let s = el.previousElementSibling; s; s = s.previousElementSibling) {
    if (s.nodeName === el.nodeName && s.namespaceURI === el.namespaceURI) index++;
  }
  return index > 1 ? name + "@" + index : name;
}

/** @param {Element} el @param {Node} root */
function uniqueID(el, root) {
  const id = el.getAttribute("id"); // a form's own property could be one of its fields
  if (!id || /[\x1c-\x1f]/.test(id) || !("querySelectorAll" in root)) return "";
  const same = /** @type {ParentNode} */ (root).querySelectorAll("#" + CSS.escape(id));
  return same.length === 1 ? "#" + id + "\x1d" : "";
}
