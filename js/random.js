/** Random bytes in hexadecimal digits. @param {number} bytes */
export function random(bytes) {
  return hex(crypto.getRandomValues(new Uint8Array(bytes)));
}

/** A random name of 16 digits. One is a letter at least: 16 decimal ones could be a card's number, and would be taken for one. @returns {string} */
export function randomName() {
  const name = random(8);
  return /[a-f]/.test(name) ? name : randomName();
}

/** @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
