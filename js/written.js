// What is written in an editor, line by line.

/** What breaks no line. Whatever else lies in an editor does. */
const INLINE = new Set("a abbr b bdi bdo big cite code data del dfn em font i img ins kbd label mark q s samp small span strike strong sub sup time tt u var wbr".split(" "));

/** @param {Element} el @returns {string} */
export const written = (el) => (el.firstElementChild ? lines(el, "").replace(/\n$/, "") : el.textContent || "");

/** Adds what is written in an element to what stands before it. @param {Node} el @param {string} before @returns {string} */
function lines(el, before) {
  let out = before;
  for (const node of el.childNodes) {
    const { localName } = /** @type {Element} */ (node);
    if (!localName) out += node.nodeType === Node.TEXT_NODE ? node.nodeValue : "";
    else if (localName === "br") out += "\n";
    else if (INLINE.has(localName)) out = lines(node, out);
    else out = ended(lines(node, ended(out)));
  }
  return out;
}

/** @param {string} text whose last line is over */
const ended = (text) => (text === "" || text.endsWith("\n") ? text : text + "\n");
