import { createHmac, createPublicKey, timingSafeEqual, verify as verifySignature } from 'node:crypto';

const TOLERANCE = 5 * 60; // seconds: an older request may be a replay

/**
 * Checks a webhook and gives what it says; it throws when the webhook is not to be believed.
 * @param {string[]} secrets whsec_… as in the relay's secret_file, or whpk_…: a public key of ed25519
 * @param {string} body the body as it came, uncompressed, not parsed and written anew
 * @param {Record<string, string>} headers in lower case
 */
export function verify(secrets, body, headers) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < TOLERANCE)) throw new Error('too old, or too new');
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  for (const signature of (signatures ?? '').split(' ')) {
    const [version, text] = signature.split(',');
    const given = Buffer.from(text ?? '', 'base64');
    for (const secret of secrets) {
      const [prefix, key] = secret.split('_');
      const bytes = Buffer.from(key, 'base64');
      if (version === 'v1' && prefix === 'whsec') {
        const want = createHmac('sha256', bytes).update(signed).digest();
        if (given.length === want.length && timingSafeEqual(given, want)) return JSON.parse(body);
      } else if (version === 'v1a' && prefix === 'whpk') {
        const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') };
        if (verifySignature(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), given)) return JSON.parse(body);
      }
    }
  }
  throw new Error('no signature fits');
}
