import { hex } from "../random.js";

/**
 * An address as it may be told to other tabs: they know it again if they know it, and nobody learns it. The fragment
 * does not count, for a page may change it at once. Empty in insecure contexts, which cannot hash.
 * @param {string} nonce @param {string} url
 */
export async function sealed(nonce, url) {
  const subtle = /** @type {SubtleCrypto | undefined} */ (crypto.subtle);
  if (!subtle) return "";
  const sum = await subtle.digest("SHA-256", new TextEncoder().encode(nonce + "\n" + url.split("#")[0]));
  return hex(new Uint8Array(sum));
}
