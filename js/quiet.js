/** @param {() => void} f what a page may make fail: its trouble is not the page's */
export function quietly(f) {
  try {
    f();
  } catch {
    // Nothing of ours may break the page.
  }
}

/** @param {() => void} f what is done when the page's own handlers are done */
export const later = (f) => void setTimeout(() => quietly(f));
