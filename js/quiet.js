/** @param {() => void} f what a page may make fail: its trouble is not the page's */
export function quietly(f) {
  try {
    f();
  } catch {
    // Nothing of ours may break the page.
  }
}
